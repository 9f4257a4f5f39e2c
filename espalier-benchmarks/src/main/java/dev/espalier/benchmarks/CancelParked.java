// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
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
 * 10,000 tasks are parked in a group, and one more fails: time and allocation a task, from the failure until the owner, a virtual thread, has
 * got the exception and all tasks have ended. Forking and parking them is not measured.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ParkedTasks.TASKS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
public class CancelParked {
    /** The tasks in a group of Espalier's. */
    public static class InEspalier extends ParkedTasks {
        @Override
        void own() throws Exception {
            try {
                TaskGroup.run(group -> {
                    var _ = group.fork(this::fail);
                    for (int i = 0; i < TASKS; i++) {
                        int index = i;
                        var _ = group.fork(() -> park(index));
                    }
                });
            } catch (TaskGroupException e) {
                expect(e.getCause());
            }
        }
    }

    /** The tasks in plain threads: the failure is told to the owner by a latch, and it interrupts them. */
    public static class InThreads extends ParkedTasks {
        @Override
        void own() throws Exception {
            var failed = new CountDownLatch(1);
            var done = new CountDownLatch(TASKS + 1);
            Thread.startVirtualThread(() -> {
                try {
                    fail();
                } catch (Failure | InterruptedException _) {
                    failed.countDown();
                }
                done.countDown();
            });
            var all = new Thread[TASKS];
            for (int i = 0; i < TASKS; i++) {
                int index = i;
                all[i] = Thread.startVirtualThread(() -> {
                    try {
                        park(index);
                    } catch (InterruptedException _) {
                        // this is how it ends
                    }
                    done.countDown();
                });
            }
            failed.await();
            for (Thread thread : all) {
                thread.interrupt();
            }
            done.await();
        }
    }

    /** The tasks in a scope of the JDK's. */
    public static class InJdkScope extends ParkedTasks {
        @Override
        void own() throws Exception {
            try (var scope = StructuredTaskScope.open()) {
                scope.fork(this::fail);
                for (int i = 0; i < TASKS; i++) {
                    int index = i;
                    scope.fork(() -> park(index));
                }
                scope.join();
            } catch (StructuredTaskScope.FailedException e) {
                expect(e.getCause());
            }
        }
    }

    /** {@code TaskGroup.run}. */
    @Benchmark
    public void espalier(InEspalier tasks) throws Exception {
        tasks.failAndWait();
    }

    /** Threads, a latch, and a loop that interrupts. */
    @Benchmark
    public void raw(InThreads tasks) throws Exception {
        tasks.failAndWait();
    }

    /** {@code StructuredTaskScope.open()}. */
    @Benchmark
    public void jdkScope(InJdkScope tasks) throws Exception {
        tasks.failAndWait();
    }
}
