// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks and prints a table: {@code Main quick|full FILE [PATTERN]}, with the JSON file to write and the benchmarks to run.
 *
 * <p>Every benchmark runs once in a JVM of its own, then all run once more, and so on. So what else the machine does in a while meets
 * all systems, and the ratio of two systems in one round can be trusted more than a time; the table has the medians of both.
 */
public final class Main {
    /** How much is run. */
    private enum Effort {
        QUICK(2, 3, 2),
        FULL(5, 5, 5);

        private final int rounds;
        private final int warmups;
        private final int measurements;

        Effort(int rounds, int warmups, int measurements) {
            this.rounds = rounds;
            this.warmups = warmups;
            this.measurements = measurements;
        }
    }

    private Main() {}

    /**
     * Runs the benchmarks.
     *
     * @param args quick or full, the file, the pattern
     * @throws RunnerException if a benchmark fails
     * @throws IOException if the file cannot be written
     */
    public static void main(String[] args) throws RunnerException, IOException {
        Effort effort = Effort.valueOf(args[0].toUpperCase(java.util.Locale.ROOT));
        Path file = Path.of(args[1]);
        String pattern = args.length > 2 ? args[2] : ".*";
        Map<String, List<BenchmarkResult>> results = new LinkedHashMap<>();
        for (int round = 1; round <= effort.rounds; round++) {
            System.err.println("Round " + round + " of " + effort.rounds + ", benchmarks that match " + pattern);
            for (RunResult result : new Runner(options(effort, pattern)).run()) {
                results.computeIfAbsent(result.getParams().id(), _ -> new ArrayList<>())
                        .addAll(result.getBenchmarkResults());
            }
        }
        Collection<RunResult> all = new ArrayList<>();
        results.values().forEach(forks -> all.add(new RunResult(forks.getFirst().getParams(), forks)));
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (var out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(all);
        }
        System.out.print(new Table(all));
    }

    private static Options options(Effort effort, String pattern) {
        return new OptionsBuilder()
                .include(pattern)
                .forks(1)
                .warmupIterations(effort.warmups)
                .measurementIterations(effort.measurements)
                .warmupTime(TimeValue.seconds(1))
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTime.class)
                .shouldFailOnError(true)
                .verbosity(org.openjdk.jmh.runner.options.VerboseMode.SILENT)
                .build();
    }
}
