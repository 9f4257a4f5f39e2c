// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Outcome;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules K3 and T7 for gatherWithin: what was done in time. */
public class GatherWithinTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static <T> Callable<T> after(Duration time, T value) {
        return () -> {
            Tasks.sleep(time);
            return value;
        };
    }

    @BackendTest
    @DisplayName(
            "K3 gatherWithin returns what was done in time, in order; the rest is cancelled by the deadline, and has"
                    + " ended (K1)")
    void inTime(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var failure = new IOException("down");
            var ended = new CountDownLatch(1);
            List<Outcome<String>> outcomes;
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(2 + 1);
                clock.advance(SECOND);
                clock.awaitSleepers(1 + 1);
                clock.advance(SECOND);
            })) {
                outcomes = Tasks.gatherWithin(
                        SECOND.multipliedBy(2),
                        () -> {
                            try {
                                Tasks.sleep(Duration.ofHours(1));
                                return "late";
                            } finally {
                                ended.countDown();
                            }
                        },
                        after(SECOND, "in time"),
                        () -> {
                            throw failure;
                        },
                        () -> null);
            }
            assertThat(ended.getCount()).isZero();
            assertThat(outcomes.subList(1, 4))
                    .containsExactly(
                            new Outcome.Success<>("in time"),
                            new Outcome.Failure<>(failure),
                            new Outcome.Success<>(null));
            assertThat(outcomes.getFirst()).isInstanceOfSatisfying(Outcome.Cancelled.class, cancelled -> {
                assertThat(cancelled.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
                assertThat(cancelled.reason().message())
                        .contains("gatherWithin")
                        .contains("PT2S");
            });
            assertThat(clock.elapsed()).isEqualTo(SECOND.multipliedBy(2));
        });
    }

    @BackendTest
    @DisplayName("K3 gatherWithin returns at once when all is done, and leaves no timer")
    void allInTime(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            assertThat(Tasks.gatherWithin(SECOND, () -> 1, () -> 2))
                    .containsExactly(new Outcome.Success<>(1), new Outcome.Success<>(2));
            assertThat(Tasks.gatherWithin(SECOND)).isEmpty();
            assertThat(clock.elapsed()).isZero();
        });
    }

    @BackendTest
    @DisplayName("T5 no time at all: nothing runs, and every outcome is Cancelled")
    void noTime(TestBackend backend) throws Exception {
        for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThat(Tasks.gatherWithin(none, () -> 1, () -> 2))
                    .hasSize(2)
                    .allSatisfy(outcome -> assertThat(outcome)
                            .isInstanceOfSatisfying(
                                    Outcome.Cancelled.class,
                                    c -> assertThat(c.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE)));
        }
        assertThat(backend.threads()).isEmpty();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C17 a callable that returns a value although its time is over has succeeded, and is waited for (K1)")
    void stubborn(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var stubborn = new Stubborn();
            try (var _ = Foreign.run(() -> {
                var _ = stubborn.awaitHolding();
                clock.awaitSleepers(1);
                clock.advance(SECOND);
                Threads.until(() -> stubborn.interrupts() > 0);
                stubborn.release();
            })) {
                assertThat(Tasks.gatherWithin(SECOND, () -> {
                            stubborn.hold();
                            return "after all";
                        }))
                        .containsExactly(new Outcome.Success<>("after all"));
            }
        });
    }

    @BackendTest
    @DisplayName("K3 an outer deadline that comes first passes, and one at the same moment too")
    void outerDeadline(TestBackend backend) throws Exception {
        for (Duration outer : List.of(SECOND, SECOND.multipliedBy(2))) {
            ManualClock.run(backend, clock -> {
                var blocker = new Blocker();
                try (var _ = Foreign.run(() -> {
                    blocker.awaitEntered();
                    clock.awaitSleepers(1);
                    clock.advance(outer);
                })) {
                    assertThatThrownBy(() -> CancelScope.failAfter(outer, () -> {
                                var _ = Tasks.gatherWithin(SECOND.multipliedBy(2), () -> {
                                    blocker.run();
                                    return 1;
                                });
                            }))
                            .isInstanceOf(DeadlineExceededException.class);
                }
                assertThat(blocker.ended()).isTrue();
            });
        }
    }

    @BackendTest
    @DisplayName("K3 a caller cancelled before the time is over gets the exception")
    void callerCancelled(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.create();
            var blocker = new Blocker();
            try (var _ = Foreign.run(() -> {
                blocker.awaitEntered();
                scope.cancel("enough");
            })) {
                assertThat(scope.run(() -> {
                            assertThatThrownBy(() -> Tasks.gatherWithin(SECOND, () -> {
                                        blocker.run();
                                        return 1;
                                    }))
                                    .isInstanceOf(CancelledException.class)
                                    .hasMessage("enough");
                            assertThat(blocker.ended()).isTrue();
                            CancelScope.checkpoint();
                        }))
                        .isFalse();
            }
        });
    }

    @BackendTest
    @DisplayName("C7 a caller cancelled while the rest ends gets what was done in time, and is cancelled at its next"
            + " blocking call")
    void cancelledLate(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.create();
            var stubborn = new Stubborn();
            var got = new AtomicReference<List<Outcome<String>>>();
            var me = Thread.currentThread();
            try (var _ = Foreign.run(() -> {
                var _ = stubborn.awaitHolding();
                clock.awaitSleepers(1);
                clock.advance(SECOND);
                Threads.until(() -> stubborn.interrupts() > 0);
                Threads.awaitBlocked(me);
                scope.cancel();
                stubborn.release();
            })) {
                assertThat(scope.run(() -> {
                            got.set(Tasks.gatherWithin(SECOND, () -> "done", () -> {
                                stubborn.run();
                                return "never";
                            }));
                            assertThat(Thread.currentThread().isInterrupted()).isTrue();
                            Tasks.sleep(Duration.ofDays(1));
                        }))
                        .isFalse();
            }
            assertThat(got.get().getFirst()).isEqualTo(new Outcome.Success<>("done"));
            assertThat(got.get().getLast()).isInstanceOf(Outcome.Cancelled.class);
        });
    }
}
