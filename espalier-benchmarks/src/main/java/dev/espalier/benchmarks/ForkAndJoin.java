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

/**
 * 100,000 tasks that do nothing, forked into one group by a virtual thread and joined: time and allocation a task. What a task costs that is
 * one of very many.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ForkAndJoin.TASKS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
public class ForkAndJoin {
    static final int TASKS = 100_000;
    private static final Callable<Object> NOTHING = () -> "done";

    /** {@code TaskGroup.run}. */
    @Benchmark
    public void espalier() throws Exception {
        Owner.VIRTUAL.run(() -> TaskGroup.run(group -> {
            for (int i = 0; i < TASKS; i++) {
                var _ = group.fork(NOTHING);
            }
        }));
    }

    /** Threads that count down a latch. */
    @Benchmark
    public void raw() throws Exception {
        Owner.VIRTUAL.run(() -> {
            var done = new CountDownLatch(TASKS);
            for (int i = 0; i < TASKS; i++) {
                Thread.startVirtualThread(done::countDown);
            }
            done.await();
        });
    }

    /** {@code StructuredTaskScope.open()}. */
    @Benchmark
    public void jdkScope() throws Exception {
        Owner.VIRTUAL.run(() -> {
            try (var scope = StructuredTaskScope.open()) {
                for (int i = 0; i < TASKS; i++) {
                    scope.fork(NOTHING);
                }
                scope.join();
            }
        });
    }
}
