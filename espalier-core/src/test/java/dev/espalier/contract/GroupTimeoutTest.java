// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule T8: deadlines of groups. */
public class GroupTimeoutTest {
    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static void assertDeadlineFailure(Throwable thrown, CancelScope scope) {
        assertThat(thrown).isInstanceOf(TaskGroupException.class).hasNoSuppressedExceptions();
        assertThat(thrown.getCause()).isInstanceOfSatisfying(DeadlineExceededException.class, cause -> {
            assertThat(cause.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
            assertThat(cause.reason()).isEqualTo(scope.reason().orElseThrow());
        });
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "T8 a timeout that cuts a task of run short fails the group with a DeadlineExceededException, and keeps"
                    + " what had completed")
    void taskCutShort(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var group = new AtomicReference<TaskGroup>();
            var done = new AtomicReference<Task<String>>();
            var cut = new AtomicReference<Task<?>>();
            try (var _ = clock.advanceWhenBlocked(seconds(2))) {
                var thrown = catchThrowableOfType(
                        TaskGroupException.class,
                        () -> TaskGroup.run(o -> o.timeout(seconds(2)), g -> {
                            group.set(g);
                            done.set(g.fork(() -> "done"));
                            Threads.until(done.get()::isDone);
                            cut.set(g.fork(Stubborn::forever));
                        }));
                assertDeadlineFailure(thrown, group.get().scope());
            }
            assertThat(cut.get().status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(done.get().resultNow()).isEqualTo("done");
            assertThat(done.get().await()).isEqualTo("done");
            assertThat(group.get().isCancelled()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "T8 a timeout that cuts the body of run or call short fails the group with a DeadlineExceededException")
    void bodyCutShort(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var group = new AtomicReference<TaskGroup>();
            assertDeadlineFailure(
                    catchThrowableOfType(
                            TaskGroupException.class,
                            () -> TaskGroup.run(o -> o.timeout(seconds(2)), g -> {
                                group.set(g);
                                clock.advance(seconds(2));
                                Stubborn.forever();
                            })),
                    group.get().scope());
            assertDeadlineFailure(
                    catchThrowableOfType(
                            TaskGroupException.class,
                            () -> TaskGroup.call(o -> o.timeout(seconds(2)), g -> {
                                group.set(g);
                                clock.advance(seconds(2));
                                CancelScope.checkpoint();
                                return "value";
                            })),
                    group.get().scope());
        });
    }

    @BackendTest
    @DisplayName("T8 a timeout that cuts nothing short does not fail the group, in time or not")
    void nothingCutShort(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var group = new AtomicReference<TaskGroup>();
            String timely = TaskGroup.call(o -> o.timeout(Duration.ofDays(1)), g -> {
                group.set(g);
                return g.fork(() -> "value").await();
            });
            assertThat(timely).isEqualTo("value");
            assertThat(group.get().isCancelled()).isFalse();
            assertThat(clock.timers()).isZero();

            String late = TaskGroup.call(o -> o.timeout(seconds(1)), g -> {
                group.set(g);
                var task = g.fork(() -> "value");
                String value = task.await();
                clock.advance(seconds(2));
                return value;
            });
            assertThat(late).isEqualTo("value");
            assertThat(group.get().scope().cancelCalled()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("T8 a task that returns a value although the timeout has passed was not cut short")
    void valueAfterTimeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var stubborn = new Stubborn();
            var task = new AtomicReference<Task<String>>();
            TaskGroup.run(o -> o.timeout(seconds(1)), group -> {
                task.set(group.fork(() -> {
                    stubborn.hold();
                    return "value";
                }));
                var _ = stubborn.awaitHolding();
                clock.advance(seconds(1));
                stubborn.release();
            });
            assertThat(task.get().resultNow()).isEqualTo("value");
        });
    }

    @BackendTest
    @DisplayName("T8 the timeout counts from the opening of the group")
    void fromOpening(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            clock.advance(seconds(10));
            try (var group = TaskGroup.open(o -> o.timeout(seconds(2)))) {
                assertThat(group.scope().deadline().remaining()).isEqualTo(seconds(2));
                clock.advance(seconds(1));
                var task = group.fork(Stubborn::forever);
                assertThat(group.isCancelled()).isFalse();
                clock.advance(seconds(1));
                assertThat(group.isCancelled()).isTrue();
                assertDeadlineFailure(catchThrowableOfType(TaskGroupException.class, group::join), group.scope());
                assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            }
        });
    }

    @BackendTest
    @DisplayName("T8 what join has thrown for the deadline, neither a second join nor close throws again")
    void thrownOnce(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var group = TaskGroup.open(o -> o.timeout(seconds(2)));
            var _ = group.fork(Stubborn::forever);
            try (var _ = clock.advanceWhenBlocked(seconds(2))) {
                assertDeadlineFailure(catchThrowableOfType(TaskGroupException.class, group::join), group.scope());
            }
            group.join();
            group.close();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("T8 close without a join reports what the deadline cut short")
    void close(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var group = TaskGroup.open(o -> o.timeout(seconds(2)));
            var task = group.fork(Stubborn::forever);
            clock.advance(seconds(2));
            Threads.until(task::isDone);
            assertDeadlineFailure(catchThrowableOfType(TaskGroupException.class, group::close), group.scope());
            group.close();
        });
    }

    @BackendTest
    @DisplayName("T8 a task that never ran because the deadline had passed was cut short")
    void neverRan(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var ran = new AtomicBoolean();
            try (var group = TaskGroup.open(o -> o.timeout(seconds(2)))) {
                var first = group.fork(() -> "value");
                group.join();
                clock.advance(seconds(2));
                group.join(); // nothing was cut short so far
                var second = group.fork(() -> ran.set(true));
                assertThat(second.status()).isEqualTo(TaskStatus.CANCELLED);
                assertDeadlineFailure(catchThrowableOfType(TaskGroupException.class, group::join), group.scope());
                assertThat(first.resultNow()).isEqualTo("value");
            }
            assertThat(ran).isFalse();
        });
    }

    @BackendTest
    @DisplayName("T8 a timeout of zero, or less, has passed when the group is opened")
    void zero() {
        for (var timeout : new Duration[] {Duration.ZERO, seconds(-1)}) {
            var task = new AtomicReference<Task<?>>();
            assertThatThrownBy(() -> TaskGroup.run(o -> o.timeout(timeout), group -> task.set(group.fork(() -> 1))))
                    .isInstanceOf(TaskGroupException.class)
                    .cause()
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        }
    }

    @BackendTest
    @DisplayName(
            "T8 where a task failed before the deadline passed, its failure is the cause, and the deadline is not in"
                    + " it")
    void failureFirst(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var failure = new IOException("x");
            var stubborn = new Stubborn();
            assertThatThrownBy(() -> TaskGroup.run(o -> o.timeout(seconds(2)), group -> {
                        var _ = group.fork(stubborn);
                        var _ = stubborn.awaitHolding();
                        var _ = group.fork(Failures.throwing(failure));
                        Threads.untilRegardless(group::isCancelled);
                        clock.advance(seconds(2));
                        stubborn.release();
                    }))
                    .isInstanceOf(TaskGroupException.class)
                    .hasNoSuppressedExceptions()
                    .cause()
                    .isSameAs(failure);
        });
    }

    @BackendTest
    @DisplayName("T8 a failure in the cleanup of what the deadline cut short is not lost")
    void failureAfter(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var failure = new IOException("cleanup");
            var thrown = catchThrowableOfType(
                    TaskGroupException.class,
                    () -> TaskGroup.run(o -> o.timeout(seconds(2)), group -> {
                        var entered = new CountDownLatch(1);
                        var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
                        entered.await();
                        clock.advance(seconds(2));
                    }));
            assertThat(Failures.reachable(thrown)).contains(failure);
        });
    }

    @BackendTest
    @DisplayName("T8 a deadline set on the group's scope later behaves as the timeout, and may be moved away")
    void deadlineOfScope(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var group = new AtomicReference<TaskGroup>();
            assertDeadlineFailure(
                    catchThrowableOfType(
                            TaskGroupException.class,
                            () -> TaskGroup.run(g -> {
                                group.set(g);
                                var _ = g.fork(Stubborn::forever);
                                g.scope().deadline(Deadline.after(seconds(3)));
                                clock.advance(seconds(3));
                            })),
                    group.get().scope());
            String value = TaskGroup.call(o -> o.timeout(seconds(1)), g -> {
                g.scope().deadline(Deadline.NONE);
                clock.advance(seconds(5));
                return g.fork(() -> "value").await();
            });
            assertThat(value).isEqualTo("value");
        });
    }

    @BackendTest
    @DisplayName("T8 the deadline of a scope around the group is not the group's: its cancellation passes")
    void deadlineOutside(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var thrown = new AtomicReference<Throwable>();
            boolean ended = CancelScope.runOrMoveOnAfter(seconds(1), () -> {
                try {
                    TaskGroup.run(o -> o.timeout(seconds(5)), group -> {
                        var _ = group.fork(Stubborn::forever);
                        clock.advance(seconds(1));
                    });
                } catch (CancelledException e) {
                    thrown.set(e);
                    throw e;
                }
            });
            assertThat(ended).isFalse();
            assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        });
    }

    @BackendTest
    @DisplayName("T8 a group cancelled by hand before its deadline ends quietly when that passes")
    void askedFirst(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var task = new AtomicReference<Task<?>>();
            TaskGroup.run(o -> o.timeout(seconds(1)), group -> {
                task.set(group.fork(Stubborn::forever));
                group.cancel();
                clock.advance(seconds(2));
            });
            assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        });
    }

    @BackendTest
    @DisplayName("T8 a task that was cancelled by itself before the deadline was not cut short by it")
    void taskCancelledByItself(TestBackend backend) throws Exception {
        ManualClock.run(
                backend,
                clock -> TaskGroup.run(o -> o.timeout(seconds(1)), group -> {
                    var task = group.fork(Stubborn::forever);
                    task.cancel();
                    Threads.until(task::isDone);
                    clock.advance(seconds(2));
                }));
    }
}
