// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.management.ObjectName;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The MBean, and the program that asks another process for it. */
class AttachTest {
    /** A program that stands still until its input ends. */
    static final class Program {
        public static void main(String[] args) throws Exception {
            if (args.length == 0) {
                var _ = TaskTree.register();
            }
            var release = new Event("input");
            TaskGroup.run(o -> o.name("elsewhere"), group -> {
                group.fork("standing", () -> release.await());
                Await.waiting(release, 1);
                System.out.println("ready");
                while (System.in.read() >= 0) {
                    Thread.yield();
                }
                release.set();
            });
        }
    }

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static Process start(String... args) throws Exception {
        var command =
                new ArrayList<>(List.of(JAVA, "-cp", System.getProperty("java.class.path"), Program.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("ready");
        return process;
    }

    private record Answer(int status, String text) {}

    /** In a JVM of its own, with nothing on its class path but the classes of this module. */
    private static Answer attach(String... args) throws Exception {
        String classes = Path.of(Inspector.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        var command = new ArrayList<>(List.of(JAVA, "-cp", classes, "dev.espalier.inspect.internal.Attach"));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }

    @Test
    @DisplayName("the tree of another process is printed by its number, as text and as JSON")
    void otherProcess() throws Exception {
        Process program = start();
        try {
            String pid = Long.toString(program.pid());
            Answer text = attach(pid);
            assertThat(text.text())
                    .contains("group 'elsewhere'")
                    .contains("task 'standing'")
                    .contains("waits for event 'input'");
            assertThat(text.status()).isZero();
            assertThat(attach(pid, "--json").text()).contains("\"name\":\"standing\"");
        } finally {
            program.getOutputStream().close();
            assertThat(program.waitFor()).isZero();
        }
    }

    @Test
    @DisplayName(
            "a process that has not registered its tree is told from one that is not there, and both from wrong use")
    void refused() throws Exception {
        Process program = start("not registered");
        try {
            Answer answer = attach(Long.toString(program.pid()));
            assertThat(answer.status()).isEqualTo(1);
            assertThat(answer.text()).contains("call dev.espalier.inspect.TaskTree.register() when it starts");
        } finally {
            program.getOutputStream().close();
            assertThat(program.waitFor()).isZero();
        }
        assertThat(attach(Long.toString(program.pid())).text()).startsWith("Cannot attach to process ");
        Answer usage = attach();
        assertThat(usage.status()).isEqualTo(2);
        assertThat(usage.text()).contains("java -jar espalier-inspect.jar PID --json");
    }

    @Test
    @DisplayName("the MBean counts, dumps and names deadlocks; a second registration changes nothing")
    void bean() throws Exception {
        var server = ManagementFactory.getPlatformMBeanServer();
        var name = new ObjectName(TaskTreeMXBean.NAME);
        var release = new Event("release");
        try (var _ = TaskTree.register()) {
            TaskTree.register().close();
            assertThat(server.isRegistered(name)).isTrue();
            TaskGroup.run(o -> o.name("beans"), group -> {
                group.fork("one", () -> release.await());
                Await.waiting(release, 1);
                assertThat((long) server.getAttribute(name, "Tasks")).isEqualTo(1);
                assertThat((long) server.getAttribute(name, "Groups")).isEqualTo(1);
                assertThat((long) server.getAttribute(name, "Cancelled")).isZero();
                assertThat((String[]) server.getAttribute(name, "Deadlocks")).isEmpty();
                assertThat((String)
                                server.invoke(name, "dump", new Object[] {2, true}, new String[] {"int", "boolean"}))
                        .contains("task 'one'");
                release.set();
                Standstill.during(
                        group,
                        () -> assertThat((String[]) server.getAttribute(name, "Deadlocks"))
                                .singleElement()
                                .asString()
                                .contains("task 'book' waits for lock 'ledger', held by task 'transfer'"));
            });
        }
        assertThat(server.isRegistered(name)).isFalse();
    }
}
