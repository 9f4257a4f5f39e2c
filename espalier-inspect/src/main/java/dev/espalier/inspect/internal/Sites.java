// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which frames of a stack are the user's own. */
final class Sites {
    private static final Set<String> OURS = Set.of(
            "dev.espalier",
            "dev.espalier.internal",
            "dev.espalier.spi",
            "dev.espalier.sync",
            "dev.espalier.pool",
            "dev.espalier.app",
            "dev.espalier.channels",
            "dev.espalier.channels.internal",
            "dev.espalier.inspect.internal",
            "dev.espalier.test",
            "dev.espalier.test.internal");
    private static final List<String> OTHERS = List.of(
            "java.", "jdk.", "sun.", "javax.", "com.sun.", "com.softwaremill.jox.", "org.junit.", "org.assertj.");

    private Sites() {}

    static boolean isUsers(StackTraceElement frame) {
        String type = frame.getClassName();
        for (String other : OTHERS) {
            if (type.startsWith(other)) {
                return false;
            }
        }
        int end = type.lastIndexOf('.');
        return end < 0 || !(OURS.contains(type.substring(0, end)) || type.equals("dev.espalier.inspect.TaskTree"));
    }

    /** The topmost frames of the user's own code, each as {@link #text}. */
    static List<String> users(StackTraceElement[] stack, int most) {
        var frames = new ArrayList<String>();
        for (int i = 0; i < stack.length && frames.size() < most; i++) {
            if (isUsers(stack[i])) {
                frames.add(text(stack[i]));
            }
        }
        return frames;
    }

    /** Without the package, which the file says well enough. */
    static String text(StackTraceElement frame) {
        String type = frame.getClassName();
        String file = frame.getFileName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName() + "("
                + (file == null ? "no source" : frame.getLineNumber() < 0 ? file : file + ":" + frame.getLineNumber())
                + ")";
    }
}
