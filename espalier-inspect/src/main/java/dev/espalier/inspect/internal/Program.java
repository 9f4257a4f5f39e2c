// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

/** What this process is called. */
final class Program {
    private Program() {}

    /** Its main class or jar, without packages, folders and arguments. */
    static String name() {
        String command = System.getProperty("sun.java.command", "").strip();
        if (command.isEmpty()) {
            return "java";
        }
        String first = command.split("\\s", 2)[0];
        String file = first.substring(Math.max(first.lastIndexOf('/'), first.lastIndexOf('\\')) + 1);
        return file.endsWith(".jar") ? file : file.substring(file.lastIndexOf('.') + 1);
    }
}
