// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.report.Measured;
import dev.espalier.benchmarks.report.Page;
import dev.espalier.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
 * Runs the benchmarks and writes the report.
 *
 * <p>Every benchmark runs once in a JVM of its own, then all, or those that are to be compared, run once more, and so on. So what else the machine does in a while meets
 * all contenders, and the ratio of two contenders in one round can be trusted more than a time; the tables have the medians of both.
 */
public final class Main {
    private final Effort effort;
    private final String circumstances;
    private final Map<String, List<BenchmarkResult>> results = new LinkedHashMap<>();

    private Main(Effort effort, String circumstances) {
        this.effort = effort;
        this.circumstances = circumstances;
    }

    /**
     * Runs the benchmarks: {@code Main EFFORT JSON CIRCUMSTANCES PAGE OUTSIDE [REGEX]}.
     *
     * @param args smoke, usual or full; the file for JMH's own results; a sentence on the machine; the page to write, or - to print the report; the command
     *     for contenders outside of the JVM, or -; and a regular expression for the benchmarks to run, in place of all
     * @throws RunnerException if JMH cannot run
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws RunnerException, IOException {
        Effort effort = Effort.valueOf(args[0].toUpperCase(Locale.ROOT));
        Path json = Path.of(args[1]);
        Optional<Path> page = args[3].equals("-") ? Optional.empty() : Optional.of(Path.of(args[3]));
        Optional<Outside> outside = args[4].equals("-") ? Optional.empty() : Optional.of(new Outside(args[4]));
        Pattern pattern = Pattern.compile(args.length > 5 ? args[5] : "");
        new Main(effort, args[2]).run(json, page, outside, pattern);
    }

    private void run(Path json, Optional<Path> page, Optional<Outside> outside, Pattern pattern)
            throws RunnerException, IOException {
        if (stages(1, pattern).isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to run: " + pattern + " is found in the name of no class; there are "
                            + effort.stages(1).getFirst().classes());
        }
        if (page.isPresent()) {
            Page.check(page.get());
        }
        var progress = new Progress(System.err, effort.rounds);
        for (int round = 1; round <= effort.rounds; round++) {
            progress.round(round);
            for (Effort.Stage stage : stages(round, pattern)) {
                run(stage, progress);
            }
            outside.ifPresent(programs -> progress.outside(programs::round));
        }
        Collection<RunResult> all = new ArrayList<>();
        results.values().forEach(forks -> all.add(new RunResult(forks.getFirst().getParams(), forks)));
        Files.createDirectories(json.toAbsolutePath().getParent());
        try (var out = new PrintStream(Files.newOutputStream(json), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(all);
        }
        var measured = new ArrayList<>(all.stream().map(Measured::of).toList());
        outside.ifPresent(programs -> measured.addAll(programs.measured()));
        var report = new Report(measured, circumstances);
        if (page.isPresent()) {
            Page.write(page.get(), report);
            System.err.println("Written: " + page.get());
        } else {
            System.out.print(report.markdown());
        }
        if (!progress.failed().isEmpty()) {
            System.err.println("Failed, and missing in the report:");
            progress.failed().forEach(System.err::println);
            System.exit(1);
        }
    }

    private List<Effort.Stage> stages(int round, Pattern pattern) {
        return effort.stages(round).stream()
                .map(stage -> stage.only(pattern))
                .filter(stage -> !stage.classes().isEmpty())
                .toList();
    }

    private void run(Effort.Stage stage, Progress progress) throws RunnerException {
        for (RunResult result : new Runner(options(stage), progress).run()) {
            results.computeIfAbsent(result.getParams().id(), _ -> new ArrayList<>())
                    .addAll(result.getBenchmarkResults());
        }
    }

    private Options options(Effort.Stage stage) {
        var options = new OptionsBuilder()
                .include("\\.benchmarks\\.(" + String.join("|", stage.classes()) + ")\\.")
                .forks(1)
                .timeout(TimeValue.minutes(5))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTime.class)
                .addProfiler(Figures.class);
        if (!stage.single()) {
            options.warmupIterations(effort.warmups)
                    .measurementIterations(effort.measurements)
                    .warmupTime(TimeValue.milliseconds(effort.millis))
                    .measurementTime(TimeValue.milliseconds(effort.millis));
        }
        stage.params().forEach((param, values) -> options.param(param, values.toArray(String[]::new)));
        return options.build();
    }
}
