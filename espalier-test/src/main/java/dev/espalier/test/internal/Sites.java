// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.Set;
import java.util.stream.Stream;

/** Where in the user's code a thread is, as a trace says it: "at Account.withdraw(Account.java:12)". */
final class Sites {
    private static final StackWalker WALKER = StackWalker.getInstance();
    /** Between the user's code and the simulation. */
    private static final Set<String> OURS =
            Set.of("dev.espalier", "dev.espalier.internal", "dev.espalier.spi", "dev.espalier.test.internal");

    private Sites() {}

    /** Where the caller is; nothing if that is in no code of the user's. */
    static String here() {
        return WALKER.walk(frames ->
                first(frames.filter(f -> isUsers(f.getClassName())).map(StackWalker.StackFrame::toStackTraceElement)));
    }

    /** Where a thread is that has stopped. */
    static String of(Thread thread) {
        return first(Stream.of(thread.getStackTrace()).filter(f -> isUsers(f.getClassName())));
    }

    private static String first(Stream<StackTraceElement> frames) {
        return frames.findFirst()
                .map(f -> "at " + f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1) + "."
                        + f.getMethodName() + "(" + f.getFileName() + ":" + f.getLineNumber() + ")")
                .orElse("");
    }

    private static boolean isUsers(String type) {
        if (type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.")) {
            return false;
        }
        int end = type.lastIndexOf('.');
        return end < 0 || !(OURS.contains(type.substring(0, end)) || type.equals("dev.espalier.test.SimulatedBackend"));
    }
}
