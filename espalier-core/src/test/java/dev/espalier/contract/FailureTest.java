// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.Action;
import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** F1, F2 and F4: what the failure of a task does, and how it is thrown. */
public class FailureTest {
    @BackendTest
    @DisplayName("F1 a task fails: its sibling is interrupted, ends CANCELLED for that reason, and runs nothing behind")
    void cancelsSiblings() throws Exception {
        var failure = new IOException("task");
        var entered = new CountDownLatch(1);
        var behind = new AtomicBoolean();
        var sibling = new AtomicReference<Task<?>>();
        var failed = new AtomicReference<Task<?>>();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    sibling.set(group.fork(() -> {
                        entered.countDown();
                        new CountDownLatch(1).await();
                        behind.set(true);
                    }));
                    entered.await();
                    failed.set(group.fork(Failures.throwing(failure)));
                }));
        assertThat(thrown.failures()).containsExactly(failure);
        assertThat(behind).isFalse();
        assertThat(failed.get().status()).isEqualTo(TaskStatus.FAILED);
        assertThat(sibling.get().outcome()).get().isInstanceOfSatisfying(Outcome.Cancelled.class, cancelled -> {
            assertThat(cancelled.reason().kind()).isEqualTo(CancelReason.Kind.SIBLING_FAILED);
            assertThat(cancelled.reason().task()).isSameAs(failed.get());
            assertThat(cancelled.reason().exception()).isSameAs(failure);
        });
    }

    @BackendTest
    @DisplayName(
            "F1, C16 a task fails while the body blocks in a queue: the body wakes, run throws the failure and nothing"
                    + " of the body's")
    void cancelsBody() throws Exception {
        var failure = new IOException("task");
        var inBody = new CountDownLatch(1);
        var woken = new AtomicReference<Throwable>();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwingAfter(inBody, failure));
                    inBody.countDown();
                    try {
                        var _ = new LinkedBlockingQueue<>().take();
                    } catch (InterruptedException e) {
                        woken.set(e);
                        throw e;
                    }
                }));
        assertThat(woken.get()).isInstanceOf(InterruptedException.class);
        assertThat(thrown.failures()).containsExactly(failure);
        assertThat(Failures.reachable(thrown)).doesNotContain(woken.get());
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("F1 a task of an open group fails: the group is cancelled at once, before any join")
    void cancelsOpenGroup() throws Exception {
        var failure = new IOException("task");
        var blocker = new Blocker();
        try (var group = TaskGroup.open()) {
            var sibling = group.fork(blocker);
            blocker.awaitEntered();
            var _ = group.fork(Failures.throwing(failure));
            Threads.until(sibling::isDone);
            assertThat(group.isCancelled()).isTrue();
            assertThat(group.scope().reason())
                    .get()
                    .satisfies(reason -> assertThat(reason.exception()).isSameAs(failure));
            assertThat(catchThrowable(group::join)).hasCause(failure);
        }
    }

    @BackendTest
    @DisplayName("F2 one failure: join, run and call throw TaskGroupException with it as cause and nothing suppressed")
    void oneFailure() throws Exception {
        var failure = new IOException("task");
        Action failing = Failures.throwing(failure);
        var thrown = new ArrayList<TaskGroupException>();
        thrown.add(catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(failing);
                })));
        thrown.add(catchThrowableOfType(TaskGroupException.class, () -> TaskGroup.call(group -> group.fork(failing))));
        try (var group = TaskGroup.open()) {
            var _ = group.fork(failing);
            thrown.add(catchThrowableOfType(TaskGroupException.class, group::join));
        }
        for (var exception : thrown) {
            assertThat(exception.getCause()).isSameAs(failure);
            assertThat(exception.getSuppressed()).isEmpty();
            assertThat(exception.failures()).containsExactly(failure);
            assertThat(exception.leaves()).containsExactly(failure);
            assertThat(exception).hasMessageContaining("1");
        }
    }

    @BackendTest
    @DisplayName(
            "F2 two failures: the first in time is the cause, whichever was forked first, the second is suppressed")
    void orderOfOccurrence() throws Exception {
        var first = new IOException("first");
        var second = new IllegalStateException("second");
        var gate = new CountDownLatch(1);
        try (var group = TaskGroup.open()) {
            var later = group.fork(Failures.throwingAfter(gate, second));
            var earlier = group.fork(Failures.throwing(first));
            Threads.until(earlier::isDone);
            gate.countDown();
            var thrown = catchThrowableOfType(TaskGroupException.class, group::join);
            assertThat(thrown.getCause()).isSameAs(first);
            assertThat(thrown.getSuppressed()).containsExactly(second);
            assertThat(thrown.failures()).containsExactly(first, second);
            assertThat(thrown).hasMessageContaining("2");
            assertThat(group.failures()).containsExactly(first, second);
            assertThat(group.failedTasks()).containsExactly(later, earlier);
        }
    }

    @BackendTest
    @DisplayName("F2 many failures in a fixed order: all are suppressed in that order")
    void manyInOrder() throws Exception {
        var failures = new ArrayList<Throwable>();
        var gates = new ArrayList<CountDownLatch>();
        try (var group = TaskGroup.open()) {
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 10; i++) {
                failures.add(new IOException("failure " + i));
                gates.add(new CountDownLatch(1));
                tasks.add(group.fork(Failures.throwingAfter(gates.get(i), failures.get(i))));
            }
            for (int i = 0; i < 10; i++) {
                gates.get(i).countDown();
                Threads.until(tasks.get(i)::isDone);
            }
            var thrown = catchThrowableOfType(TaskGroupException.class, group::join);
            assertThat(thrown.failures()).containsExactlyElementsOf(failures);
        }
    }

    private static TaskGroupException fail(int tasks, int history) throws Exception {
        var gate = new CountDownLatch(1);
        try (var group = TaskGroup.open(o -> o.history(history))) {
            for (int i = 0; i < tasks; i++) {
                var _ = group.fork(Failures.throwingAfter(gate, new IOException("failure of " + tasks)));
            }
            gate.countDown();
            return catchThrowableOfType(TaskGroupException.class, group::join);
        }
    }

    @BackendTest
    @DisplayName("F2 more failures than the history: it holds as many as the history, at least 16, and its message the"
            + " total")
    void bounded() throws Exception {
        var some = fail(40, 20);
        assertThat(some.failures()).hasSize(20);
        assertThat(some).hasMessageContaining("40");
        var none = fail(40, 0);
        assertThat(none.failures()).hasSize(16);
        assertThat(none).hasMessageContaining("40");
        assertThat(fail(40, 1024).failures()).hasSize(40);
    }

    @BackendTest
    @DisplayName(
            "F2 two tasks throw the same exception object: join throws TaskGroupException with it, both have failed")
    void sameException() throws Exception {
        var failure = new IOException("shared");
        var gate = new CountDownLatch(1);
        try (var group = TaskGroup.open()) {
            var first = group.fork(Failures.throwingAfter(gate, failure));
            var second = group.fork(Failures.throwingAfter(gate, failure));
            gate.countDown();
            var thrown = catchThrowableOfType(TaskGroupException.class, group::join);
            assertThat(thrown.getCause()).isSameAs(failure);
            assertThat(thrown.failures()).containsOnly(failure);
            assertThat(first.status()).isEqualTo(TaskStatus.FAILED);
            assertThat(second.status()).isEqualTo(TaskStatus.FAILED);
        }
    }

    @BackendTest
    @DisplayName("F2 one task fails, three are cancelled: no cancellation is in the exception, at any depth")
    void withoutCancellations() throws Exception {
        var failure = new IOException("task");
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    for (int i = 0; i < 3; i++) {
                        var blocker = new Blocker();
                        var _ = group.fork(() -> TaskGroup.run(inner -> {
                            var _ = inner.fork(blocker);
                        }));
                        blocker.awaitEntered();
                    }
                    var _ = group.fork(Failures.throwing(failure));
                    new CountDownLatch(1).await();
                }));
        assertThat(Failures.reachable(thrown)).containsExactlyInAnyOrder(thrown, failure);
    }

    @BackendTest
    @DisplayName(
            "F2, C15 the owner is interrupted in join and a task's cleanup fails: TaskGroupException, the interrupt"
                    + " status is set")
    void outranksInterruptInJoin() throws Exception {
        var failure = new IOException("cleanup");
        var entered = new CountDownLatch(1);
        try (var group = TaskGroup.open()) {
            var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
            entered.await();
            Thread.currentThread().interrupt();
            var thrown = catchThrowableOfType(TaskGroupException.class, group::join);
            assertThat(thrown.failures()).containsExactly(failure);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F2, C15 the owner is interrupted while run waits and a task's cleanup fails: TaskGroupException, the"
            + " interrupt status is set")
    void outranksInterruptInRun() throws Exception {
        var owner = Thread.currentThread();
        var failure = new IOException("cleanup");
        var entered = new CountDownLatch(1);
        try (var _ = Foreign.run(() -> {
            entered.await();
            Threads.awaitBlocked(owner);
            owner.interrupt();
        })) {
            var thrown = catchThrowableOfType(
                    TaskGroupException.class,
                    () -> TaskGroup.run(group -> {
                        var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
                    }));
            assertThat(thrown.failures()).containsExactly(failure);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "F2, C18 the group is cancelled by hand and a task's cleanup fails: TaskGroupException from run, call and"
                    + " join")
    void outranksOwnCancel() throws Exception {
        var failure = new IOException("cleanup");
        var fromRun = catchThrowable(() -> TaskGroup.run(group -> failInCleanup(group, failure)));
        assertThat(fromRun).isInstanceOf(TaskGroupException.class).hasCause(failure);
        var fromCall = catchThrowable(() -> TaskGroup.call(group -> {
            failInCleanup(group, failure);
            CancelScope.checkpoint();
            return 1;
        }));
        assertThat(fromCall).isInstanceOf(TaskGroupException.class).hasCause(failure);
        try (var group = TaskGroup.open()) {
            failInCleanup(group, failure);
            assertThat(catchThrowable(group::join))
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(failure);
        }
    }

    private static void failInCleanup(TaskGroup group, Throwable failure) throws InterruptedException {
        var entered = new CountDownLatch(1);
        var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
        entered.await();
        group.cancel();
    }

    @BackendTest
    @DisplayName("F2, C6 a scope around is cancelled and a task's cleanup fails: TaskGroupException passes that scope")
    void outranksOuterCancel() throws Exception {
        var failure = new IOException("cleanup");
        var scope = CancelScope.create();
        var thrown = catchThrowable(() -> scope.run(() -> TaskGroup.run(group -> {
            var entered = new CountDownLatch(1);
            var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
            entered.await();
            scope.cancel();
        })));
        assertThat(thrown).isInstanceOf(TaskGroupException.class).hasCause(failure);
        assertThat(scope.cancelledCaught()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("F4 any Throwable of a task is a failure, and cancels the group: the cause is the object itself")
    void anyThrowable() throws Exception {
        var throwables = new ArrayList<Throwable>();
        throwables.add(new AssertionError("error"));
        throwables.add(new StackOverflowError("error"));
        throwables.add(new OutOfMemoryError("error"));
        throwables.add(new LinkageError("error"));
        throwables.add(new Throwable("neither error nor exception"));
        throwables.add(new IOException("checked"));
        throwables.add(new IllegalStateException("unchecked"));
        for (var failure : throwables) {
            var blocker = new Blocker();
            var thrown = catchThrowableOfType(
                    TaskGroupException.class,
                    () -> TaskGroup.run(group -> {
                        var _ = group.fork(blocker);
                        blocker.awaitEntered();
                        var task = group.fork(Failures.throwing(failure));
                        new CountDownLatch(1).await();
                        assertThat(task.isDone()).isFalse();
                    }));
            assertThat(thrown.getCause()).isSameAs(failure);
            assertThat(blocker.wasInterrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F4 an Error of the body leaves run as it is, and the tasks are cancelled")
    void errorOfBody() throws Exception {
        var failure = new AssertionError("body");
        var blocker = new Blocker();
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            throw failure;
        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("F2, F4 the failure that the task shows is what the group throws: the same object")
    void sameObjectEverywhere() throws Exception {
        var failure = new IOException("task");
        try (var group = TaskGroup.open()) {
            var task = group.fork(Failures.throwing(failure));
            Threads.until(task::isDone);
            assertThat(task.exceptionNow()).isSameAs(failure);
            assertThat(task.outcome()).contains(new Outcome.Failure<>(failure));
            assertThat(catchThrowable(group::join)).hasCause(failure);
        }
    }
}
