// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.Espalier;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules T0, T1, T6 and T7: what time it is, and for whom. */
public class TimeTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Duration left() {
        return CancelScope.currentDeadline().remaining();
    }

    @BackendTest
    @DisplayName("T0 a timeout starts when its scope is entered; before that the scope has no deadline")
    void startsAtEntry(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(seconds(5));
            assertThat(scope.deadline()).isSameAs(Deadline.NONE);
            clock.advance(seconds(30));
            assertThat(scope.cancelCalled()).isFalse();
            assertThat(clock.timers()).isZero();
            assertThat(scope.run(() -> {
                        assertThat(scope.deadline().remaining()).isEqualTo(seconds(5));
                        clock.advance(seconds(5).minusNanos(1));
                        CancelScope.checkpoint();
                        clock.advance(Duration.ofNanos(1));
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            assertThat(clock.elapsed()).isEqualTo(seconds(35));
        });
    }

    @BackendTest
    @DisplayName("T0 a scope with a deadline has it before it is entered")
    void deadlineBeforeEntry(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var deadline = Deadline.after(seconds(5));
            var scope = CancelScope.withDeadline(deadline);
            assertThat(scope.deadline()).isEqualTo(deadline);
            clock.advance(seconds(3));
            assertThat(scope.run(() -> assertThat(left()).isEqualTo(seconds(2))))
                    .isTrue();
        });
    }

    @BackendTest
    @DisplayName("T0 a scope that has ended, that is entered by its own body, or by a second thread, throws"
            + " IllegalStateException")
    void enteredOnce() throws Exception {
        var scope = CancelScope.create();
        var bodies = new AtomicReference<>(0);
        var refused = new AtomicBoolean();
        assertThat(scope.run(() -> {
                    assertThatThrownBy(() -> scope.run(() -> bodies.set(1))).isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(() -> scope.call(() -> 1)).isInstanceOf(IllegalStateException.class);
                    try (var other = Foreign.run(() -> {
                        assertThatThrownBy(() -> scope.run(() -> bodies.set(2)))
                                .isInstanceOf(IllegalStateException.class);
                        refused.set(true);
                    })) {
                        assertThat(other.thread()).isNotSameAs(Thread.currentThread());
                    }
                    CancelScope.checkpoint();
                    assertThat(CancelScope.current()).isSameAs(scope);
                }))
                .isTrue();
        assertThatThrownBy(() -> scope.run(() -> bodies.set(3))).isInstanceOf(IllegalStateException.class);
        assertThat(refused).isTrue();
        assertThat(bodies.get()).isZero();
    }

    @BackendTest
    @DisplayName("T0 of two threads that enter a scope at once, one gets in")
    void enteredByOne() throws Exception {
        try (var race = new Race("enter")) {
            for (int i = 0; i < 2_000; i++) {
                var scope = CancelScope.create();
                var entered = new java.util.concurrent.atomic.AtomicInteger();
                var refused = new java.util.concurrent.atomic.AtomicInteger();
                dev.espalier.Action enter = () -> {
                    try {
                        assertThat(scope.run(entered::incrementAndGet)).isTrue();
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                };
                var rival = race.start(enter);
                Race.spin(race.draw(3_000));
                enter.run();
                rival.await();
                assertThat(entered).hasValue(1);
                assertThat(refused).hasValue(1);
            }
        }
    }

    @BackendTest
    @DisplayName("T1 the current deadline is the earliest of the scopes around, up to the nearest shield")
    void earliest(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            assertThat(CancelScope.currentDeadline()).isSameAs(Deadline.NONE);
            CancelScope.failAfter(seconds(5), () -> {
                assertThat(left()).isEqualTo(seconds(5));
                CancelScope.failAfter(seconds(10), () -> assertThat(left()).isEqualTo(seconds(5)));
                CancelScope.failAfter(seconds(3), () -> assertThat(left()).isEqualTo(seconds(3)));
                CancelScope.shielded(() -> {
                    assertThat(CancelScope.currentDeadline()).isSameAs(Deadline.NONE);
                    CancelScope.failAfter(seconds(10), () -> assertThat(left()).isEqualTo(seconds(10)));
                });
                var scope = CancelScope.withTimeout(seconds(10));
                assertThat(scope.run(() -> {
                            assertThat(left()).isEqualTo(seconds(5));
                            scope.shield(true);
                            assertThat(left()).isEqualTo(seconds(10));
                            scope.shield(false);
                            assertThat(left()).isEqualTo(seconds(5));
                        }))
                        .isTrue();
                clock.advance(seconds(2));
                assertThat(left()).isEqualTo(seconds(3));
            });
            assertThat(CancelScope.currentDeadline()).isSameAs(Deadline.NONE);
        });
    }

    @BackendTest
    @DisplayName("T1 tasks see the deadlines around their group")
    void inTasks(TestBackend backend) throws Exception {
        ManualClock.run(
                backend,
                _ -> CancelScope.failAfter(
                        seconds(5),
                        () -> TaskGroup.run(group -> {
                            assertThat(group.fork(TimeTest::left).await()).isEqualTo(seconds(5));
                            var inner = group.fork(() -> CancelScope.failAfter(seconds(2), TimeTest::left));
                            assertThat(inner.await()).isEqualTo(seconds(2));
                            assertThat(CancelScope.shielded(
                                            () -> group.fork(TimeTest::left).await()))
                                    .isEqualTo(seconds(5));
                        })));
    }

    @BackendTest
    @DisplayName("T1 in a limited shield whose outside is cancelled or expired, the current deadline is the end of the"
            + " limit")
    void limitedShield(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.create();
            assertThat(scope.run(() -> CancelScope.shielded(seconds(7), () -> {
                        assertThat(CancelScope.currentDeadline()).isSameAs(Deadline.NONE);
                        clock.advance(seconds(1));
                        scope.cancel();
                        assertThat(left()).as("cancelled").isEqualTo(seconds(6));
                        CancelScope.failAfter(
                                seconds(100), () -> assertThat(left()).isEqualTo(seconds(6)));
                        CancelScope.failAfter(
                                seconds(2), () -> assertThat(left()).isEqualTo(seconds(2)));
                    })))
                    .isTrue();
            assertThat(CancelScope.runOrMoveOnAfter(seconds(2), () -> {
                        clock.advance(seconds(3));
                        CancelScope.shielded(
                                seconds(7),
                                () -> assertThat(left()).as("expired").isEqualTo(seconds(7)));
                    }))
                    .isTrue();
        });
    }

    @BackendTest
    @DisplayName("T1 cancelling a scope by hand does not change the current deadline")
    void cancelledScope(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var without = CancelScope.create();
            assertThat(without.run(() -> {
                        without.cancel();
                        assertThat(CancelScope.currentDeadline()).isSameAs(Deadline.NONE);
                    }))
                    .isTrue();
            var with = CancelScope.withTimeout(seconds(5));
            assertThat(with.run(() -> {
                        with.cancel();
                        assertThat(left()).isEqualTo(seconds(5));
                        clock.advance(seconds(6));
                        assertThat(left()).isEqualTo(seconds(-1));
                    }))
                    .isTrue();
        });
    }

    @BackendTest
    @DisplayName("T1 a timeout in a shield is not shortened by a shorter one around the shield")
    void timeoutInShield(TestBackend backend) throws Exception {
        ManualClock.run(
                backend,
                clock -> assertThat(CancelScope.moveOnAfter(
                                seconds(10),
                                () -> CancelScope.shielded(() -> CancelScope.moveOnAfter(seconds(1_000), () -> {
                                    clock.advance(seconds(50));
                                    return left();
                                }))))
                        .contains(java.util.Optional.of(seconds(950))));
    }

    @BackendTest
    @DisplayName("T6 a scope that ends before its deadline leaves no timer, and is not cancelled by it afterwards")
    void noTimerLeft(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(seconds(5));
            assertThat(scope.run(() -> assertThat(clock.timers()).isPositive())).isTrue();
            assertThat(clock.timers()).isZero();
            var failing = CancelScope.withTimeout(seconds(5));
            var failure = new IllegalStateException("x");
            assertThatThrownBy(() -> failing.run(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(clock.timers()).isZero();
            clock.advance(seconds(6));
            assertThat(scope.cancelCalled()).isFalse();
            assertThat(failing.cancelCalled()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("T6 a million scopes with timeouts cost no thread, and leave no timer")
    void aMillion(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            int threads = backend.threads().size();
            for (int i = 0; i < Race.rounds(1_000_000); i++) {
                if (!CancelScope.runOrMoveOnAfter(LONG, () -> {}) || clock.timers() != 0) {
                    throw new AssertionError("timers: " + clock.timers());
                }
            }
            assertThat(backend.threads()).hasSize(threads);
        });
        int threads = backend.threads().size();
        for (int i = 0; i < Race.rounds(50_000); i++) { // on the real clock
            assertThat(CancelScope.runOrMoveOnAfter(LONG, () -> {})).isTrue();
        }
        assertThat(backend.timers()).isZero();
        assertThat(backend.threads()).hasSize(threads);
    }

    @BackendTest
    @DisplayName("T7 deadlines, timeouts, sleeps and timed waits follow the clock of the backend, and nothing else")
    void backendClock(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var deadline = Deadline.after(LONG);
            assertThat(deadline.remaining()).isEqualTo(LONG);
            assertThat(Deadline.after(LONG, clock)).isEqualTo(deadline);
            clock.advance(LONG);
            assertThat(deadline.isExpired()).isTrue();
            assertThat(deadline.remaining()).isZero();
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(1);
                clock.advance(LONG);
            })) {
                Tasks.sleep(LONG);
            }
            assertThat(clock.elapsed()).isEqualTo(LONG.multipliedBy(2));
            var stubborn = new Stubborn();
            TaskGroup.run(group -> {
                var task = group.fork(stubborn);
                try (var _ = Foreign.run(() -> {
                    clock.awaitSleepers(1);
                    clock.advance(LONG);
                })) {
                    assertThatThrownBy(() -> task.get(1, TimeUnit.HOURS)).isInstanceOf(TimeoutException.class);
                }
                assertThat(clock.elapsed()).isEqualTo(LONG.multipliedBy(3));
                stubborn.release();
            });
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName("T7 the origin of the clock does not matter: deadlines work where its reading overflows")
    void overflow(TestBackend backend) throws Exception {
        for (long origin : new long[] {Long.MAX_VALUE - 1_500_000_000L, -1_500_000_000L, Long.MIN_VALUE}) {
            ManualClock.run(backend, origin, clock -> {
                assertThat(CancelScope.runOrMoveOnAfter(seconds(2), () -> {
                            assertThat(left()).isEqualTo(seconds(2));
                            CancelScope.failAfter(
                                    seconds(1), () -> assertThat(left()).isEqualTo(seconds(1)));
                            clock.advance(seconds(2).minusNanos(1));
                            CancelScope.checkpoint();
                            clock.advance(Duration.ofNanos(1));
                            CancelScope.checkpoint();
                        }))
                        .isFalse();
            });
        }
    }

    @BackendTest
    @DisplayName("T7 on a given backend a timeout takes its time: at least one second, and less than two")
    void realTime() throws Exception {
        long start = System.nanoTime();
        assertThat(CancelScope.runOrMoveOnAfter(seconds(1), Stubborn::forever)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(seconds(1), seconds(2));
    }

    @Test
    @DisplayName("T7 a deadline is a value: equal by instant, NONE comes last, and those of different clocks cannot be"
            + " compared")
    @SuppressWarnings("SelfComparison") // equal to itself is part of the order
    void values() throws Exception {
        assertThat(Deadline.NONE.isExpired()).isFalse();
        assertThat(Deadline.NONE.remaining()).isGreaterThan(Duration.ofDays(365_000_000));
        assertThat(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE))).isSameAs(Deadline.NONE);
        var virtual = Deadline.after(LONG, dev.espalier.spi.Backend.virtualThreads());
        var other = Deadline.after(
                LONG, dev.espalier.spi.Backend.of(Thread.ofPlatform().factory()));
        assertThat(virtual).isLessThan(Deadline.NONE);
        assertThat(Deadline.NONE.compareTo(Deadline.NONE)).isZero();
        assertThat(virtual.earlier(Deadline.NONE)).isSameAs(virtual);
        assertThatThrownBy(() -> virtual.compareTo(other)).isInstanceOf(IllegalArgumentException.class);
        boolean ended = Espalier.<Boolean, InterruptedException>run(
                dev.espalier.spi.Backend.virtualThreads(),
                () -> CancelScope.withDeadline(virtual)
                        .run(() -> assertThat(CancelScope.currentDeadline()).isEqualTo(virtual)));
        assertThat(ended).isTrue();
    }
}
