// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Body;
import dev.espalier.benchmarks.contenders.Contender;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * {@code Tasks.map} over a million items, of which 16, 256 or 4,096 are worked on at once, each by a task of its own; the results are a list in the order of
 * the items. The JDK's scope is here its {@code Gatherers.mapConcurrent}, and Jox its {@code Par.parLimit}.
 */
public class MapItems extends Workload {
    static final int ITEMS = 1_000_000;
    private static final List<Integer> SOURCE =
            IntStream.range(0, ITEMS).boxed().toList();
    private static final long SUM = SOURCE.stream().mapToLong(Body::map).sum();

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    public String contender = "";

    /** How many items are worked on at once. */
    @Param({"16", "256", "4096"})
    public int limit;

    private Contender chosen = Contender.named("raw");

    /** Makes the contender. */
    @Setup
    public void choose() {
        chosen = Contender.named(contender);
    }

    /** All items; the sum of the results is checked, and a sample of their order. */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void map() throws Exception {
        owner.run(() -> {
            List<Long> results = chosen.map(SOURCE, limit);
            long sum = 0;
            for (long result : results) {
                sum += result;
            }
            int middle = ITEMS / 2;
            if (results.size() != ITEMS || sum != SUM || results.get(middle) != Body.map(middle)) {
                throw new IllegalStateException(results.size() + " results, their sum " + sum + ", in the middle "
                        + results.get(middle) + ": expected " + ITEMS + ", " + SUM + ", " + Body.map(middle));
            }
        });
    }
}
