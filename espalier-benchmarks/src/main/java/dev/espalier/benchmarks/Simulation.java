// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.Exploration;
import dev.espalier.test.SimulatedBackend;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a simulation costs: a step, and a whole run of a small test. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"--add-opens=java.base/java.lang=ALL-UNNAMED", "-Xms1g", "-Xmx1g"})
@State(Scope.Thread)
@SuppressWarnings("ThreadPriorityCheck") // in a simulation, letting others go first is a step
public class Simulation {
    private static final int STEPS = 100_000;
    private static final Exploration ONE = Exploration.seeds(1).maxSteps(10_000_000);
    private long seed;

    /** Ten threads that do nothing but let others go first: each step is a switch. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void step() throws InterruptedException {
        SimulatedBackend.explore(
                        ONE.from(++seed),
                        _ -> TaskGroup.run(group -> {
                            for (int t = 0; t < 10; t++) {
                                var _ = group.fork(() -> {
                                    for (int i = 0; i < STEPS / 10; i++) {
                                        Thread.yield();
                                    }
                                });
                            }
                        }))
                .orThrow();
    }

    /** Ten threads that come to points at which the seed may switch. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void point() throws InterruptedException {
        SimulatedBackend.explore(
                        ONE.from(++seed),
                        _ -> TaskGroup.run(group -> {
                            for (int t = 0; t < 10; t++) {
                                var _ = group.fork(() -> {
                                    for (int i = 0; i < STEPS / 10; i++) {
                                        CancelScope.checkpoint();
                                    }
                                });
                            }
                        }))
                .orThrow();
    }

    /** One seed of a test of ten tasks that sleep and share a lock. */
    @Benchmark
    public void tenTasks() throws InterruptedException {
        SimulatedBackend.explore(ONE.from(++seed), _ -> {
                    var lock = new ReentrantLock();
                    TaskGroup.run(group -> {
                        for (int t = 0; t < 10; t++) {
                            int millis = t;
                            var _ = group.fork(() -> {
                                for (int i = 0; i < 5; i++) {
                                    Tasks.sleep(Duration.ofMillis(millis));
                                    lock.lock();
                                    try {
                                        Thread.yield();
                                    } finally {
                                        lock.unlock();
                                    }
                                }
                            });
                        }
                    });
                })
                .orThrow();
    }
}
