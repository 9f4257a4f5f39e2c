// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import dev.espalier.test.planted.Naps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The JDK's timed waits measure real time: in their order, noted, or refused. This class is not woven. */
@SuppressWarnings("WaitNotInLoop") // the wait itself is what is tested
class RealTimeTest {
    static Stream<Arguments> waits() {
        return Stream.of(
                of("sleep", () -> Thread.sleep(5)),
                of(
                        "poll",
                        () -> assertThat(new ArrayBlockingQueue<>(1).poll(5, MILLISECONDS))
                                .isNull()),
                of(
                        "get",
                        () -> assertThatThrownBy(() -> new CompletableFuture<>().get(5, MILLISECONDS))
                                .isInstanceOf(TimeoutException.class)),
                of("tryLock", () -> {
                    var lock = new ReentrantLock();
                    lock.lock();
                    var thread = Thread.startVirtualThread(() -> {
                        try {
                            assertThat(lock.tryLock(5, MILLISECONDS)).isFalse();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt(); // the run has failed
                        }
                    });
                    thread.join();
                }),
                of("wait", () -> {
                    var monitor = new Object();
                    synchronized (monitor) {
                        monitor.wait(5);
                    }
                }));
    }

    private static Arguments of(String name, VoidBody<Exception> wait) {
        return Arguments.of(name, wait);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waits")
    void aTimedWaitEndsInItsOrderAndIsNoted(String name, VoidBody<Exception> wait) throws Exception {
        for (long seed = 1; seed <= 5; seed++) {
            var order = new ArrayList<String>();
            long began = System.nanoTime();
            Trace trace = SimulatedBackend.run(seed, sim -> {
                TaskGroup.run(group -> {
                    for (int millis : List.of(3, 7, 3_600_000)) {
                        var _ = group.fork(() -> {
                            Tasks.sleep(Duration.ofMillis(millis));
                            order.add(millis + " ms");
                        });
                    }
                    var _ = group.fork(() -> {
                        wait.call();
                        order.add(name);
                    });
                });
                return sim.trace();
            });
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(MILLISECONDS.toNanos(5));
            assertThat(order).containsExactly("3 ms", name, "7 ms", "3600000 ms");
            assertThat(trace.isReplayable()).isFalse();
            assertThat(trace.events())
                    .anySatisfy(
                            e -> assertThat(e.toString()).contains("OUTSIDE waits in real time at", "RealTimeTest"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waits")
    void strictTimeRefusesItAndNamesThePlace(String name, VoidBody<Exception> wait) throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1).strictTime(true), _ -> wait.call());
        assertThat(findings.failures()).hasSize(1);
        assertThat(findings.failures().getFirst().thrown())
                .isExactlyInstanceOf(SimulationError.class)
                .hasMessageContainingAll("strict time", "RealTimeTest", "use Tasks.sleep");
    }

    @Test
    void aWaitThatIsLongerThanTheLimitFailsAndSaysWhatToDo() throws Exception {
        var findings = SimulatedBackend.explore(
                Exploration.seeds(1).realLimit(Duration.ofSeconds(1)), _ -> Thread.sleep(Duration.ofHours(1)));
        assertThat(findings.failures().getFirst().thrown())
                .isExactlyInstanceOf(SimulationError.class)
                .hasMessageContainingAll("3599 s more", "RealTimeTest", "Tasks.sleep", "Exploration.realLimit");
    }

    @Test
    void aGuardThatIsNotNeededCostsNothing() throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(100).strictTime(true), sim -> {
            var queue = new ArrayBlockingQueue<String>(1);
            TaskGroup.run(group -> {
                var _ = group.fork(() -> assertThat(queue.poll(1, HOURS)).isEqualTo("here"));
                var _ = group.fork(() -> {
                    Tasks.sleep(Duration.ofMinutes(59));
                    queue.put("here");
                });
            });
            assertThat(sim.elapsed()).isEqualTo(Duration.ofMinutes(59));
            assertThat(sim.trace().isReplayable()).isTrue();
        });
        findings.orThrow();
    }

    @Test
    void orTimeoutIsOutside() throws Exception {
        Trace trace = SimulatedBackend.run(1, sim -> {
            assertThatThrownBy(() ->
                            new CompletableFuture<>().orTimeout(5, MILLISECONDS).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            return sim.trace();
        });
        assertThat(trace.isReplayable()).isFalse();
    }

    @Test
    void orTimeoutThatTakesLongIsNoDeadlock() throws Exception {
        SimulatedBackend.run(1, _ -> {
            assertThatThrownBy(() -> new CompletableFuture<>()
                            .orTimeout(300, MILLISECONDS)
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            return null;
        });
    }

    @Test
    void inAWovenClassSleepAndNanoTimeAreSimulated() throws Exception {
        for (long seed = 1; seed <= 50; seed++) {
            SimulatedBackend.run(seed, sim -> {
                assertThat(Naps.sleep()).isEqualTo(HOURS.toNanos(4) + 1);
                assertThat(sim.elapsed()).isEqualTo(Duration.ofHours(4).plusNanos(1));
                assertThatThrownBy(Naps::negative).isInstanceOf(IllegalArgumentException.class);
                Thread.currentThread().interrupt();
                assertThatThrownBy(Naps::sleep).isInstanceOf(InterruptedException.class);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                assertThat(sim.trace().isReplayable()).isTrue();
                return null;
            });
        }
        assertThatThrownBy(Naps::negative).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void inAWovenClassALoopThatSpinsEnds() throws Exception {
        SimulatedBackend.explore(Exploration.seeds(100), _ -> {
                    var done = new AtomicBoolean();
                    TaskGroup.run(group -> {
                        var _ = group.fork(() -> Naps.spin(done));
                        var _ = group.fork(() -> done.set(true));
                    });
                })
                .orThrow();
    }
}
