// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import dev.espalier.benchmarks.contenders.Disaster;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/**
 * W5: the heap that a parked task takes: what is reachable with all tasks parked in a group, less what was reachable before. It does not see the
 * memory outside of the heap; threads that are virtual have none, and neither have coroutines.
 */
@BenchmarkMode(Mode.SingleShotTime)
@Warmup(iterations = 1)
@Measurement(iterations = 2)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xmx12g"})
public class ParkedMemory extends Workload {
    static final String HEAP = "heap.growth";

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    public String contender = "";

    /** The tasks that are parked. */
    @Param("100000")
    public int tasks;

    private Contender chosen = Contender.named("raw");

    /** Makes the contender. */
    @Setup
    public void choose() {
        chosen = Contender.named(contender);
    }

    /** Parks the tasks, looks at the heap, and lets the group fail. */
    @Benchmark
    public void park() throws Exception {
        long before = reachable();
        var disaster = new Disaster(tasks) {
            @Override
            protected void beforeFailure() {
                Figures.record(HEAP, (double) (reachable() - before));
            }
        };
        owner.run(() -> chosen.park(disaster));
    }

    /** The bytes in the heap after collections: several, since what a finalizer or a reference holds goes with the next one. */
    private static long reachable() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
