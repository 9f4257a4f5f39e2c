// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.Effort.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Tells whether the core has become slower: the same benchmarks with the core of another commit and with this one.
 *
 * <p>A time says little on a machine that does other things, and two times that were taken minutes apart say nothing about their ratio. So each
 * benchmark runs in pairs, one JVM right after the other, and the one that goes first changes; what counts are the ratios in the pairs, and how far
 * their median can be trusted ({@link Statistics#bootstrap}). It is called slower only if the whole confidence interval lies beyond a tolerance: of
 * a dozen benchmarks, one in twenty would otherwise be called so by chance.
 *
 * <p>Instructions would be steadier, where the machine counts them: virtual ones often do not.
 */
public final class Compare {
    /** What a JVM differs by from the next one that runs the same: the heap's layout, what was compiled when. */
    private static final double TOLERANCE = 0.03;

    private static final long SEED = 1;

    private static final List<Stage> STAGES = List.of(
            stage("ForkAndJoin", Map.of()),
            stage("SmallGroups", Map.of("size", List.of("1"))),
            stage("SmallGroups", Map.of("size", List.of("4"))),
            stage("SmallGroups", Map.of("size", List.of("16"))),
            stage("SmallGroups", Map.of("size", List.of("4"), "owner", List.of("PLATFORM"))),
            stage("TreeOfGroups", Map.of()),
            stage("CancelParked", Map.of("tasks", List.of("10000"))),
            stage("TimeoutInTask", Map.of()),
            stage("LimitedTasks", Map.of()),
            stage("MapItems", Map.of("limit", List.of("256"))),
            stage("Primitives", Map.of("primitive", List.of("LOCK"), "users", List.of("1"))),
            stage("Primitives", Map.of("primitive", List.of("SEMAPHORE"), "users", List.of("64"))));

    private static Stage stage(String name, Map<String, List<String>> params) {
        return new Stage(List.of(name), /* single */ false, params).with("contender", "espalier");
    }

    private final String ownClassPath = System.getProperty("java.class.path");
    private final String baseJar;
    private final int pairs;

    private Compare(String baseJar, int pairs) {
        this.baseJar = baseJar;
        this.pairs = pairs;
    }

    /**
     * Compares, prints a table, and exits with 1 if something is slower.
     *
     * @param args the jar of the other core, how many pairs, and a regular expression for the names of the classes to run, or nothing for all
     * @throws RunnerException if JMH cannot run
     */
    public static void main(String[] args) throws RunnerException {
        var compare = new Compare(args[0], Integer.parseInt(args[1]));
        Pattern pattern = Pattern.compile(args[2]);
        List<Stage> stages = STAGES.stream()
                .filter(stage -> !stage.only(pattern).classes().isEmpty())
                .toList();
        if (stages.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to run: " + pattern + " is found in the name of no class; there are "
                            + STAGES.stream()
                                    .flatMap(stage -> stage.classes().stream())
                                    .distinct()
                                    .toList());
        }
        System.out.println("| benchmark | time | 95 % | user time | 95 % | |\n|---|--:|--:|--:|--:|---|");
        boolean slower = false;
        for (Stage stage : stages) {
            slower |= compare.run(stage);
        }
        System.exit(slower ? 1 : 0);
    }

    private boolean run(Stage stage) throws RunnerException {
        double[] times = new double[pairs];
        double[] users = new double[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            boolean baseFirst = pair % 2 == 0;
            Collection<IterationResult> first = fork(stage, baseFirst);
            Collection<IterationResult> second = fork(stage, !baseFirst);
            Collection<IterationResult> base = baseFirst ? first : second;
            Collection<IterationResult> head = baseFirst ? second : first;
            times[pair] = time(head) / time(base);
            users[pair] = user(head) / user(base);
            System.err.printf(Locale.ROOT, "%s, pair %d of %d: %.3f%n", name(stage), pair + 1, pairs, times[pair]);
        }
        Statistics.Interval time = Statistics.bootstrap(times, SEED);
        Statistics.Interval user = Statistics.bootstrap(users, SEED);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.3f | %.3f–%.3f | %.3f | %.3f–%.3f | %s |%n",
                name(stage),
                time.ratio(),
                time.low(),
                time.high(),
                user.ratio(),
                user.low(),
                user.high(),
                verdict(time));
        return time.low() > 1 + TOLERANCE;
    }

    /** What the interval says: a wide one says that nothing is known, and not that nothing changed. */
    static String verdict(Statistics.Interval interval) {
        if (interval.low() > 1 + TOLERANCE) {
            return "**slower**";
        }
        if (interval.high() < 1 - TOLERANCE) {
            return "faster";
        }
        if (interval.low() >= 1 - 2 * TOLERANCE && interval.high() <= 1 + 2 * TOLERANCE) {
            return "the same";
        }
        return "not known: run more pairs, or on a machine with less other work";
    }

    private static String name(Stage stage) {
        var name = new StringBuilder(stage.classes().getFirst());
        stage.params().forEach((param, values) -> {
            if (!param.equals("contender")) {
                name.append(' ').append(param).append('=').append(values.getFirst());
            }
        });
        return name.toString();
    }

    /** One JVM. The class path of JMH's forks is this property; classes of the jar that is first in it hide those of the same name. */
    private Collection<IterationResult> fork(Stage stage, boolean base) throws RunnerException {
        System.setProperty(
                "java.class.path", base ? baseJar + System.getProperty("path.separator") + ownClassPath : ownClassPath);
        try {
            var options = new OptionsBuilder()
                    .include("\\.benchmarks\\." + stage.classes().getFirst() + "\\.")
                    .forks(1)
                    .warmupIterations(4)
                    .measurementIterations(5)
                    .warmupTime(TimeValue.milliseconds(500))
                    .measurementTime(TimeValue.milliseconds(500))
                    .timeout(TimeValue.minutes(5))
                    .addProfiler(CpuTime.class)
                    .addProfiler(Figures.class)
                    .shouldFailOnError(true);
            stage.params().forEach((param, values) -> options.param(param, values.toArray(String[]::new)));
            Collection<RunResult> results = new Runner(options.build(), new Progress(System.err, 1)).run();
            var iterations = new ArrayList<IterationResult>();
            results.forEach(result ->
                    result.getBenchmarkResults().forEach(jvm -> iterations.addAll(jvm.getIterationResults())));
            return iterations;
        } finally {
            System.setProperty("java.class.path", ownClassPath);
        }
    }

    private static double time(Collection<IterationResult> iterations) {
        boolean own = iterations.stream()
                .allMatch(iteration -> iteration.getSecondaryResults().containsKey(CancelParked.TIME));
        return own
                ? secondary(iterations, CancelParked.TIME)
                : Statistics.median(iterations.stream()
                        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                        .toArray());
    }

    private static double secondary(Collection<IterationResult> iterations, String name) {
        return Statistics.median(values(iterations, name));
    }

    /** A mean, since it is counted in coarse ticks: in one iteration there may be none. */
    private static double user(Collection<IterationResult> iterations) {
        return Arrays.stream(values(iterations, CpuTime.USER)).average().orElse(Double.NaN);
    }

    private static double[] values(Collection<IterationResult> iterations, String name) {
        return iterations.stream()
                .map(iteration -> iteration.getSecondaryResults().get(name))
                .mapToDouble(result -> result == null ? Double.NaN : result.getScore())
                .toArray();
    }
}
