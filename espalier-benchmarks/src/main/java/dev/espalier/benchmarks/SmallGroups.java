// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.TaskGroup;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Groups of 1, 4 and 16 tasks that do nothing, one group after the other on one thread: time and allocation a group. What a request pays that
 * asks a few services at once; most of it is the owner's wait.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SmallGroups.GROUPS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
@State(Scope.Benchmark)
public class SmallGroups {
    static final int GROUPS = 2_000;
    private static final Callable<Object> NOTHING = () -> "done";

    /** The thread that opens the groups. */
    @Param({"VIRTUAL", "PLATFORM"})
    public Owner owner = Owner.VIRTUAL;

    /** Tasks in a group. */
    @Param({"1", "4", "16"})
    public int size;

    /** {@code TaskGroup.run}. */
    @Benchmark
    public void espalier() throws Exception {
        owner.repeat(
                GROUPS,
                () -> TaskGroup.run(group -> {
                    for (int i = 0; i < size; i++) {
                        var _ = group.fork(NOTHING);
                    }
                }));
    }

    /** Threads that count down a latch. */
    @Benchmark
    public void raw() throws Exception {
        owner.repeat(GROUPS, () -> {
            var done = new CountDownLatch(size);
            for (int i = 0; i < size; i++) {
                Thread.startVirtualThread(done::countDown);
            }
            done.await();
        });
    }

    /** {@code StructuredTaskScope.open()}. */
    @Benchmark
    public void jdkScope() throws Exception {
        owner.repeat(GROUPS, () -> {
            try (var scope = StructuredTaskScope.open()) {
                for (int i = 0; i < size; i++) {
                    scope.fork(NOTHING);
                }
                scope.join();
            }
        });
    }
}
