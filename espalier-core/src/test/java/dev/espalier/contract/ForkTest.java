// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Action;
import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.spi.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** L4: which tasks run when their group is cancelled. */
public class ForkTest {
    /** Threads whose tasks do not begin until they are let go. */
    private static final class LateBackend extends FilterBackend {
        private final AtomicBoolean open = new AtomicBoolean();

        LateBackend(Backend backend) {
            super(backend);
        }

        void letGo() {
            open.set(true);
        }

        @Override
        public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
            return super.newThread(
                    () -> {
                        while (!open.get()) { // not a latch: an interrupt must stay where it is
                            Thread.yield();
                        }
                        task.run();
                    },
                    name,
                    inheritThreadLocals);
        }
    }

    @BackendTest
    @DisplayName("L4 a task is cancelled before its thread ran: its body is entered, and its first checkpoint throws")
    void taskCancelledBeforeItRan(TestBackend backend) throws Exception {
        var late = new LateBackend(backend);
        var entered = new AtomicBoolean();
        var behind = new AtomicBoolean();
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.backend(late), group -> {
            var task = group.fork(() -> {
                entered.set(true);
                try {
                    CancelScope.checkpoint();
                    behind.set(true);
                } catch (CancelledException e) {
                    thrown.set(e);
                    throw e;
                }
            });
            assertThat(task.cancel(true)).isTrue();
            assertThat(task.status()).isEqualTo(TaskStatus.NOT_STARTED);
            late.letGo();
            group.join();
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(group.isCancelled()).isFalse();
        });
        assertThat(entered).isTrue();
        assertThat(behind).isFalse();
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    }

    @BackendTest
    @DisplayName("L4 the group is cancelled before the task's thread ran: its body and its finally run, with the"
            + " cancellation pending")
    void groupCancelledBeforeItRan(TestBackend backend) throws Exception {
        var late = new LateBackend(backend);
        var steps = new ArrayList<String>();
        TaskGroup.run(o -> o.backend(late), group -> {
            var _ = group.fork(() -> {
                steps.add("entered");
                try {
                    new CountDownLatch(1).await();
                    steps.add("behind");
                } catch (InterruptedException e) {
                    steps.add("interrupted");
                    throw e;
                } finally {
                    steps.add("finally");
                }
            });
            group.cancel();
            late.letGo();
        });
        assertThat(steps).containsExactly("entered", "interrupted", "finally");
    }

    @BackendTest
    @DisplayName("L4 a task that was cancelled before it ran, and blocks nowhere, succeeds")
    void ranWithoutBlocking(TestBackend backend) throws Exception {
        var late = new LateBackend(backend);
        var task = TaskGroup.<Task<Integer>, RuntimeException>call(o -> o.backend(late), group -> {
            var forked = group.fork(() -> 7);
            group.cancel();
            late.letGo();
            return forked;
        });
        assertThat(task.outcome()).contains(new Outcome.Success<>(7));
    }

    @BackendTest
    @DisplayName(
            "L4 a fork into a cancelled group returns the task CANCELLED, makes no thread, and runs neither its body"
                    + " nor loses its callback")
    void forkIntoCancelled(TestBackend backend) throws Exception {
        var ran = new AtomicBoolean();
        var called = new AtomicReference<Thread>();
        TaskGroup.run(group -> {
            group.cancel("enough");
            int threads = backend.threads().size();
            var task = group.fork(() -> ran.set(true));
            assertThat(task.isDone()).isTrue();
            assertThat(task.isCancelled()).isTrue();
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(task.outcome()).get().isInstanceOfSatisfying(Outcome.Cancelled.class, cancelled -> {
                assertThat(cancelled.reason().kind()).isEqualTo(CancelReason.Kind.ASKED);
                assertThat(cancelled.reason().message()).contains("enough");
            });
            var _ = task.onDone(_ -> called.set(Thread.currentThread()));
            assertThat(called).hasValue(Thread.currentThread());
            assertThat(backend.threads()).hasSize(threads);
            assertThat(group.activeTasks()).isEmpty();
            assertThat(group.cancelledTasks()).containsExactly(task);
        });
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L4 a fork into a group below a cancelled scope, or whose task has failed, returns the task CANCELLED")
    void forkIntoEffectivelyCancelled() throws Exception {
        var ran = new AtomicBoolean();
        var scope = CancelScope.create();
        boolean _ = scope.run(() -> TaskGroup.run(group -> {
            scope.cancel();
            assertThat(group.fork(() -> ran.set(true)).status()).isEqualTo(TaskStatus.CANCELLED);
        }));
        try (var group = TaskGroup.open()) {
            var failed = group.fork(Failures.throwing(new IOException("task")));
            Threads.until(failed::isDone);
            assertThat(group.fork(() -> ran.set(true)).status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(catchThrowable(group::join)).hasRootCauseMessage("task");
        }
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L4, B1 the group is cancelled when the task has its place and its thread is being made: it runs")
    void cancelledWhileThreadIsMade(TestBackend backend) throws Exception {
        var shared = new AtomicReference<TaskGroup>();
        var cancelling = new FilterBackend(backend) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                try (var foreign = Foreign.run(() -> shared.get().cancel())) {
                    assertThat(foreign.thread()).isNotNull();
                }
                return super.newThread(task, name, inheritThreadLocals);
            }
        };
        var interrupted = new AtomicBoolean();
        try (var group = TaskGroup.open(o -> o.backend(cancelling).limit(1))) {
            shared.set(group);
            var task = group.fork(() -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                    throw e;
                }
            });
            group.join();
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        }
        assertThat(interrupted).as("the body ran").isTrue();
    }

    /** Counts closings, and knows when and where. */
    private static final class Resource implements AutoCloseable {
        final AtomicInteger closed = new AtomicInteger();
        volatile @Nullable Thread closer;
        volatile boolean bodyEnded;
        volatile boolean closedAfterBody;

        @Override
        public void close() {
            closedAfterBody = bodyEnded;
            closer = Thread.currentThread();
            var _ = closed.incrementAndGet();
        }
    }

    @BackendTest
    @DisplayName("L4 forkWith closes its resource once, on the task's thread, after a body that returns")
    void resourceAfterReturn() throws Exception {
        var resource = new Resource();
        var thread = new AtomicReference<Thread>();
        TaskGroup.run(group -> {
            var task = group.forkWith(resource, same -> {
                assertThat(same).isSameAs(resource);
                assertThat(same.closed).hasValue(0);
                thread.set(Thread.currentThread());
                same.bodyEnded = true;
                return 7;
            });
            assertThat(task.await()).isEqualTo(7);
            assertThat(resource.closed).as("closed when await returns").hasValue(1);
        });
        assertThat(resource.closer).isSameAs(thread.get());
        assertThat(resource.closedAfterBody).isTrue();
    }

    @BackendTest
    @DisplayName("L4 forkWith closes its resource once after a body that throws, and the failure stays the body's")
    void resourceAfterFailure() throws Exception {
        var resource = new Resource();
        var failure = new IOException("body");
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var _ = group.forkWith(resource, _ -> {
                throw failure;
            });
        }));
        assertThat(thrown).hasCause(failure);
        assertThat(resource.closed).hasValue(1);
    }

    @BackendTest
    @DisplayName("L4 forkWith closes its resource once when the body is cancelled")
    void resourceAfterCancellation() throws Exception {
        var resource = new Resource();
        var blocker = new Blocker();
        TaskGroup.run(group -> {
            var _ = group.forkWith(resource, _ -> {
                blocker.run();
                return null;
            });
            blocker.awaitEntered();
            group.cancel();
        });
        assertThat(blocker.wasInterrupted()).isTrue();
        assertThat(resource.closed).hasValue(1);
    }

    @BackendTest
    @DisplayName(
            "L4 forkWith into a cancelled group closes the resource at once on the caller's thread, and runs nothing")
    void resourceNeverRan() throws Exception {
        var resource = new Resource();
        var ran = new AtomicBoolean();
        TaskGroup.run(group -> {
            group.cancel();
            var task = group.forkWith(resource, _ -> {
                ran.set(true);
                return 1;
            });
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(resource.closed).hasValue(1);
            assertThat(resource.closer).isSameAs(Thread.currentThread());
        });
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L4, B1 forkWith that is interrupted while it waits for a place closes the resource")
    void resourceWithoutPlace() throws Exception {
        var resource = new Resource();
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork(blocker);
            Thread.currentThread().interrupt();
            var task = group.forkWith(resource, _ -> 1);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(resource.closed).hasValue(1);
            blocker.release();
        });
    }

    @BackendTest
    @DisplayName("L4, L11 forkWith whose thread cannot be made throws, and closes the resource")
    void resourceWithoutThread(TestBackend backend) throws Exception {
        var resource = new Resource();
        var none = new FilterBackend(backend) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                return null;
            }
        };
        TaskGroup.run(o -> o.backend(none), group -> {
            assertThatThrownBy(() -> group.forkWith(resource, _ -> 1)).isInstanceOf(RejectedExecutionException.class);
            assertThat(resource.closed).hasValue(1);
        });
    }

    @BackendTest
    @DisplayName(
            "L4, C2 tasks are forked while another cancels the group: each runs and is cancelled, or never runs; none"
                    + " hangs")
    void forksAroundCancel() throws Exception {
        try (var race = new Race("L4")) {
            for (int i = 0; i < 200; i++) {
                int before = race.draw(12);
                int after = race.draw(12);
                var entered = new AtomicInteger();
                var interrupted = new AtomicInteger();
                var tasks = new ArrayList<Task<?>>();
                Action body = () -> {
                    var _ = entered.incrementAndGet();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        var _ = interrupted.incrementAndGet();
                        throw e;
                    }
                };
                try (var group = TaskGroup.open()) {
                    for (int k = 0; k < before; k++) {
                        tasks.add(group.fork(body));
                    }
                    var _ = group.fork(() -> group.cancel());
                    for (int m = 0; m < after; m++) {
                        tasks.add(group.fork(body));
                    }
                    group.join();
                    assertThat(group.activeTasks()).isEmpty();
                }
                assertThat(entered.get()).isBetween(before, before + after);
                assertThat(interrupted.get()).isEqualTo(entered.get());
                assertThat(tasks).extracting(Task::status).allMatch(TaskStatus.CANCELLED::equals);
            }
        }
    }
}
