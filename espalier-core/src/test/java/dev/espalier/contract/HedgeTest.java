// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules K1, K4 and T7 for hedge: another attempt where one is slow. */
public class HedgeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Attempts that take so long, one after the other. */
    private static Callable<Integer> taking(AtomicInteger attempts, Duration... times) {
        return () -> {
            int attempt = attempts.getAndIncrement();
            Tasks.sleep(times[attempt]);
            return attempt;
        };
    }

    @BackendTest
    @DisplayName("K4 an attempt that is fast enough is the only one, and leaves no timer")
    void fast(TestBackend backend) throws Exception {
        ManualClock.run(backend, _ -> {
            var attempts = new AtomicInteger();
            assertThat(Tasks.hedge(SECOND, 3, attempts::incrementAndGet)).isEqualTo(1);
            assertThat(attempts).hasValue(1);
        });
    }

    @BackendTest
    @DisplayName("T7 another attempt starts after the delay, on the backend's clock; the first success wins")
    void slow(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var attempts = new AtomicInteger();
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(2); // the attempt and the caller
                clock.advance(SECOND.minusNanos(1));
                assertThat(attempts).hasValue(1);
                clock.awaitSleepers(2);
                clock.advance(Duration.ofNanos(1));
                clock.awaitSleepers(3); // two attempts and the caller
                assertThat(attempts).hasValue(2);
                clock.advance(SECOND.dividedBy(2));
            })) {
                assertThat(Tasks.hedge(SECOND, 3, taking(attempts, Duration.ofHours(1), SECOND.dividedBy(2))))
                        .isEqualTo(1);
            }
            assertThat(attempts).hasValue(2);
            assertThat(clock.elapsed()).isEqualTo(SECOND.plusMillis(500));
        });
    }

    @BackendTest
    @DisplayName("K4 no more attempts than allowed; an early one may still win")
    void most(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var attempts = new AtomicInteger();
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(2);
                clock.advance(SECOND);
                Threads.until(() -> attempts.get() == 2);
                clock.awaitSleepers(2); // two attempts; the caller has no reason for a timer any more
                clock.advance(SECOND.multipliedBy(8));
                assertThat(attempts).hasValue(2);
                clock.advance(SECOND);
            })) {
                assertThat(Tasks.hedge(SECOND, 2, taking(attempts, SECOND.multipliedBy(10), Duration.ofHours(1))))
                        .isZero();
            }
            assertThat(attempts).hasValue(2);
        });
    }

    @BackendTest
    @DisplayName("K4 an attempt that fails is followed by the next at once; all failed: every failure, in order")
    void failing(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var attempts = new AtomicInteger();
            assertThatThrownBy(() -> Tasks.hedge(Duration.ofHours(1), 3, () -> {
                        throw new IOException("attempt " + attempts.getAndIncrement());
                    }))
                    .isInstanceOfSatisfying(
                            TaskGroupException.class,
                            e -> assertThat(e.failures())
                                    .extracting(Throwable::getMessage)
                                    .containsExactly("attempt 0", "attempt 1", "attempt 2"));
            assertThat(clock.elapsed()).isZero();
            assertThat(Tasks.hedge(Duration.ofHours(1), 5, () -> {
                        if (attempts.getAndIncrement() < 4) {
                            throw new IOException("not yet");
                        }
                        return "in the end";
                    }))
                    .isEqualTo("in the end");
        });
    }

    @BackendTest
    @DisplayName("K1 the slow attempts are cancelled with a reason that names the winner, and have ended")
    void losers(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var attempts = new AtomicInteger();
            var reason = new AtomicReference<String>();
            var ended = new CountDownLatch(1);
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(2);
                clock.advance(SECOND);
            })) {
                assertThat(Tasks.hedge(SECOND, 2, () -> {
                            if (attempts.getAndIncrement() > 0) {
                                return "fast";
                            }
                            try {
                                Tasks.sleep(Duration.ofHours(1));
                                return "slow";
                            } catch (CancelledException e) {
                                reason.set(e.reason().message());
                                throw e;
                            } finally {
                                ended.countDown();
                            }
                        }))
                        .isEqualTo("fast");
            }
            assertThat(ended.getCount()).isZero();
            assertThat(reason.get()).contains("hedge[1]");
        });
    }

    @BackendTest
    @DisplayName("K4 without a delay all attempts start at once; null wins too")
    void noDelay() throws Exception {
        var all = new CountDownLatch(3);
        assertThat(Tasks.<String>hedge(Duration.ZERO, 3, () -> {
                    all.countDown();
                    all.await();
                    return null;
                }))
                .isNull();
        assertThat(Tasks.hedge(SECOND.negated(), 1, () -> 1)).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("K4 no attempts are IllegalArgumentException, a null callable is NullPointerException")
    void wrong() {
        assertThatThrownBy(() -> Tasks.hedge(SECOND, 0, () -> 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxAttempts is 0");
        assertThatThrownBy(() -> Tasks.hedge(SECOND, 1, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Tasks.hedge(null, 1, () -> 1)).isInstanceOf(NullPointerException.class);
    }

    @BackendTest
    @DisplayName("K1 a caller cancelled meanwhile gets the exception; no further attempt is made, and all have ended")
    void callerCancelled(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var attempts = new AtomicInteger();
            var scope = CancelScope.create();
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(2);
                scope.cancel();
            })) {
                assertThat(scope.run(() -> {
                            var _ = Tasks.hedge(SECOND, 3, taking(attempts, Duration.ofHours(1)));
                        }))
                        .isFalse();
            }
            assertThat(attempts).hasValue(1);
        });
    }
}
