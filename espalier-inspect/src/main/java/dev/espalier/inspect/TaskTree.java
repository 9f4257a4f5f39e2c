// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.Registration;
import dev.espalier.inspect.internal.JsonDump;
import dev.espalier.inspect.internal.TextDump;
import dev.espalier.inspect.internal.TreeBean;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What lives in this program: the threads that own groups, the groups, their tasks, and what each of them waits for.
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="dump"}
 *
 * <p>It says of each task its age, what it waits for and who has that (a lock and its owner, a permit and who acquired it, a task, a group, a
 * socket, a queue), where in its own code, its deadline, and why it is cancelled. Circles of waits that will never end come first. In the text,
 * siblings that look the same share a line; their names look the same if they differ in digits only.
 *
 * <p>It does not show tasks that have ended, and not what one task has told another. Who owns a lock of the JDK is not known.
 *
 * <p><b>Threads.</b> Any thread, at any time, also while everything else hangs. Nothing is locked but the line that is asked who holds it, and nobody is
 * stopped: what comes or goes meanwhile is in it or not, and a line may say what was true a moment ago. <b>Cancellation.</b> Never a cancellation point.
 * <b>Memory.</b> JSON, and text with {@link DumpOptions#each}, is written as it is found: a million tasks need no million objects. Other text keeps each
 * kind of line once. It costs about a microsecond for each task, and some more for its stack; nothing before it is called, but that ages are known
 * only of tasks that were forked after a first dump, {@link #register} or {@link Inspector#start}, or with the system property {@code espalier.ages}
 * set to {@code true}.
 *
 * <p>Pitfall: names of tasks, locks and threads, and messages of exceptions, are in it as they are. Name things so that it may be sent to others.
 *
 * @since 0.1
 */
public final class TaskTree {
    private TaskTree() {}

    /**
     * Everything, as text.
     *
     * @return many lines
     */
    public static String dump() {
        return dump(options -> options);
    }

    /**
     * Text.
     *
     * @param options what to show
     * @return many lines
     */
    public static String dump(UnaryOperator<DumpOptions> options) {
        var text = new StringBuilder();
        try {
            dump(text, options);
        } catch (IOException e) {
            throw new AssertionError("a StringBuilder throws nothing", e);
        }
        return text.toString();
    }

    /**
     * Text, written as it is found.
     *
     * @param out where to; neither flushed nor closed
     * @param options what to show
     * @throws IOException if {@code out} throws it; the dump ends there
     */
    public static void dump(Appendable out, UnaryOperator<DumpOptions> options) throws IOException {
        Objects.requireNonNull(out, "out");
        TextDump.write(out, options.apply(DumpOptions.DEFAULT));
    }

    /**
     * JSON in UTF-8, one object, written as it is found: {@code pid}, {@code program}, {@code time}, {@code deadlocks}, {@code threads}, and {@code totals}. A thread has
     * {@code groups}, a group has {@code tasks}, a task has {@code groups} again. Times are in milliseconds.
     *
     * @param out where to; flushed, and not closed
     * @param options what to show
     * @throws IOException if {@code out} throws it; the dump ends there
     */
    public static void dumpJson(OutputStream out, UnaryOperator<DumpOptions> options) throws IOException {
        Objects.requireNonNull(out, "out");
        JsonDump.write(out, options.apply(DumpOptions.DEFAULT));
    }

    /**
     * Makes the tree available from outside: as the MBean {@value TaskTreeMXBean#NAME} of the platform's MBean server, for JMX, and so for
     * {@code java -jar espalier-inspect.jar PID}, which prints it. From now on tasks keep when they were forked.
     *
     * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="register"}
     *
     * <p><b>Failure.</b> If it is registered already, the first one stays, and closing the result does nothing.
     *
     * @return closing it takes the MBean away
     */
    public static Registration register() {
        return TreeBean.register();
    }
}
