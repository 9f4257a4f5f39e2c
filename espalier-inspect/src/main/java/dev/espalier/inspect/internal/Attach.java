// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Prints the tree of another process: {@code java -jar espalier-inspect.jar PID}. Needs no class but this one and the JDK's. */
public final class Attach {
    private static final String NAME =
            "dev.espalier:type=TaskTree"; // TaskTreeMXBean has it; a constant, so that this class stands alone
    private static final String USAGE = """
        Prints the tree of tasks of another Java process, which has called TaskTree.register().

          java -jar espalier-inspect.jar PID            as text, siblings that look the same on one line
          java -jar espalier-inspect.jar PID --each     as text, each task on a line, with 8 frames of its stack
          java -jar espalier-inspect.jar PID --json     as JSON

        It has to run as the same user as the process, on a JDK and not on a JRE.
        """;

    private Attach() {}

    /**
     * The program.
     *
     * @param args the process, and how
     */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        List<String> options = args.stream().filter(arg -> arg.startsWith("-")).toList();
        List<String> pids = args.stream().filter(arg -> !arg.startsWith("-")).toList();
        if (pids.size() != 1
                || options.size() > 1
                || !List.of("--each", "--json").containsAll(options)) {
            err.print(USAGE);
            if (args.isEmpty()) {
                err.println("Java processes of this user:");
                for (VirtualMachineDescriptor vm : VirtualMachine.list()) {
                    err.println("  " + vm.id() + " " + vm.displayName());
                }
            }
            return 2;
        }
        String pid = pids.getFirst();
        try {
            out.println(dump(pid, options.isEmpty() ? "" : options.getFirst()));
            return 0;
        } catch (AttachNotSupportedException | IOException e) {
            err.println("Cannot attach to process " + pid + ": " + e.getMessage()
                    + ". Is it a Java process of the same user, and not started with -XX:+DisableAttachMechanism?");
        } catch (InstanceNotFoundException e) {
            err.println("Process " + pid + " has no MBean " + NAME
                    + ": call dev.espalier.inspect.TaskTree.register() when it starts.");
        } catch (JMException e) {
            err.println("Process " + pid + " did not answer: " + e);
        }
        return 1;
    }

    @SuppressWarnings("BanJNDI") // the address is from the process itself, which is the same user's
    private static String dump(String pid, String how) throws AttachNotSupportedException, IOException, JMException {
        VirtualMachine vm = VirtualMachine.attach(pid);
        try {
            var url = new JMXServiceURL(vm.startLocalManagementAgent());
            try (JMXConnector connector = JMXConnectorFactory.connect(url)) {
                var server = connector.getMBeanServerConnection();
                var name = new ObjectName(NAME);
                Object text = switch (how) {
                    case "--json" -> server.invoke(name, "dumpJson", null, null);
                    case "--each" ->
                        server.invoke(name, "dump", new Object[] {8, true}, new String[] {"int", "boolean"});
                    default -> server.invoke(name, "dump", null, null);
                };
                return (String) text;
            }
        } finally {
            vm.detach();
        }
    }
}
