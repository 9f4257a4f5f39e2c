// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM as this one: the module path, the tests in the module, the agent. */
final class Jvm {
    private Jvm() {}

    static Process start(Class<?> program, String... arguments) throws Exception {
        var own = program.getModule().getName();
        var classes =
                Path.of(program.getResource(program.getSimpleName() + ".class").toURI());
        for (int i = 0; i < program.getName().split("\\.").length; i++) {
            classes = classes.getParent();
        }
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--module-path",
                System.getProperty("jdk.module.path"),
                "--class-path",
                System.getProperty("java.class.path"),
                "--patch-module",
                own + "=" + classes,
                "--add-modules",
                own,
                "--add-reads",
                own + "=ALL-UNNAMED",
                "-javaagent:" + classes.resolveSibling("agent.jar") + "=dev.espalier.test.planted",
                "-Despalier.forkSites=true",
                "--module",
                own + "/" + program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** What it prints until it ends, which must be well. */
    static List<String> lines(Process process) throws Exception {
        try (var reader = process.inputReader(UTF_8)) {
            var lines = reader.lines().toList();
            assertThat(process.waitFor()).isZero();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}
