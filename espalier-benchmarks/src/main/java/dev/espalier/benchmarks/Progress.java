// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * Tells on the terminal which benchmark runs and when all will have run; keeps what JMH says of those that failed. JMH calls it on one thread.
 */
final class Progress implements OutputFormat {
    private final PrintStream out;
    private final int rounds;
    private final long start = System.nanoTime();
    private final List<String> failed = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();
    private int round;
    private int started;
    private int inFirstRound;
    private String running = "";
    private boolean ended = true;

    Progress(PrintStream out, int rounds) {
        this.out = out;
        this.rounds = rounds;
    }

    void round(int number) {
        settle();
        if (number == 2) {
            inFirstRound = started;
        }
        round = number;
        out.printf("Round %d of %d%n", round, rounds);
    }

    /** Programs outside of the JVM: when they fail, there is still the rest, and that took an hour. */
    void outside(Programs programs) {
        settle();
        out.println("Programs outside of the JVM");
        try {
            programs.run();
        } catch (IOException | IllegalArgumentException e) {
            failed.add(String.valueOf(e.getMessage()));
            out.println("failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while programs outside of the JVM ran", e);
        }
    }

    /** Runs programs outside of the JVM. */
    interface Programs {
        void run() throws IOException, InterruptedException;
    }

    /** The benchmarks that have no result, with what was said of them. */
    List<String> failed() {
        settle();
        return List.copyOf(failed);
    }

    @Override
    public void startBenchmark(BenchmarkParams params) {
        settle();
        running = params.id();
        ended = false;
        said.setLength(0);
        started++;
        double minutes = (System.nanoTime() - start) / 60e9;
        String left = inFirstRound == 0
                ? ""
                : String.format(" at most %.0f minutes left", minutes * (inFirstRound * rounds - started) / started);
        out.printf("%5.1f min, %d:%s %s%n", minutes, started, left, running);
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
        ended = true;
    }

    /** JMH does not say that a benchmark failed: it goes on with the next one. */
    private void settle() {
        if (!ended) {
            failed.add(running + "\n" + said);
            out.println("failed: " + running + "\n" + said);
            ended = true;
        }
    }

    /** Called at the end of each forked JVM too, before the benchmark's end. */
    @Override
    public void close() {}

    @Override
    public void iteration(BenchmarkParams benchmark, IterationParams params, int iteration) {}

    @Override
    public void iterationResult(
            BenchmarkParams benchmark, IterationParams params, int iteration, IterationResult data) {}

    @Override
    public void startRun() {}

    @Override
    public void endRun(Collection<RunResult> result) {
        settle();
    }

    @Override
    public void print(String s) {
        said.append(s);
    }

    @Override
    public void println(String s) {
        said.append(s).append('\n');
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void verbosePrintln(String s) {}

    @Override
    public void write(int b) {
        said.append((char) b);
    }

    @Override
    public void write(byte[] b) throws IOException {
        said.append(new String(b, StandardCharsets.UTF_8));
    }
}
