// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import dev.espalier.benchmarks.CpuTime;
import dev.espalier.benchmarks.Statistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * One contender in one workload with one set of parameters; each list has the median of every round, and is NaN or empty where nothing was measured.
 *
 * @param kind the workload
 * @param key the workload and its parameters
 * @param contender its name
 * @param figures what the workload is about: a time, or bytes
 * @param processor the processor time of an operation, in ns
 * @param allocated the bytes that an operation allocates
 * @param neighbours the work that other processes got done
 */
public record Measured(
        Kind kind,
        String key,
        String contender,
        List<Double> figures,
        List<Double> processor,
        List<Double> allocated,
        List<Double> neighbours) {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final String NEIGHBOURS = "neighbours.work";

    /**
     * What JMH measured.
     *
     * @param result with the JVMs of all rounds
     * @return the figures of one operation
     */
    public static Measured of(RunResult result) {
        BenchmarkParams jmh = result.getParams();
        Map<String, String> params = new TreeMap<>();
        jmh.getParamsKeys().forEach(key -> params.put(key, jmh.getParam(key)));
        String name = jmh.getBenchmark();
        String type = name.substring(0, name.lastIndexOf('.'));
        String simple = type.substring(type.lastIndexOf('.') + 1);
        Kind kind = Kind.of(simple);
        double operations = kind.operations(params);
        return new Measured(
                kind,
                kind.key(params, simple),
                params.getOrDefault("contender", name.substring(name.lastIndexOf('.') + 1)),
                rounds(result, kind.figure(), operations),
                rounds(result, CpuTime.NAME, operations),
                rounds(result, ALLOCATED, operations),
                rounds(result, NEIGHBOURS, 1));
    }

    /**
     * What a program outside of the JVM measured.
     *
     * @param key the workload and its parameters
     * @param contender its name
     * @param figures a median of each round
     * @return the figures
     */
    public static Measured outside(String key, String contender, List<Double> figures) {
        List<Double> none = List.of();
        return new Measured(Kind.ofKey(key), key, contender, figures, none, none, none);
    }

    private static List<Double> rounds(RunResult result, String name, double operations) {
        return result.getBenchmarkResults().stream()
                .map(round -> round(round, name) / operations)
                .toList();
    }

    private static double round(BenchmarkResult round, String name) {
        return Statistics.median(round.getIterationResults().stream()
                .mapToDouble(iteration -> iteration(iteration, name))
                .toArray());
    }

    private static double iteration(IterationResult iteration, String name) {
        if (name.isEmpty()) {
            return iteration.getPrimaryResult().getScore();
        }
        Result<?> result = iteration.getSecondaryResults().get(name);
        return result == null ? Double.NaN : result.getScore();
    }
}
