// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** F3: what the body throws. */
public class BodyFailureTest {
    /** Waits until the task has failed; the body is cancelled by then, and its interrupt status may be set. */
    private static void awaitFailed(Task<?> task) {
        while (!task.isDone()) {
            Thread.onSpinWait();
        }
    }

    @BackendTest
    @DisplayName("F3 the body throws a checked exception: it leaves run with its static type, the tasks are cancelled"
            + " first, for that reason")
    void checked() throws Exception {
        var failure = new IOException("body");
        var blocker = Blocker.stubborn();
        var task = new AtomicReference<Task<?>>();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            TaskGroup.<IOException>run(group -> {
                task.set(group.fork(() -> {
                    blocker.run();
                    CancelScope.checkpoint();
                }));
                blocker.awaitEntered();
                throw failure;
            });
            throw new AssertionError("run returned");
        } catch (IOException e) {
            assertThat(e).isSameAs(failure);
        }
        assertThat(Failures.suppressed(failure)).isEmpty();
        assertThat(failure.getCause()).isNull();
        assertThat(blocker.ended()).isTrue();
        assertThat(task.get().outcome()).get().isInstanceOfSatisfying(Outcome.Cancelled.class, cancelled -> {
            assertThat(cancelled.reason().kind()).isEqualTo(CancelReason.Kind.BODY_FAILED);
            assertThat(cancelled.reason().exception()).isSameAs(failure);
        });
    }

    @BackendTest
    @DisplayName("F3 the body of call throws: the exception leaves call as it is")
    void fromCall() throws Exception {
        var failure = new IOException("body");
        var thrown = catchThrowable(() -> TaskGroup.call(group -> {
            if (group.isCancelled()) {
                return 1;
            }
            throw failure;
        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(Failures.suppressed(failure)).isEmpty();
    }

    @BackendTest
    @DisplayName("F3 the body throws and a task fails in its cleanup: the body's exception leaves, with the task's"
            + " suppressed")
    void withCleanupFailure() throws Exception {
        var failure = new IOException("body");
        var cleanup = new IllegalStateException("cleanup");
        var entered = new CountDownLatch(1);
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var _ = group.fork(Failures.throwingWhenInterrupted(entered, cleanup));
            entered.await();
            throw failure;
        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(Failures.suppressed(thrown)).containsExactly(cleanup);
    }

    @BackendTest
    @DisplayName("F3 the body throws for its own reason after a task has failed: the body's exception leaves, with the"
            + " task's suppressed")
    void afterTaskFailure() throws Exception {
        var failure = new IOException("body");
        var first = new IllegalStateException("task");
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            awaitFailed(group.fork(Failures.throwing(first)));
            throw failure;
        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(Failures.suppressed(thrown)).containsExactly(first);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("F3, F2 a task fails and the body leaves with its cancellation, of Espalier, of the JDK or wrapped:"
            + " TaskGroupException")
    void bodyReportsCancellation() throws Exception {
        var failure = new IOException("task");
        var fromEspalier = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    awaitFailed(group.fork(Failures.throwing(failure)));
                    CancelScope.checkpoint();
                }));
        var fromJdk = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwing(failure));
                    new CountDownLatch(1).await();
                }));
        var wrapped = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwing(failure));
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("wrapped", e);
                    }
                }));
        for (var thrown : new TaskGroupException[] {fromEspalier, fromJdk, wrapped}) {
            assertThat(thrown.failures()).containsExactly(failure);
            assertThat(Failures.reachable(thrown)).containsExactlyInAnyOrder(thrown, failure);
        }
    }

    @BackendTest
    @DisplayName(
            "F3, F2 the body awaits the failed task and lets TaskFailedException leave: TaskGroupException with the"
                    + " failure, once")
    void bodyReportsFailure() throws Exception {
        var failure = new IOException("task");
        var blocker = new Blocker();
        for (int i = 0; i < 50; i++) {
            var thrown = catchThrowableOfType(
                    TaskGroupException.class,
                    () -> TaskGroup.run(group -> {
                        var _ = group.fork(blocker);
                        var _ = group.fork(Failures.throwing(failure)).await();
                    }));
            assertThat(thrown.failures()).containsExactly(failure);
            assertThat(Failures.reachable(thrown)).containsExactlyInAnyOrder(thrown, failure);
        }
    }

    @BackendTest
    @DisplayName(
            "F3, F2 the body of call awaits the failed task: TaskGroupException, whichever of failure and cancellation"
                    + " it met")
    void callReportsFailure() throws Exception {
        var failure = new IOException("task");
        for (int i = 0; i < 50; i++) {
            var thrown = catchThrowable(() -> TaskGroup.call(group -> group.fork(() -> {
                        throw failure;
                    })
                    .await()));
            assertThat(thrown).isInstanceOf(TaskGroupException.class).hasCause(failure);
            assertThat(thrown.getSuppressed()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName(
            "F3 the body throws what the task threw, itself or as cause: it leaves, and the failure is not attached to"
                    + " itself")
    void bodyRethrows() throws Exception {
        var failure = new IOException("task");
        var same = catchThrowable(() -> TaskGroup.run(group -> {
            var task = group.fork(Failures.throwing(failure));
            awaitFailed(task);
            Failures.sneak(task.exceptionNow());
        }));
        assertThat(same).isSameAs(failure);
        assertThat(Failures.suppressed(failure)).isEmpty();
        var asCause = catchThrowable(() -> TaskGroup.run(group -> {
            var task = group.fork(Failures.throwing(failure));
            awaitFailed(task);
            throw new IllegalArgumentException("outer", new IllegalStateException("middle", task.exceptionNow()));
        }));
        assertThat(asCause).isInstanceOf(IllegalArgumentException.class);
        assertThat(Failures.reachable(asCause)).hasSize(3);
        assertThat(Failures.suppressed(asCause)).isEmpty();
    }

    @BackendTest
    @DisplayName("F3 one of two failures is in the body's cause chain: the other alone is attached")
    void bodyRethrowsOne() throws Exception {
        var first = new IOException("first");
        var second = new IOException("second");
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var gate = new CountDownLatch(1);
            var later = group.fork(Failures.throwingAfter(gate, second));
            awaitFailed(group.fork(Failures.throwing(first)));
            gate.countDown();
            awaitFailed(later);
            throw new IllegalArgumentException("outer", first);
        }));
        assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
        assertThat(Failures.suppressed(thrown)).containsExactly(second);
    }

    /** One that takes nothing in. */
    private static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Closed() {
            super("closed", null, false, false);
        }
    }

    @BackendTest
    @DisplayName(
            "F3 the body's exception takes no suppressed ones: it leaves as it is, and the task's failure is logged")
    void unattachable() throws Exception {
        var failure = new Closed();
        var cleanup = new IOException("not attachable");
        var entered = new CountDownLatch(1);
        try (var logs = LogCapture.start()) {
            var thrown = catchThrowable(() -> TaskGroup.run(group -> {
                var _ = group.fork(Failures.throwingWhenInterrupted(entered, cleanup));
                entered.await();
                throw failure;
            }));
            assertThat(thrown).isSameAs(failure);
            assertThat(Failures.warned(logs, cleanup)).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F3, F8 a task fails and the body is in a nested run whose task fails in cleanup: nothing is lost,"
            + " leaves() has both")
    void nestedBody() throws Exception {
        var outerFailure = new IOException("outer task");
        var innerFailure = new IllegalStateException("inner cleanup");
        var entered = new CountDownLatch(1);
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(outer -> {
                    var _ = outer.fork(Failures.throwingAfter(entered, outerFailure));
                    TaskGroup.run(inner -> {
                        var _ = inner.fork(Failures.throwingWhenInterrupted(entered, innerFailure));
                        new CountDownLatch(1).await();
                    });
                }));
        assertThat(thrown.leaves()).containsExactly(innerFailure, outerFailure);
        assertThat(thrown.getCause()).isSameAs(innerFailure);
        assertThat(thrown.getSuppressed()).containsExactly(outerFailure);
    }

    @BackendTest
    @DisplayName("F3 the body lets the TaskFailedException of another group's task leave: it leaves run as it is")
    void failureOfAnotherGroup() throws Exception {
        var failure = new IOException("elsewhere");
        try (var other = TaskGroup.open(o -> o.failurePolicy(FailurePolicy.COLLECT))) {
            var task = other.fork(Failures.throwing(failure));
            other.join();
            var thrown = catchThrowableOfType(
                    TaskFailedException.class,
                    () -> TaskGroup.run(group -> {
                        var _ = group.fork(() -> {});
                        var _ = task.await();
                    }));
            assertThat(thrown.task()).isSameAs(task);
            assertThat(thrown.getCause()).isSameAs(failure);
        }
    }

    @BackendTest
    @DisplayName("F3, F6 the body of a supervisor lets TaskFailedException leave: it leaves run as it is")
    void supervisorsBody() throws Exception {
        var failure = new IOException("task");
        var thrown = catchThrowable(() -> TaskGroup.run(
                o -> o.failurePolicy(FailurePolicy.COLLECT),
                group -> assertThat(group.fork(Failures.throwing(failure)).await())
                        .isNull()));
        assertThat(thrown).isInstanceOf(TaskFailedException.class).hasCause(failure);
    }

    @BackendTest
    @DisplayName(
            "F3 the body throws a foreign interrupt's exception while no task has failed: it leaves run, the tasks are"
                    + " cancelled")
    void interrupted() throws Exception {
        var blocker = new Blocker();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var _ = group.fork(blocker);
                    blocker.awaitEntered();
                    Thread.currentThread().interrupt();
                    new CountDownLatch(1).await();
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(blocker.wasInterrupted()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
