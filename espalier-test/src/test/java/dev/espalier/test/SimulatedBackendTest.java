// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** One carrier, one order for each seed, and a clock that jumps. */
class SimulatedBackendTest {
    private static List<String> letters(long seed) throws Exception {
        return SimulatedBackend.run(seed, _ -> {
            var letters = new ArrayList<String>();
            TaskGroup.run(group -> {
                for (String letter : List.of("a", "b", "c", "d")) {
                    var _ = group.fork(() -> {
                        for (int i = 0; i < 3; i++) {
                            letters.add(letter + i);
                            Thread.yield();
                        }
                    });
                }
            });
            return letters;
        });
    }

    @Test
    void theSameSeedGivesTheSameOrderAndOthersGiveOthers() throws Exception {
        var orders = new HashSet<List<String>>();
        for (long seed = 1; seed <= 50; seed++) {
            var order = letters(seed);
            assertThat(order).hasSize(12).isEqualTo(letters(seed));
            orders.add(order);
        }
        assertThat(orders).hasSizeGreaterThan(30);
    }

    @Test
    void theClockJumps() throws Exception {
        Duration elapsed = SimulatedBackend.run(1, sim -> {
            TaskGroup.run(group -> {
                for (int i = 1; i <= 10; i++) {
                    int hours = i;
                    var _ = group.fork(() -> Tasks.sleep(Duration.ofHours(hours)));
                }
            });
            return sim.elapsed();
        });
        assertThat(elapsed).isEqualTo(Duration.ofHours(10));
    }

    @Test
    void aDeadlinePassesInSimulatedTime() {
        assertThatThrownBy(() -> SimulatedBackend.run(3, _ -> {
                    CancelScope.failAfter(Duration.ofMinutes(1), () -> Tasks.sleep(Duration.ofDays(1)));
                    return null;
                }))
                .isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void locksMonitorsQueuesAndFuturesOfTheJdkSwitch() throws Exception {
        for (long seed = 1; seed <= 200; seed++) {
            int total = SimulatedBackend.run(seed, _ -> {
                var lock = new ReentrantLock();
                var monitor = new Object();
                var queue = new ArrayBlockingQueue<Integer>(1);
                var sum = new int[2];
                TaskGroup.run(group -> {
                    for (int t = 0; t < 3; t++) {
                        var _ = group.fork(() -> {
                            for (int i = 0; i < 5; i++) {
                                lock.lock();
                                try {
                                    sum[0]++;
                                    Thread.yield();
                                } finally {
                                    lock.unlock();
                                }
                                synchronized (monitor) {
                                    int before = sum[1];
                                    Thread.yield();
                                    sum[1] = before + 1;
                                }
                                queue.put(1);
                            }
                        });
                    }
                    var future = new CompletableFuture<Integer>();
                    var _ = group.fork(() -> {
                        int taken = 0;
                        for (int i = 0; i < 15; i++) {
                            taken += queue.take();
                        }
                        future.complete(taken);
                    });
                    assertThat(future.get()).isEqualTo(15);
                });
                return sum[0] + sum[1];
            });
            assertThat(total).isEqualTo(30);
        }
    }

    @Test
    void aDeadlockIsNamed() {
        assertThatThrownBy(() -> SimulatedBackend.run(1, _ -> {
                    var queue = new ArrayBlockingQueue<Integer>(1);
                    TaskGroup.run(group -> {
                        var _ = group.fork("reader", () -> queue.take());
                    });
                    return null;
                }))
                .isInstanceOf(DeadlockError.class)
                .hasMessageContaining("reader")
                .hasMessageContaining("aDeadlockIsNamed")
                .satisfies(e -> System.out.println(e.getMessage()));
    }

    @Test
    void tracesOfTheSameSeedAreEqual() throws Exception {
        for (long seed = 1; seed <= 100; seed++) {
            assertThat(trace(seed).toString()).isEqualTo(trace(seed).toString());
        }
        System.out.println(trace(5));
    }

    private static Trace trace(long seed) throws Exception {
        return SimulatedBackend.run(seed, sim -> {
            var monitor = new Object();
            TaskGroup.run(group -> {
                for (int t = 0; t < 3; t++) {
                    var _ = group.fork("worker " + t, () -> {
                        for (int i = 0; i < 3; i++) {
                            synchronized (monitor) {
                                Tasks.sleep(Duration.ofMillis(i));
                                Thread.yield();
                            }
                        }
                    });
                }
            });
            return sim.trace();
        });
    }
}
