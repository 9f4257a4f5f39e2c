// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A seed is a run: in this JVM and in any other, whatever ran before it. */
class DeterminismTest {
    private static final int SEEDS = 1_000;

    @Test
    void inOneJvmAThousandSeedsGiveTheSameTraceTwice() throws Exception {
        var runs = new HashSet<String>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var first = Digests.of(seed);
            assertThat(first).doesNotContain("Error", "Exception", "outside");
            assertThat(Digests.of(seed)).isEqualTo(first);
            runs.add(first);
        }
        assertThat(runs).hasSizeGreaterThan(SEEDS * 9 / 10);
    }

    @Test
    void inTwoJvmsTheSameSeedsInOtherOrdersGiveTheSameTraces() throws Exception {
        var up = start("1", "" + SEEDS);
        var down = start("" + SEEDS, "1");
        var ups = lines(up);
        assertThat(ups).hasSize(SEEDS);
        assertThat(lines(down).reversed()).isEqualTo(ups);
    }

    /** A JVM as this one: the module path, the tests in the module, the agent. */
    private static Process start(String... arguments) throws Exception {
        var own = Digests.class.getModule().getName();
        var classes = Path.of(Digests.class.getResource("Digests.class").toURI());
        for (int i = 0; i < Digests.class.getName().split("\\.").length; i++) {
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
                own + "/" + Digests.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(new File("."))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> lines(Process process) throws Exception {
        try (var reader = process.inputReader(UTF_8)) {
            var lines = reader.lines().toList();
            assertThat(process.waitFor()).isZero();
            return lines;
        }
    }
}
