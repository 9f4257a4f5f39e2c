// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the program as a process of its own, and sends it a signal. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no such signals")
class SignalTest {
    @TempDir
    private Path folder;

    /**
     * With four places and four requests that hang, everything before them has been answered and all that comes after
     * them has not been asked for: so the report is the same each time.
     */
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void theReportOfWhatWasFoundIsPrintedAtASignal(String signal, int status) throws Exception {
        stopInMidCrawl(signal, status);
    }

    @RepeatedTest(2)
    void theReportIsPrintedUnderLoad() throws Exception {
        var busy = new AtomicBoolean(true);
        var hogs = Stream.generate(() -> Thread.ofPlatform().daemon().start(() -> {
                    while (busy.get()) {
                        Thread.onSpinWait();
                    }
                }))
                .limit(2L * Runtime.getRuntime().availableProcessors())
                .toList();
        try {
            stopInMidCrawl("TERM", LinkChecker.TERMINATED);
        } finally {
            busy.set(false);
            for (Thread hog : hogs) {
                hog.join();
            }
        }
    }

    private void stopInMidCrawl(String signal, int status) throws Exception {
        try (TestSite site =
                TestSite.hanging(4, "/missing", "/fine", "/hang1", "/hang2", "/hang3", "/hang4", "/hang5")) {
            Path out = folder.resolve("out");
            Path err = folder.resolve("err");
            Process process = new ProcessBuilder(
                            command(site.url(), "--concurrency=4", "--request-timeout=10m", "--slow=10m"))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                assertThat(site.hanging.await(60, TimeUnit.SECONDS)).isTrue();
                signal("-" + signal, process.pid());
                assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }

            assertThat(Files.readString(err, UTF_8)).isEmpty();
            assertThat(Files.readString(out, UTF_8))
                    .containsPattern("broken +/missing +404 Not Found +/\n")
                    .containsPattern("\nURLs visited: 3 in .*, retries: 0, external URLs skipped: 0\n")
                    .contains("\nbroken: 1, bad anchors: 0, redirects: 0, flaky: 0, slow: 0\n")
                    .endsWith("\nPARTIAL: stopped by a signal, URLs found and not visited: 5\n");
            assertThat(process.exitValue()).isEqualTo(status);
        }
    }

    private static List<String> command(String... args) throws Exception {
        var command = new ArrayList<>(resettingSigint());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LinkChecker.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /**
     * A shell starts background jobs with SIGINT ignored, and children inherit that: so it is reset, where there is a
     * tool for it.
     */
    private static List<String> resettingSigint() throws Exception {
        var reset = List.of("env", "--default-signal=INT");
        try {
            var probe = new ArrayList<>(reset);
            probe.add("true");
            return new ProcessBuilder(probe).start().waitFor() == 0 ? reset : List.of();
        } catch (IOException e) {
            return List.of(); // no such tool
        }
    }

    private static void signal(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, String.valueOf(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
