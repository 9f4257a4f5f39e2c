// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;

/** Rule T4: deadlines that are moved. */
public class DeadlineMoveTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @BackendTest
    @DisplayName("T4 a deadline moved later than the work does not end it")
    void later(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(seconds(1));
            assertThat(scope.run(() -> {
                        scope.deadline(Deadline.after(seconds(5)));
                        clock.advance(seconds(5).minusNanos(1));
                        CancelScope.checkpoint();
                        assertThat(scope.cancelCalled()).isFalse();
                        scope.deadline(Deadline.NONE);
                        clock.advance(seconds(100));
                        CancelScope.checkpoint();
                        assertThat(clock.timers()).isZero();
                    }))
                    .isTrue();
            assertThat(scope.deadline()).isSameAs(Deadline.NONE);
        });
    }

    @BackendTest
    @DisplayName("T4 a deadline moved later from another thread ends the work then, and not before")
    void laterFromAnotherThread(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(seconds(1));
            var tooEarly = new AtomicBoolean();
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(1);
                scope.deadline(Deadline.after(seconds(5), clock));
                clock.advance(seconds(4));
                tooEarly.set(scope.cancelCalled());
                clock.advance(seconds(1));
            })) {
                assertThat(scope.run(() -> Tasks.sleep(LONG))).isFalse();
            }
            assertThat(tooEarly).isFalse();
            assertThat(clock.elapsed()).isEqualTo(seconds(5));
        });
    }

    @BackendTest
    @DisplayName("T4 a deadline moved into the past from inside cancels at the next checkpoint")
    void intoThePast(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            for (var deadline : new Deadline[] {Deadline.after(Duration.ZERO), Deadline.after(seconds(-1))}) {
                var scope = CancelScope.withTimeout(LONG);
                assertThat(scope.run(() -> {
                            scope.deadline(deadline);
                            CancelScope.checkpoint();
                        }))
                        .isFalse();
                assertThat(scope.reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
            }
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName("T4 a deadline moved into the past from another thread wakes what blocks")
    void intoThePastFromAnotherThread(TestBackend backend) throws Exception {
        var first = CancelScope.withTimeout(LONG);
        try (var _ = WhenBlocked.me(() -> first.deadline(Deadline.after(seconds(-1), backend)))) {
            assertThat(first.run(() -> Tasks.sleep(LONG))).isFalse();
        }
        var second = CancelScope.create();
        try (var _ = WhenBlocked.me(() -> second.deadline(Deadline.after(Duration.ZERO, backend)))) {
            assertThat(second.run(Stubborn::forever)).isFalse();
        }
    }

    @BackendTest
    @DisplayName("T4 a deadline moved earlier ends the work then")
    void earlier(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(seconds(100));
            assertThat(scope.run(() -> {
                        scope.deadline(Deadline.after(seconds(2)));
                        clock.advance(seconds(2).minusNanos(1));
                        CancelScope.checkpoint();
                        clock.advance(Duration.ofNanos(1));
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName("T4 a scope made without a deadline may be given one, before and after its entry")
    void given(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var before = CancelScope.create();
            before.deadline(Deadline.after(seconds(2)));
            assertThat(before.run(() -> {
                        assertThat(CancelScope.currentDeadline().remaining()).isEqualTo(seconds(2));
                        clock.advance(seconds(2));
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            var after = CancelScope.create();
            assertThat(after.run(() -> {
                        after.deadline(Deadline.after(seconds(2)));
                        clock.advance(seconds(2));
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
        });
    }

    @BackendTest
    @DisplayName("T4 a deadline moved after the scope was cancelled, by it or by hand, has no effect")
    void tooLate(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var expired = CancelScope.withTimeout(seconds(1));
            assertThat(expired.run(() -> {
                        clock.advance(seconds(1));
                        expired.deadline(Deadline.after(LONG));
                        assertThat(expired.cancelCalled()).isTrue();
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            var asked = CancelScope.create();
            assertThat(asked.run(() -> {
                        asked.cancel();
                        asked.deadline(Deadline.after(seconds(-1)));
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            assertThat(asked.reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.ASKED);
        });
    }

    @BackendTest
    @DisplayName("T4 a deadline moved after the scope has ended has no effect, and sets no timer")
    void ended(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(LONG);
            assertThat(scope.run(() -> {})).isTrue();
            scope.deadline(Deadline.after(seconds(1)));
            assertThat(clock.timers()).isZero();
            scope.deadline(Deadline.after(seconds(-1)));
            clock.advance(seconds(2));
            assertThat(scope.cancelCalled()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("T4 a deadline moved to and fro 100,000 times keeps at most a few timers")
    void toAndFro(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(seconds(1_000));
            assertThat(scope.run(() -> {
                        for (int i = 0; i < Race.rounds(100_000); i++) {
                            scope.deadline(Deadline.after(seconds(i % 2 == 0 ? 1_000 : 500)));
                            if (clock.timers() > 2) {
                                throw new AssertionError(clock.timers() + " timers");
                            }
                        }
                        clock.advance(seconds(500).minusNanos(1));
                        CancelScope.checkpoint();
                        clock.advance(Duration.ofNanos(1));
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName(
            "T4 moves that race with the deadline itself and with the end of the scope leave it cancelled or not, no"
                    + " timer, no interrupt")
    void againstExpiry(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var race = new Race("move against expiry")) {
                for (int i = 0; i < Race.rounds(1_500); i++) {
                    var scope = CancelScope.withTimeout(seconds(1));
                    boolean later = race.draw(2) == 0;
                    boolean blocks = race.draw(2) == 0;
                    var rival = race.start(() -> scope.deadline(Deadline.after(seconds(later ? 10 : -1), clock)));
                    int spins = race.draw(2_000);
                    boolean ended = scope.run(() -> {
                        Race.spin(spins);
                        clock.advance(seconds(1));
                        if (!later && blocks) {
                            Stubborn.forever(); // one of the two has cancelled it
                        }
                    });
                    while (!rival.future().isDone()) {
                        Thread.onSpinWait();
                    }
                    assertThat(ended).isEqualTo(later || !blocks);
                    assertThat(clock.timers()).isZero();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    if (scope.cancelledCaught()) {
                        assertThat(scope.reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
                    }
                }
            }
        });
    }
}
