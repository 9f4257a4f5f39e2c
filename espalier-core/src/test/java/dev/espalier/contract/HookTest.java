// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelPolicy;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C9: work that is stopped by a hook of its own. */
public class HookTest {
    private final CancelScope scope = CancelScope.create();
    private final AtomicInteger hooks = new AtomicInteger();
    private final CountDownLatch hooked = new CountDownLatch(1);

    private void hook() {
        hooks.incrementAndGet();
        hooked.countDown();
    }

    @BackendTest
    @DisplayName(
            "C9 the hook runs once on a thread of the backend when the caller becomes cancelled, and the body is not"
                    + " interrupted")
    void hookRuns(TestBackend backend) throws Exception {
        var thread = new AtomicReference<Thread>();
        var owner = Thread.currentThread();
        boolean ended = scope.run(() -> CancelScope.cancelling(
                () -> {
                    thread.set(Thread.currentThread());
                    hook();
                },
                () -> {
                    scope.cancel();
                    assertThat(Failures.uninterruptibly(hooked))
                            .as("interrupted")
                            .isFalse();
                }));
        assertThat(ended).isTrue();
        assertThat(hooks).hasValue(1);
        assertThat(thread.get()).isNotSameAs(owner).isIn(backend.threads());
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "C9 the interrupt of that thread follows the grace after the hook began, and those of others do not wait"
                    + " for it")
    void grace(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var inHook = new Stubborn();
            TaskGroup.run(group -> {
                var sibling = group.fork(Stubborn::forever);
                var task = group.fork(() -> CancelScope.cancelling(this::hook, inHook::hold));
                var _ = inHook.awaitHolding();
                group.cancel();
                boolean _ = Failures.uninterruptibly(hooked);
                Threads.untilRegardless(sibling::isDone);
                assertThat(sibling.isCancelled()).isTrue();
                Threads.untilRegardless(() -> clock.timers() > 0);
                clock.advance(Duration.ofMillis(249));
                assertThat(inHook.interrupts()).isZero();
                clock.advance(Duration.ofMillis(1));
                assertThat(inHook.interrupts()).isEqualTo(1);
                assertThat(task.isDone()).isFalse();
                inHook.release();
            });
            assertThat(hooks).hasValue(1);
        });
    }

    @BackendTest
    @DisplayName("C9 the grace follows the policy of the group, zero included")
    void graceOfPolicy(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var inHook = new Stubborn();
            TaskGroup.run(o -> o.cancelPolicy(CancelPolicy.DEFAULT.hookGrace(Duration.ZERO)), group -> {
                var task = group.fork(() -> CancelScope.cancelling(this::hook, inHook::hold));
                var _ = inHook.awaitHolding();
                task.cancel();
                hooked.await();
                Threads.until(() -> inHook.interrupts() == 1);
                inHook.release();
            });
            assertThat(hooks).hasValue(1);
        });
    }

    @BackendTest
    @DisplayName(
            "C9 an exception that leaves the body after its hook began is the cause of the CancelledException that is"
                    + " thrown")
    void causedByHook() throws Exception {
        var failure = new IOException("closed");
        var thrown = new AtomicReference<CancelledException>();
        boolean ended = scope.run(() -> {
            thrown.set(catchThrowableOfType(
                    CancelledException.class,
                    () -> CancelScope.cancelling(this::hook, () -> {
                        scope.cancel("enough");
                        boolean _ = Failures.uninterruptibly(hooked);
                        throw failure;
                    })));
            throw thrown.get();
        });
        assertThat(ended).isFalse();
        assertThat(thrown.get()).hasMessageContaining("enough").hasNoSuppressedExceptions();
        assertThat(thrown.get().getCause()).isSameAs(failure);
        assertThat(thrown.get().reason()).isEqualTo(scope.reason().orElseThrow());
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C9 an exception that leaves the body before any hook began is thrown as it is, a value is returned")
    void notCancelled(TestBackend backend) throws Exception {
        var failure = new IOException("own");
        assertThatThrownBy(() -> CancelScope.cancelling(this::hook, () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        String value = CancelScope.cancelling(this::hook, () -> "value");
        assertThat(value).isEqualTo("value");
        assertThat(hooks).hasValue(0);
        assertThat(backend.timers()).isZero();
    }

    @BackendTest
    @DisplayName("C9 a value that the body returns after its hook began is returned")
    void valueAfterHook() throws Exception {
        var value = scope.call(() -> CancelScope.cancelling(this::hook, () -> {
            scope.cancel();
            boolean _ = Failures.uninterruptibly(hooked);
            return "value";
        }));
        assertThat(value).contains("value");
    }

    @BackendTest
    @DisplayName("C9 if the caller is cancelled already, neither body nor hook runs, and CancelledException is thrown")
    void alreadyCancelled() throws Exception {
        var ran = new AtomicBoolean();
        boolean ended = scope.run(() -> {
            scope.cancel("early");
            assertThatThrownBy(() -> CancelScope.cancelling(this::hook, () -> ran.set(true)))
                    .isExactlyInstanceOf(CancelledException.class)
                    .hasMessageContaining("early")
                    .hasNoCause();
        });
        assertThat(ended).isTrue();
        assertThat(ran).isFalse();
        assertThat(hooks).hasValue(0);
    }

    @BackendTest
    @DisplayName("C9 cancelling does not return while its hook is running")
    void waitsForHook() throws Exception {
        var finish = new CountDownLatch(1);
        var hookEnded = new AtomicBoolean();
        boolean ended = scope.run(() -> {
            var owner = Thread.currentThread();
            try (var _ = Foreign.run(() -> {
                hooked.await();
                Threads.awaitBlocked(owner);
                finish.countDown();
            })) {
                CancelScope.cancelling(
                        () -> {
                            hook();
                            finish.await();
                            hookEnded.set(true);
                        },
                        () -> {
                            scope.cancel();
                            while (hooked.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                        });
                assertThat(hookEnded).as("hook has ended").isTrue();
            }
        });
        assertThat(ended).isTrue();
        assertThat(hooks).hasValue(1);
    }

    @BackendTest
    @DisplayName("C9 when cancelling has returned, a cancellation does not run its hook any more")
    void neverAfterwards() throws Exception {
        boolean ended = scope.run(() -> {
            CancelScope.cancelling(this::hook, () -> {});
            scope.cancel();
            assertThat(Thread.currentThread().isInterrupted())
                    .as("interrupted as usual")
                    .isTrue();
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(hooks).hasValue(0);
    }

    @BackendTest
    @DisplayName(
            "C9 an exception of the hook is suppressed in the CancelledException, and the interrupt follows all the"
                    + " same")
    void hookThrows(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var bad = new IOException("hook");
            var thrown = new AtomicReference<CancelledException>();
            var bodyThrew = new AtomicReference<InterruptedException>();
            boolean ended = scope.run(() -> {
                var inBody = Thread.currentThread();
                try (var _ = Foreign.run(() -> {
                    hooked.await();
                    Threads.awaitBlocked(inBody);
                    Threads.until(() -> clock.timers() > 0);
                    clock.advance(Duration.ofMillis(250));
                })) {
                    thrown.set(catchThrowableOfType(
                            CancelledException.class,
                            () -> CancelScope.cancelling(
                                    () -> {
                                        hook();
                                        throw bad;
                                    },
                                    () -> {
                                        scope.cancel();
                                        try {
                                            Stubborn.forever();
                                        } catch (InterruptedException e) {
                                            bodyThrew.set(e);
                                            throw e;
                                        }
                                    })));
                }
                throw thrown.get();
            });
            assertThat(ended).isFalse();
            assertThat(thrown.get().getSuppressed()).containsExactly(bad);
            assertThat(thrown.get().getCause()).isSameAs(bodyThrew.get());
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName("C9 an exception of the hook is logged where the body returned normally")
    void hookThrowsAfterValue() throws Exception {
        try (var logs = LogCapture.start()) {
            var bad = new IOException("hook");
            var value = scope.call(() -> CancelScope.cancelling(
                    () -> {
                        hook();
                        throw bad;
                    },
                    () -> {
                        scope.cancel();
                        boolean _ = Failures.uninterruptibly(hooked);
                        return "value";
                    }));
            assertThat(value).contains("value");
            assertThat(logs.exceptions()).containsExactly(bad);
        }
    }

    @BackendTest
    @DisplayName("C9 a deadline around, and the failure of a sibling, run the hook as well")
    void deadlineAndFailure(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            assertThat(CancelScope.runOrMoveOnAfter(
                            Duration.ofSeconds(1),
                            () -> CancelScope.cancelling(this::hook, () -> {
                                clock.advance(Duration.ofSeconds(1));
                                assertThat(Failures.uninterruptibly(hooked)).isFalse();
                            })))
                    .isTrue();
            assertThat(hooks).hasValue(1);
        });
        var again = new CountDownLatch(1);
        var failure = new IOException("down");
        assertThatThrownBy(() -> TaskGroup.run(group -> CancelScope.cancelling(again::countDown, () -> {
                    var _ = group.fork(Failures.throwing(failure));
                    assertThat(Failures.uninterruptibly(again)).isFalse();
                })))
                .isInstanceOf(dev.espalier.TaskGroupException.class)
                .cause()
                .isSameAs(failure);
    }

    @BackendTest
    @DisplayName("C9 a checkpoint in the body after the hook began throws")
    void checkpointInBody() throws Exception {
        boolean ended = scope.run(() -> CancelScope.cancelling(this::hook, () -> {
            scope.cancel();
            boolean _ = Failures.uninterruptibly(hooked);
            CancelScope.checkpoint();
        }));
        assertThat(ended).isFalse();
        assertThat(scope.cancelledCaught()).isTrue();
    }
}
