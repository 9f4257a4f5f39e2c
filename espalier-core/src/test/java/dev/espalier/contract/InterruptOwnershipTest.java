// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;

/** Rules C3 and C4: whose an interrupt is. */
public class InterruptOwnershipTest {
    private static boolean status() {
        return Thread.currentThread().isInterrupted();
    }

    /** Ways in which the body of a cancelled scope can meet the cancellation. */
    private static Map<String, VoidBody<Exception>> endings() {
        var endings = new LinkedHashMap<String, VoidBody<Exception>>();
        endings.put("noticed by the JDK", Stubborn::forever);
        endings.put("noticed by Espalier", CancelScope::checkpoint);
        endings.put("never noticed", () -> {});
        endings.put("swallowed", () -> assertThatThrownBy(Stubborn::forever).isInstanceOf(InterruptedException.class));
        endings.put("status restored by the code", () -> {
            try {
                Stubborn.forever();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        endings.put("status restored and thrown", () -> {
            try {
                CancelScope.checkpoint();
            } catch (CancelledException e) {
                Thread.currentThread().interrupt();
                throw e;
            }
        });
        endings.put("another failure", () -> {
            throw new IOException("x");
        });
        return endings;
    }

    @BackendTest
    @DisplayName("C3 on leaving a cancelled scope the interrupt status is clear, however its body met the cancellation")
    void clearAfterScope() throws Exception {
        for (var ending : endings().entrySet()) {
            var scope = CancelScope.create();
            try {
                boolean _ = scope.run(() -> {
                    scope.cancel();
                    assertThat(status()).as("delivered").isTrue();
                    ending.getValue().call();
                });
            } catch (IOException e) {
                assertThat(e).hasMessage("x");
            }
            assertThat(status()).as(ending.getKey()).isFalse();
            CancelScope.checkpoint();
        }
    }

    @BackendTest
    @DisplayName("C3 on leaving a cancelled group the owner's interrupt status is clear, however its body met the"
            + " cancellation")
    void clearAfterGroup() throws Exception {
        for (var ending : endings().entrySet()) {
            try {
                TaskGroup.run(group -> {
                    group.cancel();
                    assertThat(status()).as("delivered").isTrue();
                    ending.getValue().call();
                });
            } catch (IOException e) {
                assertThat(e).hasMessage("x");
            }
            assertThat(status()).as(ending.getKey()).isFalse();
            CancelScope.checkpoint();
        }
    }

    @BackendTest
    @DisplayName(
            "C3 after a timeout that interrupted, the interrupt status is clear and the next scope works as if nothing"
                    + " had been")
    void clearAfterTimeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            for (int i = 0; i < 3; i++) {
                try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(1))) {
                    assertThat(CancelScope.runOrMoveOnAfter(Duration.ofSeconds(1), Stubborn::forever))
                            .isFalse();
                }
                assertThat(status()).isFalse();
                CancelScope.checkpoint();
            }
            var latch = new CountDownLatch(1);
            try (var _ = WhenBlocked.me(latch::countDown)) {
                assertThat(CancelScope.runOrMoveOnAfter(Duration.ofSeconds(1), latch::await))
                        .isTrue();
            }
        });
    }

    @BackendTest
    @DisplayName(
            "C3 after run threw because a task failed while the body blocked, the owner's interrupt status is clear")
    void clearAfterFailure() {
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var owner = Thread.currentThread();
                    var _ = group.fork(() -> {
                        Threads.awaitBlocked(owner);
                        throw new IOException("x");
                    });
                    Stubborn.forever();
                }))
                .isInstanceOf(TaskGroupException.class);
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "C3 leaving a scope below a cancelled one keeps the interrupt pending, leaving the cancelled one clears it")
    void keptInsideCancelled() throws Exception {
        var outer = CancelScope.create();
        var inner = CancelScope.create();
        var kept = new AtomicBoolean();
        boolean ended = outer.run(() -> {
            boolean _ = inner.run(() -> {
                inner.cancel();
                outer.cancel();
            });
            kept.set(status());
        });
        assertThat(ended).isTrue();
        assertThat(kept).isTrue();
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C3 an interrupt that was pending when the scope was entered is still pending after it, if nothing"
            + " consumed it")
    void pendingAtEntry() throws Exception {
        Thread.currentThread().interrupt();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "C3 an interrupt from elsewhere that was pending when Espalier first delivered is still pending after the"
                    + " scope")
    void pendingAtDelivery() throws Exception {
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            Thread.currentThread().interrupt();
            scope.cancel();
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(scope.cancelledCaught()).isTrue();
        assertThat(Thread.interrupted()).isTrue();

        Thread.currentThread().interrupt();
        TaskGroup.run(group -> group.cancel());
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("C3 a scope that is cancelled after it was left does not interrupt its thread")
    void cancelledAfterwards() throws Exception {
        var scope = CancelScope.create();
        assertThat(scope.run(() -> {})).isTrue();
        scope.cancel();
        assertThat(status()).isFalse();
        try (var _ = Foreign.run(scope::cancel)) {
            CancelScope.checkpoint();
        }
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere in a blocking call passes a scope that is not cancelled")
    void foreignPasses() {
        var scope = CancelScope.create();
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> scope.run(Stubborn::forever)).isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(scope.cancelledCaught()).isFalse();
        assertThat(scope.cancelCalled()).isFalse();
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere that nobody noticed is still pending after scopes, groups and shields")
    void foreignStaysPending() throws Exception {
        assertThat(CancelScope.create().run(() -> Thread.currentThread().interrupt()))
                .isTrue();
        assertThat(Thread.interrupted()).as("after a scope").isTrue();
        TaskGroup.run(_ -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).as("after run").isTrue();
        CancelScope.shielded(() -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).as("after a shield").isTrue();
        CancelScope.cancelling(() -> {}, () -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).as("after cancelling").isTrue();
        CancelScope.failAfter(Duration.ofHours(1), () -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).as("after a timeout").isTrue();
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere that is pending on entry is seen inside scopes, groups and shields")
    void foreignSeenInside() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(CancelScope.create().run(() -> assertThat(status()).isTrue()))
                .isTrue();
        TaskGroup.run(_ -> assertThat(status()).isTrue());
        CancelScope.shielded(() -> assertThat(status()).isTrue());
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("C4 a checkpoint with only an interrupt from elsewhere pending returns and leaves it")
    void checkpointLeavesForeign() throws Exception {
        Thread.currentThread().interrupt();
        CancelScope.checkpoint();
        assertThat(CancelScope.create().run(CancelScope::checkpoint)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "C4 a blocking call of Espalier throws a plain InterruptedException for an interrupt from elsewhere, and"
                    + " clears the status")
    void foreignInEspalier() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            for (var call : Map.<String, VoidBody<Exception>>of(
                            "sleep", () -> Tasks.sleep(Duration.ofHours(1)), "await", task::await, "get", task::get)
                    .entrySet()) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> call.getValue().call())
                        .as("%s, pending", call.getKey())
                        .isExactlyInstanceOf(InterruptedException.class);
                assertThat(status()).as(call.getKey()).isFalse();
                try (var _ = WhenBlocked.interruptMe()) {
                    assertThatThrownBy(() -> call.getValue().call())
                            .as("%s, waiting", call.getKey())
                            .isExactlyInstanceOf(InterruptedException.class);
                }
                assertThat(status()).as(call.getKey()).isFalse();
            }
            assertThat(group.isCancelled()).isFalse();
            stubborn.release();
        });
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere that comes after the delivery of a cancellation is merged with it")
    void merged() throws Exception {
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            Thread.currentThread().interrupt();
            Stubborn.forever();
        });
        assertThat(ended).isFalse();
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "C4 join with an interrupt from elsewhere pending and nothing unfinished returns, and keeps it pending")
    void nothingUnfinished() throws Exception {
        try (var group = TaskGroup.open()) {
            var task = group.fork(() -> 1);
            Threads.until(task::isDone);
            Thread.currentThread().interrupt();
            group.join();
            assertThat(Thread.interrupted()).isTrue();
        }
        int value = TaskGroup.call(group -> {
            var task = group.fork(() -> 1);
            int result = task.await();
            Thread.currentThread().interrupt();
            return result;
        });
        assertThat(value).isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
    }
}
