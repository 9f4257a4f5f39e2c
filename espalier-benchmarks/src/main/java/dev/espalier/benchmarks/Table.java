// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** The results as a table in Markdown: a row for each system and set of parameters, with its ratios to the other systems. */
final class Table {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** One system in one workload: a median of each round. */
    private static final class Row {
        private final String system;
        private final double[] times;
        private final double[] allocated;
        private final double[] cpu;

        Row(RunResult result) {
            Collection<BenchmarkResult> rounds = result.getBenchmarkResults();
            system = method(result);
            times = rounds.stream().mapToDouble(Row::time).toArray();
            allocated = rounds.stream()
                    .mapToDouble(round -> secondary(round, ALLOCATED))
                    .toArray();
            cpu = rounds.stream()
                    .mapToDouble(round -> secondary(round, CpuTime.NAME))
                    .toArray();
        }

        private static double time(BenchmarkResult round) {
            return median(round.getIterationResults().stream()
                    .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                    .toArray());
        }

        private static double secondary(BenchmarkResult round, String name) {
            Result<?> result = round.getSecondaryResults().get(name);
            return result == null ? Double.NaN : result.getScore();
        }
    }

    private final Map<String, List<Row>> workloads = new TreeMap<>();

    Table(Collection<RunResult> results) {
        for (RunResult result : results) {
            workloads.computeIfAbsent(workload(result), _ -> new ArrayList<>()).add(new Row(result));
        }
    }

    private static String method(RunResult result) {
        String name = result.getParams().getBenchmark();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The class and the parameters, with numbers so that they sort. */
    private static String workload(RunResult result) {
        String name = result.getParams().getBenchmark();
        String type = name.substring(0, name.lastIndexOf('.'));
        var workload = new StringBuilder(type.substring(type.lastIndexOf('.') + 1));
        for (String key : result.getParams().getParamsKeys()) {
            String value = result.getParams().getParam(key).toLowerCase(Locale.ROOT);
            workload.append(", ").append(key).append(' ').append(value.length() == 1 ? " " + value : value);
        }
        return workload.toString();
    }

    /** The median of the ratios within one round each. */
    private static String ratio(Row row, List<Row> rows, String other, Function<Row, double[]> figure) {
        for (Row candidate : rows) {
            if (candidate.system.equals(other)) {
                double[] ratios = new double[row.times.length];
                Arrays.setAll(ratios, round -> figure.apply(row)[round] / figure.apply(candidate)[round]);
                return String.format(Locale.ROOT, "%.2f", median(ratios));
            }
        }
        return "-";
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String range(double[] values) {
        return String.format(
                Locale.ROOT,
                "%,.0f-%,.0f",
                Arrays.stream(values).min().orElse(Double.NaN),
                Arrays.stream(values).max().orElse(Double.NaN));
    }

    @Override
    public String toString() {
        var table = new StringBuilder("""
            | workload | system | ns | lowest-highest | to raw | to jdkScope | cpu ns | to raw | bytes |
            |---|---|--:|--:|--:|--:|--:|--:|--:|
            """);
        workloads.forEach((workload, rows) -> {
            for (Row row : rows) {
                table.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %,.0f | %s | %s | %s | %,.0f | %s | %,.0f |%n",
                        workload.replaceAll(" +", " "),
                        row.system,
                        median(row.times),
                        range(row.times),
                        ratio(row, rows, "raw", r -> r.times),
                        ratio(row, rows, "jdkScope", r -> r.times),
                        median(row.cpu),
                        ratio(row, rows, "raw", r -> r.cpu),
                        median(row.allocated)));
            }
        });
        return table.toString();
    }
}
