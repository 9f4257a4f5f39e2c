// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.SimulatedBackend.SimulatedAction;
import dev.espalier.test.Trace.Kind;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is injected is seen, written down, and replays. */
class FaultsTest {
    private static final class Seen extends AssertionError {
        private static final long serialVersionUID = 1;
    }

    private static List<String> faults(Trace trace) {
        return trace.events().stream()
                .filter(e -> e.kind() == Kind.FAULT)
                .map(e -> "t" + e.thread() + " " + e.detail())
                .toList();
    }

    /** Runs until the test throws Seen, and replays that from its schedule alone. */
    private static Findings.Finding foundAndReplayed(Consumer<Faults> faults, SimulatedAction test) throws Exception {
        var findings =
                SimulatedBackend.explore(Exploration.seeds(100).faults(faults).shrink(false), test);
        assertThat(findings.failures()).hasSize(1);
        var finding = findings.failures().getFirst();
        assertThat(finding.thrown()).isInstanceOf(Seen.class);
        var replayed = new ArrayList<String>();
        assertThatThrownBy(() -> SimulatedBackend.replay(
                        Schedule.parse(finding.schedule().toString()), sim -> {
                            try {
                                test.run(sim);
                            } finally {
                                replayed.addAll(faults(sim.trace()));
                            }
                            return null;
                        }))
                .isInstanceOf(Seen.class);
        assertThat(replayed).isNotEmpty().isEqualTo(faults(finding.trace()));
        return finding;
    }

    @Test
    void aTaskIsCancelledWhereItWaits() throws Exception {
        var finding = foundAndReplayed(
                f -> f.cancel(0.2),
                _ -> TaskGroup.run(group -> {
                    var _ = group.fork("first", () -> Tasks.sleep(Duration.ofSeconds(1)));
                    var second = group.fork("second", () -> Tasks.sleep(Duration.ofSeconds(2)));
                    group.join();
                    if (group.cancelledTasks().contains(second)) {
                        throw new Seen();
                    }
                }));
        assertThat(finding.schedule().toString()).contains("!cancel");
        assertThat(finding.trace().toString()).contains("cancelled").contains("a fault that the simulation injected");
    }

    @Test
    void aForkFails() throws Exception {
        var finding = foundAndReplayed(f -> f.failFork(0.2), _ -> {
            try {
                TaskGroup.run(group -> {
                    var _ = group.fork(() -> {});
                    var _ = group.fork(() -> {});
                });
            } catch (RejectedExecutionException e) {
                assertThat(e).hasMessageContaining("a fault that the simulation injected");
                throw new Seen();
            }
        });
        assertThat(finding.schedule().toString()).contains("!fork");
    }

    @Test
    void aTaskIsLate() throws Exception {
        var finding = foundAndReplayed(f -> f.delay(0.5, Duration.ofMinutes(1)), sim -> {
            TaskGroup.run(group -> {
                var _ = group.fork(() -> Tasks.sleep(Duration.ofMillis(1)));
            });
            if (sim.elapsed().compareTo(Duration.ofSeconds(1)) > 0) {
                throw new Seen();
            }
        });
        assertThat(finding.schedule().toString()).contains("!delay:");
        assertThat(finding.trace().toString()).contains("delayed by PT");
    }

    @Test
    void aDelayIsAtMostTheLongest() throws Exception {
        SimulatedBackend.explore(
                        Exploration.seeds(200)
                                .faults(f -> f.delay(1, Duration.ofNanos(2)))
                                .shrink(false),
                        sim -> {
                            Tasks.sleep(Duration.ofSeconds(1));
                            assertThat(sim.elapsed().toSeconds()).isEqualTo(1);
                            assertThat(faults(sim.trace())).allMatch(f -> f.matches(".*PT0.00000000[12]S"));
                        })
                .orThrow();
        SimulatedBackend.explore(
                        Exploration.seeds(20).faults(f -> f.delay(1, ChronoUnit.FOREVER.getDuration())),
                        sim -> sim.faults().none())
                .orThrow();
    }

    @Test
    void noneStopsThem() throws Exception {
        SimulatedBackend.explore(
                        Exploration.seeds(100)
                                .faults(f -> f.cancel(1).failFork(1).delay(1, Duration.ofSeconds(1))),
                        sim -> {
                            sim.faults().none();
                            TaskGroup.run(group -> {
                                var _ = group.fork(() -> Tasks.sleep(Duration.ofSeconds(1)));
                            });
                            assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(1));
                            assertThat(faults(sim.trace())).isEmpty();
                        })
                .orThrow();
    }

    @Test
    void eachRunHasFaultsOfItsOwn() throws Exception {
        SimulatedBackend.explore(Exploration.seeds(2), sim -> {
                    assertThat(sim.faults().cancel()).isZero();
                    sim.faults().cancel(1);
                })
                .orThrow();
    }

    @Test
    void probabilitiesAreChecked() {
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Faults().cancel(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a probability is from 0 to 1, and not " + wrong);
            assertThatThrownBy(() -> new Faults().failFork(wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Faults().delay(wrong, Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Faults().delay(0.5, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be positive");
        assertThat(new Faults().cancel(0).cancel(1).cancel()).isOne();
    }
}
