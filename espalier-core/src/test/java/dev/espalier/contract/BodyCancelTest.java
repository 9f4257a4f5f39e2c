// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C16: when a group is cancelled, what its owner notices, in the two forms. */
public class BodyCancelTest {
    private final IOException failure = new IOException("down");

    private void failsWhile(VoidBody<InterruptedException> blocking) {
        var reason = new AtomicReference<CancelReason>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var owner = Thread.currentThread();
                    var _ = group.fork(() -> {
                        Threads.awaitBlocked(owner);
                        throw failure;
                    });
                    try {
                        blocking.call();
                    } finally {
                        reason.set(CancelScope.current().reason().orElseThrow());
                    }
                }))
                .isInstanceOf(TaskGroupException.class)
                .hasNoSuppressedExceptions()
                .cause()
                .isSameAs(failure);
        assertThat(reason.get().kind()).isEqualTo(CancelReason.Kind.SIBLING_FAILED);
        assertThat(reason.get().exception()).isSameAs(failure);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C16 when a task fails, the body is cancelled in a blocking call of the JDK")
    void bodyInJdk() {
        var queue = new LinkedBlockingQueue<Integer>();
        failsWhile(() -> assertThat(queue.take()).isNull());
    }

    @BackendTest
    @DisplayName("C16 when a task fails, the body is cancelled in a blocking call of Espalier")
    void bodyInEspalier() {
        failsWhile(() -> Tasks.sleep(Duration.ofHours(1)));
    }

    @BackendTest
    @DisplayName("C16 when a task fails, a group nested in the body is cancelled")
    void bodyInNestedGroup() {
        var nested = new AtomicReference<Task<?>>();
        failsWhile(() -> TaskGroup.run(group -> {
            nested.set(group.fork(Stubborn::forever));
            group.join();
        }));
        assertThat(nested.get().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName(
            "C16 in the body of run and call, the group's scope is the current one, and afterwards the one before is")
    void currentScope() throws Exception {
        var before = CancelScope.current();
        TaskGroup.run(group -> assertThat(CancelScope.current()).isSameAs(group.scope()));
        var seen = TaskGroup.call(group -> List.of(group.scope(), CancelScope.current()));
        assertThat(seen.get(0)).isSameAs(seen.get(1));
        assertThat(CancelScope.current()).isSameAs(before);
    }

    @BackendTest
    @DisplayName("C16 a body that computes is cancelled at its next checkpoint when a task fails")
    void bodyComputes() {
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwing(failure));
                    while (true) {
                        CancelScope.checkpoint();
                    }
                }))
                .isInstanceOf(TaskGroupException.class)
                .cause()
                .isSameAs(failure);
    }

    @BackendTest
    @DisplayName("C16 an open group's scope does not become current")
    void openIsNotCurrent() throws Exception {
        var before = CancelScope.current();
        try (var group = TaskGroup.open()) {
            assertThat(CancelScope.current()).isSameAs(before).isNotSameAs(group.scope());
            group.join();
        }
    }

    @BackendTest
    @DisplayName("C16 the owner of an open group is not disturbed in other calls when a task fails")
    void openOwnerIsNotDisturbed() throws Exception {
        var queue = new LinkedBlockingQueue<Integer>();
        try (var group = TaskGroup.open();
                var outside = TaskGroup.open()) {
            var other = outside.fork(() -> "other");
            var task = group.fork(Failures.throwing(failure));
            Threads.until(task::isDone);
            Threads.until(group::isCancelled);
            try (var _ = WhenBlocked.me(() -> queue.put(1))) {
                assertThat(queue.take()).isEqualTo(1);
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            CancelScope.checkpoint();
            Tasks.sleep(Duration.ofNanos(1));
            assertThat(other.await()).isEqualTo("other");
            outside.join();
            assertThatThrownBy(group::join)
                    .isInstanceOf(TaskGroupException.class)
                    .cause()
                    .isSameAs(failure);
        }
    }

    @BackendTest
    @DisplayName("C16 fork, start and join on a cancelled open group notice it")
    void openGroupCallsNotice() throws Exception {
        var ran = new AtomicInteger();
        try (var group = TaskGroup.open()) {
            var task = group.fork(Failures.throwing(failure));
            Threads.until(() -> task.isDone() && group.isCancelled());
            assertThat(group.fork(ran::incrementAndGet).status()).isEqualTo(TaskStatus.CANCELLED);
            var thrown = catchThrowableOfType(
                    CancelledException.class, () -> group.start((Status<Integer> status) -> ran.incrementAndGet()));
            assertThat(thrown.reason()).isEqualTo(group.scope().reason().orElseThrow());
            assertThatThrownBy(group::join)
                    .isInstanceOf(TaskGroupException.class)
                    .cause()
                    .isSameAs(failure);
            assertThat(ran).hasValue(0);
        }
    }

    @BackendTest
    @DisplayName(
            "C16 the owner that awaits a task of its cancelled open group gets the outcome of one that has terminated")
    void openAwaitTerminated() throws Exception {
        try (var group = TaskGroup.open()) {
            var done = group.fork(() -> "done");
            Threads.until(done::isDone);
            group.cancel();
            assertThat(done.await()).isEqualTo("done");
            group.join();
        }
    }

    @BackendTest
    @DisplayName(
            "C16 the owner that awaits a task of its cancelled open group that goes on gets the group's cancellation")
    void openAwaitRunning() throws Exception {
        var stubborn = new Stubborn();
        try (var group = TaskGroup.open()) {
            var task = group.fork(stubborn);
            var _ = stubborn.awaitHolding();
            try (var _ = WhenBlocked.me(() -> group.cancel("enough"))) { // while the owner waits
                var thrown = catchThrowableOfType(CancelledException.class, task::await);
                assertThat(thrown.reason()).isEqualTo(group.scope().reason().orElseThrow());
                assertThat(thrown).hasMessageContaining("enough");
            }
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class); // and again, at once
            assertThat(task.isDone()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            stubborn.release();
            group.join();
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        }
    }

    @BackendTest
    @DisplayName(
            "C16 the owner in join of an open group is woken when the group is cancelled, and the tasks have ended")
    void openJoinIsWoken() throws Exception {
        try (var group = TaskGroup.open()) {
            var task = group.fork(Stubborn::forever);
            try (var _ = WhenBlocked.me(group::cancel)) {
                group.join();
            }
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        }
    }

    @BackendTest
    @DisplayName(
            "C16 a scope or group that the owner opens while its open group is cancelled is a sibling, not below it")
    void openSiblings() throws Exception {
        try (var group = TaskGroup.open()) {
            group.cancel();
            var scope = CancelScope.create();
            assertThat(scope.run(() -> {
                        CancelScope.checkpoint();
                        assertThat(CancelScope.current().reason()).isEmpty();
                    }))
                    .isTrue();
            assertThat(TaskGroup.<Integer, RuntimeException>call(inner -> {
                                assertThat(inner.isCancelled()).isFalse();
                                return inner.fork(() -> 1).await();
                            })
                            .intValue())
                    .isEqualTo(1);
            try (var inner = TaskGroup.open()) {
                assertThat(inner.isCancelled()).isFalse();
                assertThat(inner.fork(() -> 2).await()).isEqualTo(2);
                inner.join();
            }
            group.join();
        }
    }

    @BackendTest
    @DisplayName("C16 an open group's scope is a child of the owner's current scope: cancelling that reaches the tasks")
    void openIsBelowCurrent() throws Exception {
        var scope = CancelScope.create();
        var task = new AtomicReference<Task<?>>();
        var cancelled = new AtomicReference<Boolean>();
        boolean ended = scope.run(() -> {
            try (var group = TaskGroup.open()) {
                task.set(group.fork(Stubborn::forever));
                scope.cancel();
                cancelled.set(group.isCancelled());
                assertThat(group.scope().cancelCalled()).as("by itself").isFalse();
                group.join();
            }
        });
        assertThat(ended).isFalse();
        assertThat(cancelled.get()).isTrue();
        assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName("C16 a thread that is not the owner is not cancelled by awaiting a task of a cancelled open group")
    void otherAwaiters() throws Exception {
        var stubborn = new Stubborn();
        TaskGroup.run(outside -> {
            try (var group = TaskGroup.open()) {
                var task = group.fork(() -> {
                    stubborn.hold();
                    return "value";
                });
                var awaiting = new CountDownLatch(1);
                var awaiter = outside.fork(() -> {
                    awaiting.countDown();
                    return task.await();
                });
                awaiting.await();
                group.cancel();
                stubborn.release();
                assertThat(awaiter.await()).isEqualTo("value");
                group.join();
            }
        });
    }
}
