// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Started;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L10: start, when its caller is cancelled. */
public class StartCallerTest {
    @BackendTest
    @DisplayName(
            "L10 the caller's scope is cancelled while start waits: the task is cancelled and awaited, start throws,"
                    + " the group goes on")
    void callerCancelled() throws Exception {
        var blocker = Blocker.stubborn();
        var scope = CancelScope.create();
        TaskGroup.run(group -> {
            var started = new AtomicReference<Task<?>>();
            var thrown = new AtomicReference<Throwable>();
            try (var _ = Foreign.run(() -> {
                blocker.awaitEntered();
                started.set(group.activeTasks().getFirst());
                scope.cancel("the caller");
                blocker.awaitInterrupted();
                blocker.release();
            })) {
                boolean ended = scope.run(() -> {
                    try {
                        var _ = group.start((Status<Integer> _) -> {
                            blocker.run();
                            CancelScope.checkpoint();
                        });
                    } catch (CancelledException e) {
                        thrown.set(e);
                        assertThat(blocker.ended()).isTrue();
                        throw e;
                    }
                });
                assertThat(ended).isFalse();
            }
            assertThat(scope.cancelledCaught()).isTrue();
            assertThat(thrown.get())
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.reason().message()).contains("the caller"));
            assertThat(started.get().status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(group.isCancelled()).isFalse();
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName(
            "L10, C7 the caller's scope was cancelled before: start throws CancelledException, the body never runs,"
                    + " the group goes on")
    void callerWasCancelled() throws Exception {
        var ran = new AtomicBoolean();
        TaskGroup.run(group -> {
            var scope = CancelScope.create();
            boolean ended = scope.run(() -> {
                scope.cancel();
                var thrown = catchThrowable(() -> group.start((Status<Integer> _) -> ran.set(true)));
                assertThat(thrown).isInstanceOf(CancelledException.class);
            });
            assertThat(ended).isTrue();
            assertThat(group.isCancelled()).isFalse();
        });
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L10 the caller is interrupted while start waits: the task is cancelled and awaited, start throws, the"
            + " group goes on")
    void callerInterrupted() throws Exception {
        var owner = Thread.currentThread();
        var blocker = Blocker.stubborn();
        try (var group = TaskGroup.open();
                var _ = Foreign.run(() -> {
                    blocker.awaitEntered();
                    Threads.awaitBlocked(owner);
                    owner.interrupt();
                    blocker.awaitInterrupted();
                    blocker.release();
                })) {
            var thrown = catchThrowable(() -> group.start((Status<Integer> _) -> blocker.run()));
            assertThat(blocker.ended()).isTrue();
            assertThat(thrown).isInstanceOf(InterruptedException.class).isNotInstanceOf(CancelledException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(group.isCancelled()).isFalse();
            group.join();
        }
    }

    @BackendTest
    @DisplayName("L10, C11 the caller is cancelled while the starting task is shielded: start ends after the shield")
    void shieldedStart() throws Exception {
        var blocker = new Blocker();
        var cancelled = new CountDownLatch(1);
        var steps = new AtomicReference<>("");
        var scope = CancelScope.create();
        TaskGroup.run(group -> {
            try (var _ = Foreign.run(() -> {
                blocker.awaitEntered();
                scope.cancel();
                cancelled.await();
                assertThat(blocker.wasInterrupted()).isFalse();
                blocker.release();
            })) {
                boolean ended = scope.run(() -> {
                    var _ = group.start((Status<Integer> _) -> {
                        var _ = CancelScope.current().onCancel(_ -> cancelled.countDown());
                        CancelScope.shielded(blocker::run);
                        steps.set("shield ended");
                        CancelScope.checkpoint();
                        steps.set("passed");
                    });
                });
                assertThat(ended).isFalse();
            }
        });
        assertThat(blocker.wasInterrupted()).isFalse();
        assertThat(steps).hasValue("shield ended");
    }

    @BackendTest
    @DisplayName(
            "L10, F7 the caller is cancelled and the starting task's cleanup fails: start throws the failure, it is"
                    + " not lost")
    void cleanupFails() throws Exception {
        var failure = new IOException("cleanup");
        var entered = new CountDownLatch(1);
        var scope = CancelScope.create();
        TaskGroup.run(group -> {
            try (var _ = Foreign.run(() -> {
                entered.await();
                scope.cancel();
            })) {
                var thrown = catchThrowable(() -> scope.run(() -> {
                    var _ = group.start((Status<Integer> _) ->
                            Failures.throwingWhenInterrupted(entered, failure).run());
                }));
                assertThat(thrown).isInstanceOf(TaskFailedException.class).hasCause(failure);
            }
            assertThat(group.isCancelled()).isFalse();
        });
    }

    @BackendTest
    @DisplayName(
            "L10 the caller is cancelled and the task then reports itself ready: that is accepted, and start throws"
                    + " CancelledException")
    void reportsTooLate() throws Exception {
        var blocker = Blocker.stubborn();
        var reported = new AtomicBoolean();
        var scope = CancelScope.create();
        TaskGroup.run(group -> {
            try (var _ = Foreign.run(() -> {
                blocker.awaitEntered();
                scope.cancel();
                blocker.awaitInterrupted();
                blocker.release();
            })) {
                var started = new AtomicReference<Started<Integer>>();
                boolean ended = scope.run(() -> started.set(group.start((Status<Integer> status) -> {
                    blocker.run();
                    status.started(1);
                    reported.set(true);
                })));
                assertThat(ended).isFalse();
                assertThat(started.get()).isNull();
            }
            assertThat(group.isCancelled()).isFalse();
        });
        assertThat(reported).isTrue();
    }

    @BackendTest
    @DisplayName(
            "L10, C7 started races with the caller's cancellation: start returns with the task alive, or throws with"
                    + " it terminated")
    void startedAgainstCancel() throws Exception {
        try (var race = new Race("L10")) {
            for (int i = 0; i < Race.rounds(1_500); i++) {
                int spins = race.draw(3_000);
                var gate = new CountDownLatch(1);
                var task = new AtomicReference<Task<?>>();
                var scope = CancelScope.create();
                TaskGroup.run(group -> {
                    var started = new AtomicReference<Started<Integer>>();
                    var forked = new CountDownLatch(1);
                    var rival = race.start(() -> {
                        forked.await();
                        scope.cancel();
                    });
                    var _ = scope.run(() -> {
                        try {
                            started.set(group.start((Status<Integer> status) -> {
                                task.set(group.activeTasks().getFirst());
                                forked.countDown();
                                Race.spin(spins);
                                status.started(1);
                                gate.await();
                            }));
                        } finally {
                            var handle = task.get();
                            if (started.get() == null) {
                                assertThat(handle == null || handle.isDone())
                                        .as("start threw, the task has terminated")
                                        .isTrue();
                            } else {
                                assertThat(handle.isDone())
                                        .as("start returned, the task is alive")
                                        .isFalse();
                                assertThat(started.get().value()).isEqualTo(1);
                            }
                            forked.countDown();
                        }
                    });
                    gate.countDown();
                    rival.await();
                    assertThat(group.isCancelled()).isFalse();
                });
                if (task.get() != null) {
                    assertThat(task.get().isDone()).isTrue();
                }
            }
        }
    }

    @BackendTest
    @DisplayName(
            "L10, F3 an inner group fails while its body waits in start on the outer group: the task is cancelled, the"
                    + " inner failure leaves both runs")
    void innerFailsDuringOuterStart() throws Exception {
        var failure = new IOException("inner task");
        var blocker = new Blocker();
        var inner = new AtomicReference<TaskGroupException>();
        var outerCancelled = new AtomicBoolean();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(outer -> {
                    try {
                        TaskGroup.run(group -> {
                            var _ = group.fork(() -> {
                                blocker.awaitEntered();
                                throw failure;
                            });
                            var _ = outer.start((Status<Integer> _) -> blocker.run());
                        });
                    } catch (TaskGroupException e) {
                        inner.set(e);
                        assertThat(blocker.ended()).isTrue();
                        outerCancelled.set(outer.isCancelled());
                        throw e;
                    }
                }));
        assertThat(thrown).isSameAs(inner.get());
        assertThat(thrown.failures()).containsExactly(failure);
        assertThat(outerCancelled).isFalse();
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "L10, B1 start is cancelled while it waits for a place: it throws CancelledException, the body never runs,"
                    + " no place is lost")
    void cancelledWithoutPlace() throws Exception {
        var blocker = new Blocker();
        var ran = new AtomicBoolean();
        var scope = CancelScope.create();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork(blocker);
            try (var _ = Foreign.run(() -> {
                Threads.until(() -> group.stats().waiting() == 1);
                scope.cancel();
            })) {
                boolean ended = scope.run(() -> {
                    var _ = group.start((Status<Integer> _) -> ran.set(true));
                });
                assertThat(ended).isFalse();
            }
            assertThat(group.stats().waiting()).isZero();
            blocker.release();
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
        });
        assertThat(ran).isFalse();
    }
}
