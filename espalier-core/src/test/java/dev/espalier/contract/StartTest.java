// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelledException;
import dev.espalier.Outcome;
import dev.espalier.Started;
import dev.espalier.Status;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L10: start, while nothing cancels the caller. */
public class StartTest {
    @BackendTest
    @DisplayName("L10 start returns when the task has reported itself ready, with the value, and the task goes on")
    void returnsValue() throws Exception {
        var value = new Object();
        var blocker = new Blocker();
        TaskGroup.run(group -> {
            Started<Object> started = group.start("server", (Status<Object> status) -> {
                status.started(value);
                blocker.run();
            });
            assertThat(started.value()).isSameAs(value);
            assertThat(started.task().name()).isEqualTo("server");
            assertThat(started.task().isDone()).isFalse();
            assertThat(group.activeTasks()).containsExactly(started.task());
            blocker.awaitEntered();
            blocker.release();
            assertThat(started.task().await()).isNull();
            assertThat(started.task().status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(started.value()).isSameAs(value);
        });
    }

    @BackendTest
    @DisplayName("L10 start does not return before the task has reported itself ready")
    void waitsForReadiness() throws Exception {
        var owner = Thread.currentThread();
        var entered = new CountDownLatch(1);
        var ready = new CountDownLatch(1);
        var reported = new AtomicBoolean();
        try (var _ = Foreign.run(() -> {
            entered.await();
            Threads.awaitBlocked(owner);
            ready.countDown();
        })) {
            TaskGroup.run(group -> {
                var _ = group.start((Status<Integer> status) -> {
                    entered.countDown();
                    ready.await();
                    reported.set(true);
                    status.started(1);
                });
                assertThat(reported).isTrue();
            });
        }
    }

    @BackendTest
    @DisplayName("L10 started without a value, and with null: the value is null")
    void withoutValue() throws Exception {
        TaskGroup.run(group -> {
            assertThat(group.start((Status<Integer> status) -> status.started()).value())
                    .isNull();
            assertThat(group.start((Status<Integer> status) -> status.started(null))
                            .value())
                    .isNull();
        });
    }

    @BackendTest
    @DisplayName("L10 join waits for a started task, which can be cancelled alone")
    void joinWaits() throws Exception {
        var blocker = new Blocker();
        var cancelled = new Blocker();
        var owner = Thread.currentThread();
        try (var group = TaskGroup.open();
                var _ = Foreign.run(() -> {
                    blocker.awaitEntered();
                    Threads.awaitBlocked(owner);
                    blocker.release();
                })) {
            var other = group.start((Status<Integer> status) -> {
                status.started(1);
                cancelled.run();
            });
            other.task().cancel("not needed");
            var _ = group.start((Status<Integer> status) -> {
                status.started(2);
                blocker.run();
            });
            group.join();
            assertThat(blocker.ended()).isTrue();
            assertThat(other.task().status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(group.isCancelled()).isFalse();
        }
    }

    @BackendTest
    @DisplayName("L10 readiness is reported by another thread: start returns with its value")
    void reportedByAnotherThread() throws Exception {
        TaskGroup.run(group -> {
            var started = group.start((Status<String> status) -> {
                var reported = new CountDownLatch(1);
                var _ = group.fork(() -> {
                    status.started("elsewhere");
                    reported.countDown();
                });
                reported.await();
            });
            assertThat(started.value()).isEqualTo("elsewhere");
        });
    }

    @BackendTest
    @DisplayName("L10 the task throws before it is ready: start throws TaskFailedException with exactly that cause, the"
            + " group goes on")
    void failsBefore() throws Exception {
        var cause = new IllegalArgumentException("cause");
        var failure = new IOException("not ready", cause);
        failure.addSuppressed(new IOException("suppressed"));
        TaskGroup.run(group -> {
            var thrown = catchThrowableOfType(
                    TaskFailedException.class,
                    () -> group.start((Status<Integer> _) -> {
                        throw failure;
                    }));
            assertThat(thrown.getCause()).isSameAs(failure);
            assertThat(failure.getCause()).isSameAs(cause);
            assertThat(Failures.suppressed(failure)).hasSize(1);
            assertThat(thrown.task().status()).isEqualTo(TaskStatus.FAILED);
            assertThat(group.isCancelled()).isFalse();
            assertThat(group.failures()).isEmpty();
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName("L10, L6 the task of an open group throws before it is ready: neither join nor close throws it again")
    void failsBeforeInOpen() throws Exception {
        var group = TaskGroup.open();
        var thrown = catchThrowable(() -> group.start((Status<Integer> _) -> {
            throw new IOException("not ready");
        }));
        assertThat(thrown).isInstanceOf(TaskFailedException.class).hasRootCauseMessage("not ready");
        group.join();
        group.close();
        assertThat(group.stats().active()).isZero();
    }

    @BackendTest
    @DisplayName("L10, F1 the task throws after it was ready: start has returned, the group is cancelled and throws it")
    void failsAfter() throws Exception {
        var failure = new IOException("was ready");
        var gate = new CountDownLatch(1);
        var blocker = new Blocker();
        var value = new AtomicReference<Integer>();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(blocker);
                    blocker.awaitEntered();
                    value.set(group.start((Status<Integer> status) -> {
                                status.started(1);
                                gate.await();
                                throw failure;
                            })
                            .value());
                    gate.countDown();
                }));
        assertThat(value).hasValue(1);
        assertThat(thrown.failures()).containsExactly(failure);
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("L10 the task returns without reporting: start throws IllegalStateException, the group goes on")
    void returnsWithoutReporting() throws Exception {
        TaskGroup.run(group -> {
            assertThatThrownBy(() -> group.start((Status<Integer> _) -> {}))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(group.isCancelled()).isFalse();
            assertThat(group.failures()).isEmpty();
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName("L10 started is called twice: IllegalStateException inside the task, which if caught changes nothing")
    void reportsTwice() throws Exception {
        var second = new AtomicReference<Throwable>();
        TaskGroup.run(group -> {
            var started = group.start((Status<Integer> status) -> {
                status.started(1);
                second.set(catchThrowable(() -> status.started(2)));
            });
            assertThat(started.value()).isEqualTo(1);
            assertThat(started.task().await()).isNull();
        });
        assertThat(second.get()).isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName(
            "L10, F1 started is called twice and its exception is not caught: the task has failed after it was ready")
    void reportsTwiceUncaught() throws Exception {
        var value = new AtomicReference<Integer>();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var gate = new CountDownLatch(1);
                    value.set(group.start((Status<Integer> status) -> {
                                status.started(1);
                                gate.await();
                                status.started();
                            })
                            .value());
                    gate.countDown();
                }));
        assertThat(value).hasValue(1);
        assertThat(thrown.getCause()).isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName(
            "L10 the task alone is cancelled before it is ready: start throws TaskCancelledException, the group goes"
                    + " on")
    void taskCancelledBefore() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(group -> {
            try (var _ = Foreign.run(() -> {
                blocker.awaitEntered();
                group.activeTasks().getFirst().cancel("alone");
            })) {
                var thrown = catchThrowableOfType(
                        TaskCancelledException.class, () -> group.start((Status<Integer> _) -> blocker.run()));
                assertThat(thrown.reason().message()).contains("alone");
                assertThat(thrown.task().status()).isEqualTo(TaskStatus.CANCELLED);
            }
            assertThat(group.isCancelled()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("L10 start on a cancelled group throws CancelledException with the reason, and the body never runs")
    void onCancelledGroup(TestBackend backend) throws Exception {
        var ran = new AtomicBoolean();
        TaskGroup.run(group -> {
            group.cancel("too late");
            int threads = backend.threads().size();
            var thrown = catchThrowableOfType(
                    CancelledException.class, () -> group.start((Status<Integer> _) -> ran.set(true)));
            assertThat(thrown.reason().message()).contains("too late");
            assertThat(backend.threads()).hasSize(threads);
        });
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L10 start on an open group that a failure has cancelled throws CancelledException, and the body never"
            + " runs")
    void onFailedGroup() throws Exception {
        var failure = new IOException("task");
        var ran = new AtomicBoolean();
        try (var group = TaskGroup.open()) {
            var task = group.fork(Failures.throwing(failure));
            Threads.until(task::isDone);
            var thrown = catchThrowableOfType(
                    CancelledException.class, () -> group.start((Status<Integer> _) -> ran.set(true)));
            assertThat(thrown.reason().kind()).isEqualTo(CancelReason.Kind.SIBLING_FAILED);
            assertThat(thrown.reason().exception()).isSameAs(failure);
            assertThat(catchThrowable(group::join)).hasCause(failure);
        }
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L10, B1 start takes a place, and the task keeps it to its end")
    void takesPlace() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(1), group -> {
            var started = group.start((Status<Integer> status) -> {
                status.started(1);
                blocker.run();
            });
            assertThat(group.tryFork(() -> 1)).isEmpty();
            blocker.release();
            group.join();
            assertThat(started.task().isDone()).isTrue();
            var next = group.tryFork(() -> 7);
            assertThat(next).isPresent();
            assertThat(next.get().await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName(
            "L10, B1 start waits for a place as fork does, and the place of a task that failed before it was ready is"
                    + " free again")
    void waitsForPlace() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork(blocker);
            try (var _ = Foreign.run(() -> {
                Threads.until(() -> group.stats().waiting() == 1);
                assertThat(blocker.ended()).isFalse();
                blocker.release();
            })) {
                var endedFirst = new AtomicBoolean();
                assertThatThrownBy(() -> group.start((Status<Integer> _) -> {
                            endedFirst.set(blocker.ended());
                            throw new IOException("not ready");
                        }))
                        .isInstanceOf(TaskFailedException.class);
                assertThat(endedFirst).isTrue();
            }
            var started = group.start((Status<Integer> status) -> status.started(1));
            assertThat(started.value()).isEqualTo(1);
        });
    }

    @BackendTest
    @DisplayName(
            "L10, C2 the starting body cancels the group, before and after it reports itself ready: all below ends,"
                    + " nothing hangs")
    void startingBodyCancels() throws Exception {
        for (boolean before : new boolean[] {true, false}) {
            var first = new Blocker();
            var second = new Blocker();
            TaskGroup.run(group -> {
                var _ = group.start((Status<Integer> status) -> TaskGroup.run(inner -> {
                    var _ = inner.fork(first);
                    var _ = inner.fork(second);
                    first.awaitEntered();
                    second.awaitEntered();
                    if (before) {
                        group.cancel();
                        status.started(1);
                    } else {
                        status.started(1);
                        group.cancel();
                    }
                }));
            });
            assertThat(first.wasInterrupted()).isTrue();
            assertThat(second.wasInterrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "L10, C18 the group is cancelled by a task while its body waits in start: the starting task is cancelled"
                    + " and awaited")
    void groupCancelledMeanwhile() throws Exception {
        var blocker = new Blocker();
        var thrown = new AtomicReference<CancelledException>();
        var outcome = new AtomicReference<Outcome<?>>();
        TaskGroup.run(group -> {
            var _ = group.fork(() -> {
                blocker.awaitEntered();
                var _ = group.activeTasks()
                        .getLast()
                        .onDone(task -> outcome.set(task.outcome().orElseThrow()));
                group.cancel("meanwhile");
            });
            thrown.set(catchThrowableOfType(
                    CancelledException.class, () -> group.start((Status<Integer> _) -> blocker.run())));
            assertThat(blocker.ended()).isTrue();
        });
        assertThat(thrown.get().reason().message()).contains("meanwhile");
        assertThat(outcome.get()).isInstanceOf(Outcome.Cancelled.class);
    }
}
