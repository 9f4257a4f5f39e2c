// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.Outcome;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule H1: a task as a future. */
public class HandleTest {
    /** Checks on the calling thread, and on one that Espalier does not know. */
    private static void everywhere(dev.espalier.Action check) throws Exception {
        check.run();
        try (var foreign = Foreign.run(check)) {
            assertThat(foreign.thread()).isNotNull();
        }
    }

    @BackendTest
    @DisplayName("H1 before its end a task is running, has no outcome, and resultNow and exceptionNow throw")
    void running() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            var _ = stubborn.awaitHolding();
            everywhere(() -> {
                assertThat(task.isDone()).isFalse();
                assertThat(task.isCancelled()).isFalse();
                assertThat(task.state()).isEqualTo(Future.State.RUNNING);
                assertThat(task.status()).isEqualTo(TaskStatus.RUNNING);
                assertThat(task.outcome()).isEmpty();
                assertThatThrownBy(task::resultNow).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(task::exceptionNow).isInstanceOf(IllegalStateException.class);
            });
            stubborn.release();
        });
    }

    @BackendTest
    @DisplayName("H1 get and await block until the task has terminated, from the owner and from a foreign thread")
    void block() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var got = new AtomicReference<String>();
            try (var waiter = Foreign.run(() -> got.set(task.get()))) {
                Threads.until(() -> waiter.thread().getState() == Thread.State.WAITING);
                assertThat(got.get()).isNull();
                try (var _ = WhenBlocked.me(stubborn::release)) {
                    assertThat(task.await()).isEqualTo("value");
                }
            }
            assertThat(got.get()).isEqualTo("value");
        });
    }

    @BackendTest
    @DisplayName("H1 a task that succeeded gives its value, null included")
    void succeeded() throws Exception {
        var value = new Object();
        TaskGroup.run(group -> {
            var task = group.fork(() -> value);
            Task<Object> empty = group.fork(() -> (Object) null);
            assertThat(empty.await()).isNull();
            everywhere(() -> {
                assertThat(task.get()).isSameAs(value);
                assertThat(task.get(1, TimeUnit.HOURS)).isSameAs(value);
                assertThat(task.await()).isSameAs(value);
                assertThat(task.resultNow()).isSameAs(value);
                assertThatThrownBy(task::exceptionNow).isInstanceOf(IllegalStateException.class);
                assertThat(task.isDone()).isTrue();
                assertThat(task.isCancelled()).isFalse();
                assertThat(task.state()).isEqualTo(Future.State.SUCCESS);
                assertThat(task.status()).isEqualTo(TaskStatus.SUCCEEDED);
                assertThat(task.outcome()).contains(new Outcome.Success<>(value));
                assertThat(empty.get()).isNull();
                assertThat(empty.resultNow()).isNull();
                assertThat(empty.outcome()).contains(new Outcome.Success<>(null));
            });
        });
    }

    @BackendTest
    @DisplayName("H1 a task that failed gives its exception: from get, await, exceptionNow and outcome the same object")
    void failed() throws Exception {
        var failure = new IOException("x");
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var task = group.fork(Failures.throwing(failure));
            Threads.until(task::isDone);
            everywhere(() -> {
                assertThatThrownBy(task::get)
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isSameAs(failure);
                assertThatThrownBy(() -> task.get(1, TimeUnit.HOURS))
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isSameAs(failure);
                assertThatThrownBy(task::await)
                        .isInstanceOfSatisfying(
                                TaskFailedException.class,
                                e -> assertThat(e.task()).isSameAs(task))
                        .cause()
                        .isSameAs(failure);
                assertThat(task.exceptionNow()).isSameAs(failure);
                assertThatThrownBy(task::resultNow).isInstanceOf(IllegalStateException.class);
                assertThat(task.isDone()).isTrue();
                assertThat(task.isCancelled()).isFalse();
                assertThat(task.state()).isEqualTo(Future.State.FAILED);
                assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
                assertThat(task.outcome()).contains(new Outcome.Failure<>(failure));
            });
        });
    }

    @BackendTest
    @DisplayName(
            "H1 a task that ended cancelled, or never ran, says so: CancellationException from get, the reason in its"
                    + " outcome")
    void cancelled() throws Exception {
        try (var group = TaskGroup.open()) {
            var task = group.fork(Stubborn::forever);
            task.cancel("enough");
            Threads.until(task::isDone);
            group.cancel("enough");
            var never = group.fork(() -> "never");
            for (Task<?> ended : List.of(task, never)) {
                everywhere(() -> {
                    assertThatThrownBy(ended::get).isInstanceOf(CancellationException.class);
                    assertThatThrownBy(() -> ended.get(1, TimeUnit.HOURS)).isInstanceOf(CancellationException.class);
                    assertThatThrownBy(ended::await).isInstanceOf(TaskCancelledException.class);
                    assertThatThrownBy(ended::resultNow).isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(ended::exceptionNow).isInstanceOf(IllegalStateException.class);
                    assertThat(ended.isDone()).isTrue();
                    assertThat(ended.isCancelled()).isTrue();
                    assertThat(ended.state()).isEqualTo(Future.State.CANCELLED);
                    assertThat(ended.status()).isEqualTo(TaskStatus.CANCELLED);
                    assertThat(ended.outcome()).get().isInstanceOfSatisfying(Outcome.Cancelled.class, outcome -> {
                        assertThat(outcome.reason().kind()).isEqualTo(CancelReason.Kind.ASKED);
                        assertThat(outcome.reason().message()).contains("enough");
                    });
                });
            }
            group.join();
        }
    }

    @BackendTest
    @DisplayName("H1 cancel(boolean) ignores its argument, and returns true unless the task has terminated")
    void cancelReturns() throws Exception {
        TaskGroup.run(group -> {
            for (boolean mayInterrupt : new boolean[] {false, true}) {
                var stubborn = new Stubborn();
                var task = group.fork(stubborn);
                var _ = stubborn.awaitHolding();
                assertThat(task.cancel(mayInterrupt)).isTrue();
                assertThat(stubborn.interrupts()).as("interrupted").isEqualTo(1);
                assertThat(task.cancel(!mayInterrupt)).isTrue();
                assertThat(task.isDone()).isFalse();
                stubborn.release();
                Threads.until(task::isDone);
                assertThat(task.cancel(mayInterrupt)).isFalse();
                assertThat(task.isCancelled()).isTrue();

                var done = group.fork(() -> 1);
                assertThat(done.await()).isEqualTo(1);
                assertThat(done.cancel(mayInterrupt)).isFalse();
                done.cancel();
                assertThat(done.status()).isEqualTo(TaskStatus.SUCCEEDED);
            }
        });
    }

    @BackendTest
    @DisplayName("H1 a task cancelled at once after fork runs all the same, against Future's words")
    void cancelledAtOnce() throws Exception {
        TaskGroup.run(group -> {
            for (int i = 0; i < 200; i++) {
                var ran = new AtomicBoolean();
                var task = group.fork(() -> {
                    ran.set(true);
                    CancelScope.checkpoint();
                });
                assertThat(task.cancel(false) || task.isDone()).isTrue();
                Threads.until(task::isDone);
                assertThat(ran).isTrue();
            }
        });
    }

    @BackendTest
    @DisplayName(
            "H1 isDone means terminated: after cancel it is false while the task's finally block runs, and isCancelled"
                    + " too")
    void notDoneBeforeItsEnd() throws Exception {
        TaskGroup.run(group -> {
            var cleanup = new Stubborn();
            var entered = new CountDownLatch(1);
            var task = group.fork(() -> {
                entered.countDown();
                try {
                    Stubborn.forever();
                } finally {
                    cleanup.hold();
                }
            });
            entered.await();
            task.cancel();
            var _ = cleanup.awaitHolding();
            assertThat(task.isDone()).isFalse();
            assertThat(task.isCancelled()).isFalse();
            assertThat(task.state()).isEqualTo(Future.State.RUNNING);
            cleanup.release();
            assertThatThrownBy(task::get).isInstanceOf(CancellationException.class);
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("H1 isCancelled stays false when a cancelled task returned a value or failed")
    void cancelledInVain() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var failure = new IOException("cleanup");
            var entered = new CountDownLatch(2);
            var value = group.fork(() -> {
                entered.countDown();
                try {
                    Stubborn.forever();
                    return "unreachable";
                } catch (InterruptedException e) {
                    return "value";
                }
            });
            var failing = group.fork(Failures.throwingWhenInterrupted(entered, failure));
            entered.await();
            value.cancel();
            failing.cancel();
            assertThat(value.await()).isEqualTo("value");
            assertThatThrownBy(failing::await).cause().isSameAs(failure);
            assertThat(value.isCancelled()).isFalse();
            assertThat(failing.isCancelled()).isFalse();
            assertThat(failing.state()).isEqualTo(Future.State.FAILED);
        });
    }

    @BackendTest
    @DisplayName(
            "H1 get is a call of C7: it throws CancelledException in a cancelled scope, of a terminated task too, and"
                    + " leaves the task alone")
    void getIsCancelled() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var running = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var done = group.fork(() -> 1);
            assertThat(done.get()).isEqualTo(1);
            var scope = CancelScope.create();
            boolean ended = scope.run(() -> {
                scope.cancel();
                assertThatThrownBy(done::get).isInstanceOf(CancelledException.class);
                assertThatThrownBy(() -> done.get(1, TimeUnit.HOURS)).isInstanceOf(CancelledException.class);
                assertThatThrownBy(running::get).isInstanceOf(CancelledException.class);
            });
            assertThat(ended).isTrue();
            assertThat(stubborn.interrupts()).isZero();
            stubborn.release();
            assertThat(running.get()).isEqualTo("value");
        });
    }

    @BackendTest
    @DisplayName(
            "H1 a timed get throws TimeoutException when its time has passed, at once if that is none, and leaves the"
                    + " task alone")
    void timedGet(TestBackend backend) throws Exception {
        ManualClock.run(
                backend,
                clock -> TaskGroup.run(group -> {
                    var stubborn = new Stubborn();
                    var task = group.fork(() -> {
                        stubborn.hold();
                        return "value";
                    });
                    assertThatThrownBy(() -> task.get(0, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
                    assertThatThrownBy(() -> task.get(-1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
                    try (var _ = Foreign.run(() -> {
                        clock.awaitSleepers(1);
                        clock.advance(Duration.ofSeconds(2));
                    })) {
                        assertThatThrownBy(() -> task.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
                    }
                    assertThat(clock.timers()).isZero();
                    assertThat(stubborn.interrupts()).isZero();
                    try (var _ = Foreign.run(() -> {
                        clock.awaitSleepers(1);
                        stubborn.release();
                    })) {
                        assertThat(task.get(2, TimeUnit.SECONDS)).isEqualTo("value");
                    }
                }));
    }

    @BackendTest
    @DisplayName("H1 name and status are in toString, before and after the end; ids are more than zero and differ")
    void described() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork("fetch", stubborn);
            var _ = stubborn.awaitHolding();
            assertThat(task.name()).isEqualTo("fetch");
            assertThat(task).asString().contains("fetch").contains("RUNNING");
            stubborn.release();
            Threads.until(task::isDone);
            assertThat(task).asString().contains("fetch").contains("SUCCEEDED");
            var started = group.start("server", (Status<Integer> status) -> status.started(1));
            assertThat(started.task().name()).isEqualTo("server");
            var unnamed = group.tryFork(() -> 1).orElseThrow();
            assertThat(unnamed.name()).isNotBlank();
            assertThat(List.of(task.id(), started.task().id(), unnamed.id()))
                    .doesNotHaveDuplicates()
                    .allMatch(id -> id > 0);
        });
    }
}
