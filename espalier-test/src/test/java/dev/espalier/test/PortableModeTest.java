// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Ordinary threads that stop only where Espalier blocks. */
class PortableModeTest {
    private static Findings.Finding only(long seed, SimulatedBackend.SimulatedAction action) throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1).from(seed).portable(true), action);
        return findings.failures().isEmpty() ? null : findings.failures().getFirst();
    }

    private static void passes(long seed, SimulatedBackend.SimulatedAction action) throws Exception {
        SimulatedBackend.explore(Exploration.seeds(1).from(seed).portable(true), action)
                .orThrow();
    }

    private static void letters(Simulation simulation, List<String> letters) throws InterruptedException {
        TaskGroup.run(group -> {
            for (String letter : List.of("a", "b", "c")) {
                var _ = group.fork(() -> {
                    for (int i = 0; i < 3; i++) {
                        letters.add(letter + i);
                        CancelScope.checkpoint();
                    }
                });
            }
        });
        simulation.note(letters.toString());
    }

    @Test
    void theSameSeedGivesTheSameTraceAndOthersGiveOthers() throws Exception {
        var orders = new HashSet<List<String>>();
        for (long seed = 1; seed <= 100; seed++) {
            var traces = new HashSet<String>();
            for (int i = 0; i < 2; i++) {
                var letters = new ArrayList<String>();
                passes(seed, sim -> {
                    letters(sim, letters);
                    traces.add(sim.trace().toString());
                });
                orders.add(letters);
            }
            assertThat(traces).hasSize(1);
        }
        assertThat(orders).hasSizeGreaterThan(20);
    }

    @Test
    void timeJumpsAndDeadlinesPass() throws Exception {
        for (long seed = 1; seed <= 50; seed++) {
            passes(seed, sim -> {
                boolean ended = CancelScope.runOrMoveOnAfter(
                        Duration.ofHours(1),
                        () -> TaskGroup.run(group -> {
                            var _ = group.fork(() -> Tasks.sleep(Duration.ofDays(1)));
                            var _ = group.fork(() -> Tasks.sleep(Duration.ofMinutes(1)));
                        }));
                assertThat(ended).isFalse();
                assertThat(sim.elapsed()).isEqualTo(Duration.ofHours(1));
            });
        }
    }

    @Test
    void timersThatAreDueAtOnceAreNumberedTheSameWayInEveryRun() throws Exception {
        int compared = 0;
        for (long seed = 1; seed <= 60; seed++) {
            var traces = new HashSet<String>();
            var blocked = new AtomicInteger(); // in a monitor of Espalier's, whose owner was preempted
            for (int i = 0; i < 3; i++) {
                passes(seed, sim -> {
                    TaskGroup.run(group -> {
                        for (int task = 0; task < 6; task++) {
                            var _ = group.fork(() -> CancelScope.runOrMoveOnAfter(
                                    Duration.ofMinutes(1), () -> Tasks.sleep(Duration.ofHours(1))));
                        }
                    });
                    traces.add(sim.trace().toString());
                    if (!sim.trace().isReplayable()) {
                        blocked.incrementAndGet();
                    }
                });
            }
            if (blocked.get() == 0) {
                compared++;
                assertThat(traces).as("seed %d", seed).hasSize(1);
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    @Test
    void aThreadThatComesBackAsItsTurnIsTakenAwayWaitsForTheNext() throws Exception {
        var acting = new AtomicInteger();
        passes(
                3,
                _ -> TaskGroup.run(group -> {
                    for (int task = 0; task < 6; task++) {
                        var _ = group.fork(() -> {
                            for (int round = 0; round < 20; round++) {
                                // as long as it takes the driver to lose patience, a little more, a little less
                                Thread.sleep(Duration.ofNanos(
                                        ThreadLocalRandom.current().nextLong(1_500_000, 3_500_000)));
                                CancelScope.checkpoint();
                                assertThat(acting.incrementAndGet()).isEqualTo(1);
                                for (int i = 0; i < 1_000; i++) {
                                    Thread.onSpinWait();
                                }
                                acting.decrementAndGet();
                            }
                        });
                    }
                }));
    }

    @Test
    void aThreadThatBlocksInTheJdkGoesOnAndIsNoted() throws Exception {
        passes(1, sim -> {
            var latch = new CountDownLatch(1);
            TaskGroup.run(group -> {
                var _ = group.fork(() -> latch.await());
                var _ = group.fork(() -> {
                    Tasks.sleep(Duration.ofSeconds(1));
                    latch.countDown();
                });
            });
            assertThat(sim.trace().isReplayable()).isFalse();
        });
    }

    @Test
    void aDeadlockOfEspaliersOwnIsFound() throws Exception {
        assertThatThrownBy(() -> passes(
                        7,
                        _ -> TaskGroup.run(group -> {
                            var forever = Duration.ofDays(365);
                            var gate = new boolean[1];
                            var _ = group.fork("waits", () -> {
                                while (!gate[0]) {
                                    Tasks.sleep(forever);
                                }
                            });
                            throw new java.io.IOException("the body fails");
                        })))
                .hasMessageContaining("the body fails");
        assertThat(only(7, _ -> {})).isNull();
    }
}
