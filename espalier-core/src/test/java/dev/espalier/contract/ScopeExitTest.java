// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules C5 and C6: what leaves a cancelled scope. */
public class ScopeExitTest {
    private final CancelScope outer = CancelScope.create();
    private final CancelScope inner = CancelScope.create();
    private final AtomicBoolean behind = new AtomicBoolean();

    @BackendTest
    @DisplayName("C5 a cancelled scope whose body ends normally returns its value, and has caught nothing")
    void value() throws Exception {
        assertThat(outer.call(() -> {
                    outer.cancel();
                    return "value";
                }))
                .contains("value");
        assertThat(outer.cancelCalled()).isTrue();
        assertThat(outer.cancelledCaught()).isFalse();
        CancelScope.checkpoint();

        assertThat(inner.run(inner::cancel)).isTrue();
        assertThat(inner.cancelledCaught()).isFalse();
    }

    @BackendTest
    @DisplayName("C5 each form whose scope is cancelled and whose body ends normally returns the value")
    void valueOfEachForm() throws Exception {
        String timed = CancelScope.failAfter(Duration.ofHours(1), () -> {
            CancelScope.current().cancel();
            return "timed";
        });
        assertThat(timed).isEqualTo("timed");
        assertThat(CancelScope.moveOnAfter(Duration.ofHours(1), () -> {
                    CancelScope.current().cancel();
                    return "tried";
                }))
                .contains("tried");
        String shielded = CancelScope.shielded(() -> {
            CancelScope.current().cancel();
            return "shielded";
        });
        assertThat(shielded).isEqualTo("shielded");
        String grouped = TaskGroup.call(group -> {
            group.cancel();
            return "grouped";
        });
        assertThat(grouped).isEqualTo("grouped");
        CancelScope.checkpoint();
    }

    @BackendTest
    @DisplayName("C5 a scope whose deadline passed while its body computed returns the value, and has caught nothing")
    void valueAfterDeadline(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(Duration.ofSeconds(1));
            assertThat(scope.call(() -> {
                        clock.advance(Duration.ofSeconds(2));
                        return "late";
                    }))
                    .contains("late");
            assertThat(scope.cancelCalled()).isTrue();
            assertThat(scope.cancelledCaught()).isFalse();
            String value = CancelScope.failAfter(Duration.ofSeconds(1), () -> {
                clock.advance(Duration.ofSeconds(2));
                return "late";
            });
            assertThat(value).isEqualTo("late");
        });
    }

    @BackendTest
    @DisplayName("C5 a body that swallows the cancellation and ends normally has ended normally")
    void swallowed() throws Exception {
        assertThat(outer.run(() -> {
                    outer.cancel();
                    assertThatThrownBy(CancelScope::checkpoint).isInstanceOf(CancelledException.class);
                }))
                .isTrue();
        assertThat(outer.cancelledCaught()).isFalse();
    }

    @BackendTest
    @DisplayName("C6 of three nested scopes, of which the two inner ones are cancelled, the middle one absorbs")
    void middleAbsorbs() throws Exception {
        var middle = CancelScope.create();
        boolean ended = outer.run(() -> {
            boolean middleEnded = middle.run(() -> {
                boolean _ = inner.run(() -> {
                    inner.cancel();
                    middle.cancel();
                    Stubborn.forever();
                });
                behind.set(true);
            });
            assertThat(middleEnded).isFalse();
            CancelScope.checkpoint();
        });
        assertThat(ended).isTrue();
        assertThat(behind).isFalse();
        assertThat(inner.cancelledCaught()).isFalse();
        assertThat(inner.cancelCalled()).isTrue();
        assertThat(middle.cancelledCaught()).isTrue();
        assertThat(outer.cancelCalled()).isFalse();
        assertThat(outer.cancelledCaught()).isFalse();
    }

    @BackendTest
    @DisplayName("C6 a scope lets the cancellation of an enclosing one pass, whether it is cancelled itself or not")
    void outerPasses() throws Exception {
        for (boolean both : new boolean[] {false, true}) {
            var around = CancelScope.create();
            var within = CancelScope.create();
            boolean ended = around.run(() -> {
                boolean _ = within.run(() -> {
                    around.cancel();
                    if (both) {
                        within.cancel();
                    }
                    CancelScope.checkpoint();
                });
                behind.set(true);
            });
            assertThat(ended).isFalse();
            assertThat(behind).isFalse();
            assertThat(around.cancelledCaught()).isTrue();
            assertThat(within.cancelledCaught()).isFalse();
        }
    }

    @BackendTest
    @DisplayName("C6 an enclosing scope cancelled while the inner one's cancellation is on its way takes it over")
    void outerCancelledMeanwhile() throws Exception {
        boolean ended = outer.run(() -> {
            boolean _ = inner.run(() -> {
                inner.cancel();
                try {
                    CancelScope.checkpoint();
                } finally {
                    outer.cancel();
                }
            });
            behind.set(true);
        });
        assertThat(ended).isFalse();
        assertThat(behind).isFalse();
        assertThat(inner.cancelledCaught()).isFalse();
        assertThat(outer.cancelledCaught()).isTrue();
    }

    @BackendTest
    @DisplayName("C6 a shielded scope absorbs its own cancellation although an enclosing one is cancelled meanwhile")
    void shieldedAbsorbs() throws Exception {
        inner.shield(true);
        boolean ended = outer.run(() -> {
            boolean innerEnded = inner.run(() -> {
                inner.cancel();
                try {
                    CancelScope.checkpoint();
                } finally {
                    outer.cancel();
                }
            });
            assertThat(innerEnded).isFalse();
            behind.set(true);
        });
        assertThat(ended).isTrue();
        assertThat(behind).isTrue();
        assertThat(inner.cancelledCaught()).isTrue();
        assertThat(outer.cancelledCaught()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C6 a scope that is not cancelled and puts its shield up while a cancellation passes absorbs nothing")
    void shieldRaisedMeanwhile() throws Exception {
        boolean ended = outer.run(() -> {
            boolean _ = inner.run(() -> {
                outer.cancel();
                try {
                    CancelScope.checkpoint();
                } finally {
                    inner.shield(true);
                }
            });
            behind.set(true);
        });
        assertThat(ended).isFalse();
        assertThat(behind).isFalse();
        assertThat(inner.cancelledCaught()).isFalse();
        assertThat(outer.cancelledCaught()).isTrue();
    }

    @BackendTest
    @DisplayName("C6 a cancellation that comes out as the cause of another exception is absorbed")
    void wrapped() throws Exception {
        assertThat(outer.call(() -> {
                    outer.cancel();
                    try {
                        CancelScope.checkpoint();
                    } catch (CancelledException e) {
                        throw new IllegalStateException("wrapped", e);
                    }
                    return "value";
                }))
                .isEmpty();
        assertThat(outer.cancelledCaught()).isTrue();
    }

    @BackendTest
    @DisplayName("C6 a failure that leaves a cancelled scope is not absorbed")
    void failure() {
        var failure = new IOException("x");
        assertThatThrownBy(() -> outer.run(() -> {
                    outer.cancel();
                    throw failure;
                }))
                .isSameAs(failure)
                .hasNoSuppressedExceptions();
        assertThat(outer.cancelledCaught()).isFalse();
    }

    @BackendTest
    @DisplayName("C6 exactly one cancellation, with nothing suppressed, leaves a group below a cancelled scope")
    void oneException() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        boolean ended = outer.run(() -> {
            thrown.set(catchThrowable(() -> TaskGroup.run(group -> {
                var blocked = new CountDownLatch(2);
                for (int i = 0; i < 2; i++) {
                    var _ = group.fork(() -> {
                        blocked.countDown();
                        Stubborn.forever();
                    });
                }
                blocked.await();
                outer.cancel();
                Stubborn.forever();
            })));
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(Failures.reachable(thrown.get())).hasSize(1);
    }

    @BackendTest
    @DisplayName("C6 of two scopes with equal deadlines the outer one absorbs")
    void equalDeadlines(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var deadline = Deadline.after(Duration.ofSeconds(1));
            var around = CancelScope.withDeadline(deadline);
            var within = CancelScope.withDeadline(deadline);
            try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(1))) {
                boolean ended = around.run(() -> {
                    boolean _ = within.run(() -> Tasks.sleep(Duration.ofHours(1)));
                    behind.set(true);
                });
                assertThat(ended).isFalse();
            }
            assertThat(behind).isFalse();
            assertThat(around.cancelledCaught()).isTrue();
            assertThat(within.cancelledCaught()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("C6 of two failAfter with equal deadlines only the outer one throws for its own")
    void equalTimeouts(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var deadline = Deadline.after(Duration.ofSeconds(1));
            var passing = new AtomicReference<Throwable>();
            try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(1))) {
                assertThatThrownBy(() -> CancelScope.failAt(deadline, () -> {
                            passing.set(catchThrowable(() -> CancelScope.failAt(deadline, Stubborn::forever)));
                            CancelScope.checkpoint();
                        }))
                        .isInstanceOf(dev.espalier.DeadlineExceededException.class);
            }
            assertThat(passing.get()).isInstanceOf(InterruptedException.class);
        });
    }
}
