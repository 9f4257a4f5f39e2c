// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Where in the user's code something is, as a trace says it: "at Account.withdraw(Account.java:12)". */
final class Sites {
    private static final StackWalker WALKER = StackWalker.getInstance();
    /** Between the user's code and the simulation. */
    private static final Set<String> OURS = Set.of(
            "dev.espalier",
            "dev.espalier.internal",
            "dev.espalier.spi",
            "dev.espalier.sync",
            "dev.espalier.pool",
            "dev.espalier.app",
            "dev.espalier.channels",
            "dev.espalier.channels.internal",
            "dev.espalier.test.internal");
    /** The JDK, and those who only say that something is wrong. */
    private static final List<String> OTHERS = List.of(
            "java.",
            "jdk.",
            "sun.",
            "javax.",
            "com.softwaremill.jox.",
            "org.assertj.",
            "org.hamcrest.",
            "org.junit.",
            "org.mockito.",
            "org.opentest4j.");

    private Sites() {}

    /** Where the caller is; nothing if that is in no code of the user's. */
    static String here() {
        return WALKER.walk(frames -> first(
                        frames.filter(f -> isUsers(f.getClassName())).map(StackWalker.StackFrame::toStackTraceElement)))
                .orElse("");
    }

    /** Where a thread is that has stopped; nothing if that is in no code of the user's. */
    static String of(Thread thread) {
        return users(thread.getStackTrace()).orElse("");
    }

    /** Where a thread is, be it in no code of the user's. */
    static String anywhere(Thread thread) {
        var stack = thread.getStackTrace();
        return users(stack).or(() -> first(Stream.of(stack))).orElse("at the end of its code");
    }

    /** In which method of the user's an exception was thrown; nothing if in none. */
    static String thrownIn(Throwable thrown) {
        return Stream.of(thrown.getStackTrace())
                .filter(f -> isUsers(f.getClassName()))
                .findFirst()
                .map(f -> f.getClassName() + "." + f.getMethodName())
                .orElse("");
    }

    private static Optional<String> users(StackTraceElement[] stack) {
        return first(Stream.of(stack).filter(f -> isUsers(f.getClassName())));
    }

    private static Optional<String> first(Stream<StackTraceElement> frames) {
        return frames.findFirst()
                .map(f -> "at " + f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1) + "."
                        + f.getMethodName() + "(" + f.getFileName() + ":" + f.getLineNumber() + ")");
    }

    /** Whether a class is the user's. */
    static boolean isUsers(String type) {
        for (String other : OTHERS) {
            if (type.startsWith(other)) {
                return false;
            }
        }
        int end = type.lastIndexOf('.');
        return end < 0 || !(OURS.contains(type.substring(0, end)) || type.equals("dev.espalier.test.SimulatedBackend"));
    }
}
