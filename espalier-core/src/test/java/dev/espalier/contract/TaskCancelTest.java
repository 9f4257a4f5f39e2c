// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules C13, C14 and C17: a task cancelled by itself, interrupted by somebody else, or returning although it is cancelled. */
public class TaskCancelTest {
    @BackendTest
    @DisplayName("C13 cancelling a task ends that task alone, and does not fail the group")
    void alone() throws Exception {
        TaskGroup.run(group -> {
            var sibling = new Blocker();
            var running = group.fork(sibling);
            var task = group.fork(Stubborn::forever);
            task.cancel();
            Threads.until(task::isDone);
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            sibling.awaitEntered();
            assertThat(running.status()).isEqualTo(TaskStatus.RUNNING);
            assertThat(group.isCancelled()).isFalse();
            assertThat(group.scope().cancelCalled()).isFalse();
            assertThat(group.fork(() -> "still open").await()).isEqualTo("still open");
            sibling.release();
            group.join();
            assertThat(sibling.wasInterrupted()).isFalse();
            assertThat(running.status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(group.failures()).isEmpty();
        });
    }

    @BackendTest
    @DisplayName("C13 awaiting a cancelled task throws TaskCancelledException with the task and the reason, before and"
            + " after the end of the group")
    void awaited() throws Exception {
        var task = new AtomicReference<Task<?>>();
        TaskGroup.run(group -> {
            task.set(group.fork("loser", Stubborn::forever));
            task.get().cancel("not needed");
            assertThrowsTaskCancelled(task.get());
        });
        assertThrowsTaskCancelled(task.get());
    }

    private static void assertThrowsTaskCancelled(Task<?> task) {
        var thrown = catchThrowableOfType(TaskCancelledException.class, task::await);
        assertThat(thrown).hasMessageContaining("loser").hasMessageContaining("not needed");
        assertThat(thrown.task()).isSameAs(task);
        assertThat(thrown.reason().kind()).isEqualTo(CancelReason.Kind.ASKED);
        assertThat(thrown.reason().message()).contains("not needed");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C13 an awaiter that is not cancelled fails with the TaskCancelledException that leaves it")
    void awaiterFails() {
        var awaiter = new AtomicReference<Task<?>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var task = group.fork(Stubborn::forever);
                    awaiter.set(group.fork(task::await));
                    task.cancel();
                }))
                .isInstanceOf(TaskGroupException.class)
                .cause()
                .isInstanceOf(TaskCancelledException.class)
                .isSameAs(awaiter.get().exceptionNow());
        assertThat(awaiter.get().status()).isEqualTo(TaskStatus.FAILED);
    }

    @BackendTest
    @DisplayName("C13 a body that is not cancelled fails with the TaskCancelledException that leaves it")
    void bodyFails() {
        var thrown = new AtomicReference<TaskCancelledException>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var task = group.fork(Stubborn::forever);
                    task.cancel();
                    try {
                        task.await();
                    } catch (TaskCancelledException e) {
                        thrown.set(e);
                        throw e;
                    }
                }))
                .isInstanceOf(TaskCancelledException.class)
                .isSameAs(thrown.get());
    }

    @BackendTest
    @DisplayName("C13 an awaiter that is itself cancelled ends cancelled by the TaskCancelledException that leaves it")
    void cancelledAwaiter() throws Exception {
        TaskGroup.run(group -> {
            var task = group.fork(Stubborn::forever);
            var has = new CountDownLatch(1);
            var awaiter = group.fork(() -> {
                try {
                    task.await();
                } catch (TaskCancelledException e) {
                    has.countDown();
                    boolean _ = CancelScope.create()
                            .run(() -> assertThatThrownBy(Stubborn::forever).isInstanceOf(InterruptedException.class));
                    throw e;
                }
            });
            task.cancel();
            has.await();
            awaiter.cancel();
            group.join();
            assertThat(awaiter.status()).isEqualTo(TaskStatus.CANCELLED);
        });
    }

    @BackendTest
    @DisplayName("C13 cancelling a task reaches the groups in it")
    void reachesBelow() throws Exception {
        var leaf = new AtomicReference<Task<?>>();
        TaskGroup.run(group -> {
            var blocked = new CountDownLatch(1);
            var task = group.fork(() -> TaskGroup.run(inner -> {
                leaf.set(inner.fork(Stubborn::forever));
                blocked.countDown();
            }));
            blocked.await();
            task.cancel("not needed");
            group.join();
            assertThat(task.isCancelled()).isTrue();
        });
        assertThat(leaf.get().outcome()).get().isInstanceOfSatisfying(Outcome.Cancelled.class, outcome -> {
            assertThat(outcome.reason().kind()).isEqualTo(CancelReason.Kind.PARENT_CANCELLED);
            assertThat(outcome.reason().root().message()).contains("not needed");
        });
    }

    @BackendTest
    @DisplayName("C13 a task may cancel itself")
    void itself() throws Exception {
        TaskGroup.run(group -> {
            var handle = new AtomicReference<Task<?>>();
            var known = new CountDownLatch(1);
            handle.set(group.fork(() -> {
                known.await();
                handle.get().cancel();
                CancelScope.checkpoint();
            }));
            known.countDown();
            group.join();
            assertThat(handle.get().status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(group.isCancelled()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("C14 a task that somebody else interrupts, and that ends with that, has failed, and fails its group")
    void foreignInterrupt() {
        var thrown = new AtomicReference<InterruptedException>();
        var task = new AtomicReference<Task<?>>();
        var sibling = new AtomicReference<Task<?>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    sibling.set(group.fork(Stubborn::forever));
                    var thread = new AtomicReference<Thread>();
                    var ready = new CountDownLatch(1);
                    task.set(group.fork(() -> {
                        thread.set(Thread.currentThread());
                        ready.countDown();
                        try {
                            Stubborn.forever();
                        } catch (InterruptedException e) {
                            thrown.set(e);
                            throw e;
                        }
                    }));
                    ready.await();
                    thread.get().interrupt();
                }))
                .isInstanceOf(TaskGroupException.class)
                .cause()
                .isExactlyInstanceOf(InterruptedException.class)
                .isSameAs(thrown.get());
        assertThat(task.get().status()).isEqualTo(TaskStatus.FAILED);
        assertThat(task.get().exceptionNow()).isSameAs(thrown.get());
        assertThat(sibling.get().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName("C14 a task interrupted by somebody else in a blocking call of Espalier has failed with a plain"
            + " InterruptedException")
    void foreignInterruptInEspalier() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var task = group.fork(() -> {
                Thread.currentThread().interrupt();
                dev.espalier.Tasks.sleep(java.time.Duration.ofHours(1));
            });
            group.join();
            assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
            assertThat(task.exceptionNow())
                    .isInstanceOf(InterruptedException.class)
                    .isNotInstanceOf(CancelledException.class);
            assertThat(group.isCancelled()).isFalse();
            assertThat(task.isCancelled()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("C17 a cancelled task that returns a value has succeeded, and its value is kept")
    void valueKept() throws Exception {
        var task = new AtomicReference<Task<String>>();
        var stubborn = new Stubborn();
        TaskGroup.run(group -> {
            task.set(group.fork(() -> {
                stubborn.hold();
                return "value";
            }));
            var _ = stubborn.awaitHolding();
            task.get().cancel();
            stubborn.release();
            assertThat(task.get().await()).isEqualTo("value");
            assertThat(stubborn.hasEnded()).isTrue();
        });
        assertThat(task.get().status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(task.get().isCancelled()).isFalse();
        assertThat(task.get().resultNow()).isEqualTo("value");
        assertThat(task.get().outcome()).contains(new Outcome.Success<>("value"));
    }

    @BackendTest
    @DisplayName(
            "C17 a task of a cancelled group that returns a value from its handler has succeeded, and join is quiet")
    void valueInCancelledGroup() throws Exception {
        try (var group = TaskGroup.open()) {
            var entered = new CountDownLatch(1);
            var task = group.fork(() -> {
                entered.countDown();
                try {
                    Stubborn.forever();
                    throw new AssertionError();
                } catch (InterruptedException e) {
                    return "rescued";
                }
            });
            entered.await();
            group.cancel();
            group.join();
            assertThat(task.status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(task.resultNow()).isEqualTo("rescued");
            assertThat(group.completedTasks()).containsExactly(task);
            assertThat(group.cancelledTasks()).isEmpty();
        }
    }
}
