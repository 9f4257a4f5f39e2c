// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;

/** F5 and F7: an exception of a task that is cancelled is its cancellation or a failure. */
public class FailureWhileCancelledTest {
    /** The task that was interrupted by its group's cancellation and threw what the function made of the exception. */
    private static Task<?> end(UnaryOperator<Throwable> cleanup) throws InterruptedException {
        var group = TaskGroup.open();
        try {
            var entered = new CountDownLatch(1);
            var task = group.fork(() -> {
                entered.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Failures.sneak(cleanup.apply(e));
                }
            });
            entered.await();
            group.cancel();
            Threads.until(task::isDone);
            return task;
        } finally {
            var _ = catchThrowable(group::close);
        }
    }

    @BackendTest
    @DisplayName("F5 a cancelled task throws what shows an interruption, itself or in its cause chain: it is CANCELLED")
    void cancellation() throws Exception {
        List<UnaryOperator<Throwable>> shapes = List.of(
                e -> e,
                e -> new IllegalStateException("wrapped", e),
                e -> new IllegalStateException("outer", new ExecutionException(new IOException("inner", e))),
                _ -> new InterruptedException("another"),
                _ -> new CancellationException("cancelled"),
                _ -> new CompletionException(new CancellationException("cancelled")),
                _ -> new ClosedByInterruptException(),
                _ -> new UncheckedIOException(new InterruptedIOException("interrupted")),
                e -> new AssertionError("an error", e));
        for (int i = 0; i < shapes.size(); i++) {
            var task = end(shapes.get(i));
            assertThat(task.status()).as("shape %d", i).isEqualTo(TaskStatus.CANCELLED);
            assertThat(task.isCancelled()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F5 a cancelled task throws what shows no interruption: it has FAILED with that")
    void failure() throws Exception {
        List<UnaryOperator<Throwable>> shapes = List.of(
                _ -> new IllegalStateException("no cause"),
                _ -> new IOException("other", new IllegalStateException("cause")),
                _ -> new SocketTimeoutException("a timeout"),
                _ -> new TimeoutException("a timeout"),
                e -> {
                    var failure = new IOException("with the interruption suppressed");
                    failure.addSuppressed(e);
                    return failure;
                },
                _ -> new StackOverflowError("error"));
        for (int i = 0; i < shapes.size(); i++) {
            var thrown = shapes.get(i).apply(new InterruptedException("of the task"));
            var task = end(_ -> thrown);
            assertThat(task.status()).as("shape %d", i).isEqualTo(TaskStatus.FAILED);
            assertThat(task.exceptionNow()).isSameAs(thrown);
        }
    }

    @BackendTest
    @DisplayName(
            "F5, C10 a cancelled task throws one of Espalier's failures whose cause is a cancellation: it has FAILED"
                    + " with that")
    void failureOfEspalier() throws Exception {
        var deadline = end(_ -> catchThrowable(() ->
                CancelScope.shielded(() -> CancelScope.failAfter(Duration.ZERO, () -> CancelScope.checkpoint()))));
        assertThat(deadline.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(deadline.exceptionNow()).isInstanceOf(DeadlineExceededException.class);
        var group = end(e -> new TaskGroupException("1 failed", List.of(e)));
        assertThat(group.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(group.exceptionNow()).isInstanceOf(TaskGroupException.class);
    }

    @BackendTest
    @DisplayName(
            "F5, C14 a task that is not cancelled throws what shows an interruption: it has FAILED with that, and the"
                    + " group throws it")
    void notCancelled() throws Exception {
        for (var failure : List.of(
                new InterruptedException("by somebody"),
                new CancellationException("of something else"),
                new IllegalStateException("wrapped", new InterruptedException("by somebody")))) {
            var thrown = catchThrowableOfType(
                    TaskGroupException.class,
                    () -> TaskGroup.run(group -> {
                        var _ = group.fork(Failures.throwing(failure));
                    }));
            assertThat(thrown.failures()).containsExactly(failure);
        }
    }

    @BackendTest
    @DisplayName("F5 a task alone is cancelled and throws a failure: it has FAILED, and cancels the group")
    void taskCancelledAlone() throws Exception {
        var failure = new IOException("cleanup");
        var blocker = new Blocker();
        var entered = new CountDownLatch(1);
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(blocker);
                    blocker.awaitEntered();
                    var task = group.fork(Failures.throwingWhenInterrupted(entered, failure));
                    entered.await();
                    task.cancel();
                    new CountDownLatch(1).await();
                }));
        assertThat(thrown.failures()).containsExactly(failure);
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("F5 a task catches its cancellation in a shield and throws it later, still cancelled: it is CANCELLED")
    void shieldedCleanup() throws Exception {
        var task = end(e -> {
            var _ = catchThrowable(() -> CancelScope.shielded(() -> CancelScope.checkpoint()));
            return e;
        });
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName("F7 a failure after the group was cancelled by another failure is in what is thrown")
    void afterFailure() throws Exception {
        var first = new IOException("first");
        var second = new IOException("second");
        var entered = new CountDownLatch(1);
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwingWhenInterrupted(entered, second));
                    entered.await();
                    var _ = group.fork(Failures.throwing(first));
                }));
        assertThat(thrown.failures()).containsExactly(first, second);
    }

    @BackendTest
    @DisplayName("F7, T8 a failure after the group's deadline is in what is thrown")
    void afterDeadline() throws Exception {
        var failure = new IOException("cleanup");
        var entered = new CountDownLatch(1);
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
                    entered.await();
                    group.scope().deadline(Deadline.after(Duration.ZERO));
                    new CountDownLatch(1).await();
                }));
        assertThat(Failures.reachable(thrown)).contains(failure);
    }

    @BackendTest
    @DisplayName(
            "F7 a failure of a nested group's task, after the outer one was cancelled, is in what the outer run throws")
    void nestedAfterCancel() throws Exception {
        var failure = new IOException("inner cleanup");
        var entered = new CountDownLatch(1);
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(outer -> {
                    var _ = outer.fork(() -> TaskGroup.run(inner -> {
                        var _ = inner.fork(Failures.throwingWhenInterrupted(entered, failure));
                    }));
                    entered.await();
                    outer.cancel();
                }));
        assertThat(thrown.leaves()).containsExactly(failure);
        assertThat(thrown.getCause()).isInstanceOf(TaskGroupException.class);
    }

    @BackendTest
    @DisplayName(
            "F7, L10 a task fails at the moment in which it reports itself ready: start throws it or the group does,"
                    + " and never both")
    void startedAndFailed() throws Exception {
        for (int i = 0; i < 300; i++) {
            var failure = new IOException("just after ready");
            var group = TaskGroup.open();
            var fromStart = catchThrowable(() -> group.start((Status<Integer> status) -> {
                status.started(1);
                throw failure;
            }));
            assertThat(fromStart).as("start after readiness was reported").isNull();
            var fromJoin = catchThrowableOfType(TaskGroupException.class, group::join);
            assertThat(fromJoin.failures()).containsExactly(failure);
            group.close();
        }
    }
}
