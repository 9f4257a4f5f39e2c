// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Figures that a benchmark measures by itself, because they are not the time of an invocation: the time from a failure on, the heap that a parked task
 * takes, the work that a neighbour got done. The result of an iteration is their median.
 *
 * <p>JMH makes the profiler and runs the benchmark in one JVM, and the figures are static for the two to meet; {@code record} may be called by any
 * thread.
 */
public final class Figures implements InternalProfiler {
    private static final Map<String, List<Double>> RECORDED = new TreeMap<>();

    /** Adds one to the figures of the iteration. */
    static void record(String name, double figure) {
        synchronized (RECORDED) {
            RECORDED.computeIfAbsent(name, _ -> new ArrayList<>()).add(figure);
        }
    }

    @Override
    public String getDescription() {
        return "What benchmarks measure by themselves";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        synchronized (RECORDED) {
            RECORDED.clear();
        }
    }

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public Collection<? extends Result> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        var results = new ArrayList<ScalarResult>();
        synchronized (RECORDED) {
            RECORDED.forEach((name, figures) -> {
                double[] values =
                        figures.stream().mapToDouble(Double::doubleValue).toArray();
                results.add(new ScalarResult(name, Statistics.median(values), "", AggregationPolicy.AVG));
            });
        }
        return results;
    }
}
