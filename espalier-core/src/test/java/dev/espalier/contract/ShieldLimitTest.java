// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C11: the limits of shields. */
public class ShieldLimitTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final CancelScope outer = CancelScope.create();

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @BackendTest
    @DisplayName("C11 in a cancelled scope a limited shield holds for exactly its limit, from entry, and then the"
            + " cancellation is delivered")
    void limit(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var endedAt = new AtomicReference<Duration>();
            var thrown = new AtomicReference<CancelledException>();
            clock.advance(seconds(5));
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(1);
                clock.advance(seconds(10).minusMillis(1));
                assertThat(endedAt.get()).isNull();
                clock.awaitSleepers(1);
                clock.advance(Duration.ofMillis(1));
            })) {
                boolean ended = outer.run(() -> {
                    outer.cancel("why");
                    CancelScope.shielded(seconds(10), () -> {
                        try {
                            Tasks.sleep(LONG);
                        } catch (CancelledException e) {
                            endedAt.set(clock.elapsed());
                            thrown.set(e);
                            throw e;
                        }
                    });
                });
                assertThat(ended).isFalse();
            }
            assertThat(endedAt.get()).isEqualTo(seconds(15));
            assertThat(thrown.get().reason()).isEqualTo(outer.reason().orElseThrow());
            assertThat(outer.cancelledCaught()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C11 the limit is counted from entry, not from the cancellation that comes later")
    void cancelledLater(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            boolean ended = outer.run(() -> CancelScope.shielded(seconds(10), () -> {
                clock.advance(seconds(4));
                outer.cancel();
                CancelScope.checkpoint();
                clock.advance(seconds(6).minusNanos(1));
                CancelScope.checkpoint();
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                clock.advance(Duration.ofNanos(1));
                assertThat(Thread.currentThread().isInterrupted())
                        .as("an ordinary delivery")
                        .isTrue();
                Stubborn.forever();
            }));
            assertThat(ended).isFalse();
            assertThat(clock.elapsed()).isEqualTo(seconds(10));
        });
    }

    @BackendTest
    @DisplayName("C11 a limit that passes in a scope that is not cancelled changes nothing, until that is cancelled")
    void notCancelled(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var passed = new AtomicBoolean();
            boolean ended = outer.run(() -> CancelScope.shielded(seconds(10), () -> {
                clock.advance(seconds(11));
                CancelScope.checkpoint();
                passed.set(true);
                outer.cancel();
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                CancelScope.checkpoint();
                throw new AssertionError("the checkpoint passed");
            }));
            assertThat(ended).isFalse();
            assertThat(passed).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C11 a limit of zero, or less, protects nothing")
    void nothing(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            for (var limit : new Duration[] {Duration.ZERO, seconds(-1)}) {
                var scope = CancelScope.create();
                boolean ended = scope.run(() -> {
                    scope.cancel();
                    CancelScope.shielded(limit, CancelScope::checkpoint);
                    throw new AssertionError("the checkpoint passed");
                });
                assertThat(ended).isFalse();
            }
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName("C11 after a limited shield that passed in time no timer is left, and its limit interrupts nobody")
    void inTime(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            CancelScope.shielded(seconds(10), () -> {});
            assertThat(clock.timers()).isZero();
            boolean ended = outer.run(() -> {
                CancelScope.shielded(seconds(10), () -> {});
                clock.advance(seconds(11));
                CancelScope.checkpoint();
            });
            assertThat(ended).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C11 a limited shield inside another holds no longer than the outer one")
    void nested(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            boolean ended = outer.run(() -> {
                outer.cancel();
                CancelScope.shielded(
                        seconds(10),
                        () -> CancelScope.shielded(seconds(3), () -> {
                            clock.advance(seconds(9));
                            CancelScope.checkpoint(); // the outer shield still stands
                            clock.advance(seconds(1));
                            assertThatThrownBy(CancelScope::checkpoint).isInstanceOf(CancelledException.class);
                        }));
            });
            assertThat(ended).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "C11 a shorter shield outside a longer one ends first, but the inner one still protects until its own end")
    void shorterOutside(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            boolean ended = outer.run(() -> {
                outer.cancel();
                CancelScope.shielded(
                        seconds(3),
                        () -> CancelScope.shielded(seconds(10), () -> {
                            clock.advance(seconds(9));
                            CancelScope.checkpoint();
                            clock.advance(seconds(1));
                            assertThatThrownBy(CancelScope::checkpoint).isInstanceOf(CancelledException.class);
                        }));
            });
            assertThat(ended).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C11 a shield's own deadline still works, and the deadline of an enclosing scope is held back")
    void deadlines(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var shield = CancelScope.withTimeout(seconds(2));
            shield.shield(true);
            var between = new AtomicBoolean();
            boolean ended = CancelScope.runOrMoveOnAfter(seconds(1), () -> {
                boolean shieldEnded = shield.run(() -> {
                    clock.advance(seconds(1));
                    CancelScope.checkpoint();
                    clock.advance(seconds(1));
                    CancelScope.checkpoint();
                    throw new AssertionError("the shield's own deadline did nothing");
                });
                assertThat(shieldEnded).isFalse();
                between.set(true);
                CancelScope.checkpoint();
            });
            assertThat(ended).isFalse();
            assertThat(between).isTrue();
            assertThat(shield.cancelledCaught()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C11 a deadline set on the scope of shielded(...) cancels its body")
    void deadlineOfShielded(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var reached = new CountDownLatch(1);
            assertThatThrownBy(() -> CancelScope.shielded(() -> {
                        CancelScope.current().deadline(Deadline.after(seconds(1)));
                        clock.advance(seconds(1));
                        reached.countDown();
                        CancelScope.checkpoint();
                    }))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(reached.getCount()).isZero();
            CancelScope.checkpoint();
        });
    }

    @BackendTest
    @DisplayName("C11 a timeout inside a shield fails at its time, and the cancelled scope around does not absorb that")
    void timeoutInShield(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var _ = clock.advanceWhenBlocked(seconds(1))) {
                assertThatThrownBy(() -> outer.run(() -> {
                            outer.cancel();
                            CancelScope.shielded(() -> CancelScope.failAfter(seconds(1), () -> Tasks.sleep(LONG)));
                        }))
                        .isInstanceOf(DeadlineExceededException.class);
            }
            assertThat(clock.elapsed()).isEqualTo(seconds(1));
            assertThat(outer.cancelledCaught()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }
}
