// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.Exploration.Strategy;
import dev.espalier.test.Trace.Kind;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a test has in its hand, and what an exploration is told. */
class SimulationTest {
    private static volatile boolean over;

    @Test
    void theClockIsMoved() throws Exception {
        SimulatedBackend.explore(Exploration.seeds(50), sim -> {
                    var seen = new ArrayList<Duration>();
                    TaskGroup.run(group -> {
                        for (int i = 1; i <= 3; i++) {
                            int hours = i;
                            var _ = group.fork(() -> {
                                Tasks.sleep(Duration.ofHours(hours));
                                seen.add(sim.elapsed());
                            });
                        }
                        sim.advance(Duration.ofMinutes(150));
                        assertThat(sim.elapsed()).isEqualTo(Duration.ofMinutes(150));
                        sim.runUntilIdle();
                        assertThat(seen).containsExactly(Duration.ofHours(1), Duration.ofHours(2));
                        assertThat(sim.elapsed()).isEqualTo(Duration.ofMinutes(150));
                        assertThat(sim.now().remaining()).isZero();
                    });
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofHours(3));
                    assertThatThrownBy(() -> sim.advance(Duration.ofNanos(-1)))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("never goes back");
                })
                .orThrow();
    }

    @Test
    void theClockEndsAtTheLargestTime() throws Exception {
        Duration elapsed = SimulatedBackend.run(1, sim -> {
            sim.advance(Duration.ofHours(1));
            sim.advance(ChronoUnit.FOREVER.getDuration());
            return sim.elapsed();
        });
        assertThat(elapsed).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    }

    @Test
    void anInterruptEndsAWaitOfTheSimulationAndStaysSet() throws Exception {
        SimulatedBackend.run(1, sim -> {
            Thread.currentThread().interrupt();
            sim.advance(Duration.ofHours(1));
            assertThat(sim.elapsed()).isZero();
            sim.runUntilIdle();
            assertThat(Thread.interrupted()).isTrue();
            return null;
        });
    }

    @Test
    void randomNumbersReplayWithTheSeed() throws Exception {
        var numbers = new ArrayList<Long>();
        for (long seed : new long[] {1, 1, 2}) {
            numbers.add(SimulatedBackend.<Long, RuntimeException>run(seed, sim -> {
                assertThat(sim.seed()).isEqualTo(seed);
                assertThat(sim.random()).isSameAs(sim.random());
                return sim.random().nextLong();
            }));
        }
        assertThat(numbers.get(0)).isEqualTo(numbers.get(1)).isNotEqualTo(numbers.get(2));
    }

    @Test
    void aNoteIsInTheTraceAndAPointSwitches() throws Exception {
        int switched = 0;
        for (long seed = 1; seed <= 20; seed++) {
            Trace trace = SimulatedBackend.run(seed, sim -> {
                TaskGroup.run(group -> {
                    var _ = group.fork(() -> sim.note("other"));
                    sim.point();
                    sim.note("own");
                });
                return sim.trace();
            });
            var notes = trace.events().stream()
                    .filter(e -> e.kind() == Kind.NOTE)
                    .map(Trace.Event::detail)
                    .toList();
            assertThat(notes).containsExactlyInAnyOrder("own", "other");
            switched += notes.getFirst().equals("other") ? 1 : 0;
        }
        assertThat(switched).isBetween(1, 19);
    }

    @Test
    void anotherThreadIsRefused() throws Exception {
        var kept = new AtomicReference<Simulation>();
        SimulatedBackend.run(1, sim -> {
            kept.set(sim);
            return null;
        });
        var sim = kept.get();
        List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> uses = List.of(
                () -> sim.advance(Duration.ZERO), sim::runUntilIdle, sim::point, sim::busy, () -> sim.note("too late"));
        for (var use : uses) {
            assertThatThrownBy(use).isInstanceOf(WrongThreadException.class).hasMessageContaining("is over");
        }
        assertThat(sim.trace().outcome()).isEqualTo("passed");
    }

    @Test
    void aSimulationInASimulationIsRefused() throws Exception {
        SimulatedBackend.run(1, _ -> {
            assertThatThrownBy(() -> SimulatedBackend.run(2, _ -> null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in a simulation already");
            return null;
        });
    }

    @Test
    void aRunWithTooManyStepsFails() throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1).maxSteps(1_000), sim -> {
            while (!Thread.currentThread().isInterrupted()) {
                sim.point();
            }
        });
        assertThat(findings.failures().getFirst().thrown())
                .isExactlyInstanceOf(SimulationError.class)
                .hasMessageContainingAll("no end after 1000 steps", "maxSteps", "t0 test");
    }

    @Test
    void aThreadThatLoopsWithoutAPointIsNamedWithItsStack() throws Exception {
        var findings = SimulatedBackend.explore(
                Exploration.seeds(1).stuckAfter(Duration.ofMillis(100)).shrink(false), _ -> {
                    while (!over) {
                        Thread.onSpinWait(); // this class is not woven
                    }
                });
        over = true;
        var thrown = findings.failures().getFirst().thrown();
        assertThat(thrown).isExactlyInstanceOf(SimulationError.class).hasMessageContaining("t0 test has run for");
        assertThat(thrown.getStackTrace()).anyMatch(f -> f.getClassName().equals(SimulationTest.class.getName()));
    }

    @Test
    void aThreadThatComesToPointsIsNotStuck() throws Exception {
        long began = System.nanoTime();
        SimulatedBackend.explore(
                        Exploration.seeds(1).stuckAfter(Duration.ofMillis(100)).maxSteps(1_000_000_000), sim -> {
                            while (System.nanoTime() - began < 300_000_000) {
                                sim.point();
                            }
                        })
                .orThrow();
    }

    @Test
    void anExplorationStopsAfterSomeFailures() throws Exception {
        var findings = SimulatedBackend.explore(
                Exploration.seeds(10).from(5).stopAfter(2).shrink(false), sim -> {
                    if (sim.seed() % 2 == 0) {
                        throw new IllegalStateException("even");
                    }
                });
        assertThat(findings.runs()).isEqualTo(4);
        assertThat(findings.failures()).extracting(Findings.Finding::seed).containsExactly(6L, 8L);
        assertThatThrownBy(findings::orThrow)
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("failed under seed 6", "-Despalier.seed=6", "-Despalier.schedule=6/")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatCannotBeIsRefused() {
        var some = Exploration.seeds(1);
        List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> wrong = List.of(
                () -> Exploration.seeds(0),
                () -> some.maxSteps(0),
                () -> some.stopAfter(0),
                () -> some.stuckAfter(Duration.ZERO),
                () -> some.realLimit(Duration.ofNanos(-1)),
                () -> new Strategy.RandomWalk(1),
                () -> new Strategy.RandomWalk(Double.NaN),
                () -> new Strategy.Priorities(0, 1),
                () -> new Strategy.Priorities(1, 0));
        for (var use : wrong) {
            assertThatThrownBy(use).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not");
        }
    }

    @Test
    void limitsMayBeForever() throws Exception {
        var forever = ChronoUnit.FOREVER.getDuration();
        SimulatedBackend.explore(Exploration.seeds(1).stuckAfter(forever).realLimit(forever), _ -> Thread.sleep(1))
                .orThrow();
    }

    @Test
    void aScheduleIsItsText() {
        var schedule = Schedule.of(
                -42,
                List.of(
                        new Schedule.Decision(1, 7, 2, null),
                        new Schedule.Decision(0, 3, 0, "cancel"),
                        new Schedule.Decision(0, 4, 0, "delay:17"),
                        new Schedule.Decision(0, 5, 0, "fork")));
        assertThat(schedule).hasToString("-42/1.7>2,0.3!cancel,0.4!delay:17,0.5!fork");
        assertThat(Schedule.parse(schedule.toString())).isEqualTo(schedule).hasSameHashCodeAs(schedule);
        assertThat(Schedule.parse("7/")).isEqualTo(Schedule.parse("7")).hasToString("7/");
        assertThat(schedule.switchAt(1, 7)).isEqualTo(2);
        assertThat(schedule.switchAt(7, 1)).isEqualTo(-1);
        assertThat(schedule.faultAt(0, 3)).isEqualTo("cancel");
        assertThat(schedule.faultAt(1, 7)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "/1.7>2",
                "1/1.7",
                "1/1.7>",
                "1/.7>2",
                "1/1.7>2,",
                "1/a.7>2",
                "1/1.7!",
                "1/1.7!banana",
                "1/1.7!delay:",
                "1/1.7!delay:x",
                "1/1.7!delay:-1",
                "1/1.7>-2",
                "1/-1.7>2",
                "1/1.-7>2"
            })
    void aTextThatIsNoScheduleIsRefused(String text) {
        assertThatThrownBy(() -> Schedule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
