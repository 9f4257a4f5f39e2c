// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** S5 in real processes: signals, exits, statuses. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no such signals")
@Timeout(120)
class ApplicationProcessTest {
    private static final String SERVER_ENDS = "up, intake stopped, poller ended: SHUTDOWN, pool closed, cleanup";

    @TempDir
    private Path folder;

    @RepeatedTest(2)
    @DisplayName("S5 SIGTERM ends a process in order, with the JVM's status 143")
    void sigterm() throws Exception {
        try (var program = start("server")) {
            program.signalAfter("up", "-TERM");
            assertThat(program.status()).isEqualTo(143);
            assertThat(program.lines()).isEqualTo(SERVER_ENDS);
            assertThat(program.errors()).isEmpty();
        }
    }

    @Test
    @DisplayName("S5 SIGINT ends a process in order, with the JVM's status 130")
    void sigint() throws Exception {
        try (var program = start("server")) {
            program.signalAfter("up", "-INT");
            assertThat(program.status()).isEqualTo(130);
            assertThat(program.lines()).isEqualTo(SERVER_ENDS);
        }
    }

    @ParameterizedTest
    @CsvSource({"-TERM, -TERM, 143", "-INT, -INT, 130", "-TERM, -INT, 130", "-INT, -TERM, 143"})
    @DisplayName("S5 a second signal ends the process at once, whatever hangs")
    void aSecondSignal(String first, String second, int status) throws Exception {
        try (var program = start("hangs")) {
            program.signalAfter("up", first);
            program.signalAfter("hanging", second);
            assertThat(program.status()).isEqualTo(status);
            assertThat(program.lines()).isEqualTo("up, intake stopped, poller ended: SHUTDOWN, hanging");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hangs for a while", "hangs, with a log"})
    @DisplayName("S5 a resource that hangs in closing is left behind at its limit, and named; the others close")
    void hangingInClosing(String name) throws Exception {
        try (var program = start(name)) {
            program.signalAfter("up", "-TERM");
            assertThat(program.status()).isEqualTo(143);
            assertThat(program.lines())
                    .startsWith("up, intake stopped, ")
                    .contains("pool closed")
                    .endsWith("cleanup");
            assertThat(program.errors())
                    .contains("resource 'hanging' of application 'test' took longer than PT0.3S")
                    .contains("application 'test' has not ended in order")
                    .contains("ProcessProgram.deaf");
        }
    }

    @Test
    @DisplayName(
            "S5 tasks that compute on every carrier and ignore their cancellation keep no shutdown from ending, and"
                    + " are named")
    void computingOnEveryCarrier() throws Exception {
        try (var program = start("computes")) {
            program.signalAfter("up", "-TERM");
            assertThat(program.status()).isEqualTo(143);
            assertThat(program.lines()).startsWith("up, intake stopped").endsWith("pool closed, cleanup");
            assertThat(program.errors())
                    .contains("application 'test' > group 'tasks' > task 'computes' has not ended PT0.3S after");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "failing startup, 1, no port, 'intake stopped, pool closed, cleanup'",
        "failing close, 3, cannot close, 'intake stopped, pool closed, cleanup'",
        "failing task, 1, queue gone, 'intake stopped, pool closed, cleanup'",
        "ends, 0, , 'intake stopped, pool closed, cleanup'",
        "exit in a task, 5, task 'exits' has not ended, 'intake stopped, pool closed, cleanup'",
        "exit in a hook, 6, shutdown hook 'exits', 'intake stopped, pool closed, cleanup'",
        "exit in startup, 7, the start of application 'test' has not ended, 'intake stopped, pool closed, cleanup'",
        "main returns, 0, , closed",
        "global, 0, , closed global",
        "'global, too late', 0, , a group of application 'global' was refused: application 'global' shuts down: the"
                + " JVM is exiting"
    })
    @DisplayName("S5 the exit status says how it ended, and whatever ends the JVM, everything is closed")
    void statuses(String program, int status, @Nullable String error, String lines) throws Exception {
        try (var running = start(program)) {
            assertThat(running.status()).isEqualTo(status);
            assertThat(running.lines().replace("up, ", "").replace("poller ended: SHUTDOWN, ", ""))
                    .isEqualTo(lines);
            if (error == null) {
                assertThat(running.errors()).isEmpty();
            } else {
                assertThat(running.errors()).contains(error);
            }
        }
    }

    private Program start(String name) throws Exception {
        Path classes = Path.of(System.getProperty("basedir", "."), "target");
        var command = new ArrayList<>(resettingSigint());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.resolve("classes") + System.getProperty("path.separator") + classes.resolve("test-classes"),
                ProcessProgram.class.getName(),
                name));
        Path errors = folder.resolve("errors");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return new Program(process, process.inputReader(UTF_8), new ArrayList<>(), errors);
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

    private record Program(Process process, BufferedReader out, List<String> said, Path errorFile)
            implements AutoCloseable {
        void signalAfter(String line, String signal) throws Exception {
            String next;
            do {
                next = out.readLine();
                assertThat(next).as("%s, and then not '%s'", said, line).isNotNull();
                said.add(next);
            } while (!next.equals(line));
            assertThat(new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }

        int status() throws Exception {
            assertThat(process.waitFor(Duration.ofSeconds(60).toSeconds(), TimeUnit.SECONDS))
                    .as("the process ends")
                    .isTrue();
            return process.exitValue();
        }

        String lines() {
            said.addAll(out.lines().filter(line -> !line.equals("deaf")).toList());
            return String.join(", ", said);
        }

        String errors() throws IOException {
            return Files.readString(errorFile, UTF_8);
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            out.close();
        }
    }
}
