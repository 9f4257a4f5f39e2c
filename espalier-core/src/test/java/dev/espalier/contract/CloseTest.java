// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.Action;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L6: what close reports, and what it does not. */
public class CloseTest {
    @BackendTest
    @DisplayName(
            "L6 close without a join while a task runs: it is cancelled and awaited, IllegalStateException says that 1"
                    + " was cut short")
    void withoutJoin() throws Exception {
        var blocker = new Blocker();
        var group = TaskGroup.open();
        var task = group.fork(blocker);
        blocker.awaitEntered();
        assertThatThrownBy(group::close)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1");
        assertThat(blocker.ended()).isTrue();
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        group.close();
        group.close();
    }

    @BackendTest
    @DisplayName(
            "L6 close without a join while two of three tasks run: IllegalStateException says that 2 were cut short")
    void countsUnfinished() throws Exception {
        var first = new Blocker();
        var second = new Blocker();
        var group = TaskGroup.open(o -> o.name("counting"));
        var done = group.fork(() -> {});
        var _ = group.fork(first);
        var _ = group.fork(second);
        first.awaitEntered();
        second.awaitEntered();
        Threads.until(done::isDone);
        assertThatThrownBy(group::close)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2")
                .hasMessageNotContaining("3");
    }

    @BackendTest
    @DisplayName("L6 close without a join when every task has succeeded throws nothing")
    void nothingUnfinished() {
        var group = TaskGroup.open();
        var task = group.fork(() -> 7);
        Threads.until(task::isDone);
        group.close();
        assertThat(task.resultNow()).isEqualTo(7);
    }

    @BackendTest
    @DisplayName("L6 close without a join when a task has failed throws TaskGroupException")
    void failedWithoutJoin() {
        var failure = new IOException("task");
        var group = TaskGroup.open();
        var task = group.fork(Failures.throwing(failure));
        Threads.until(task::isDone);
        var thrown = catchThrowableOfType(TaskGroupException.class, group::close);
        assertThat(thrown.failures()).containsExactly(failure);
        group.close();
    }

    @BackendTest
    @DisplayName("L6 close without a join when a task has failed and others are unfinished throws TaskGroupException")
    void failedAndUnfinished() throws Exception {
        var failure = new IOException("task");
        var blocker = Blocker.stubborn();
        var group = TaskGroup.open();
        var _ = group.fork(blocker);
        blocker.awaitEntered();
        var task = group.fork(Failures.throwing(failure));
        Threads.until(task::isDone);
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            var thrown = catchThrowableOfType(TaskGroupException.class, group::close);
            assertThat(thrown.failures()).containsExactly(failure);
        }
    }

    @BackendTest
    @DisplayName(
            "L6 close without a join whose cancellation makes a task fail throws TaskGroupException with that failure")
    void failedByClose() throws Exception {
        var failure = new IOException("cleanup");
        var entered = new CountDownLatch(1);
        var group = TaskGroup.open();
        var _ = group.fork(Failures.throwingWhenInterrupted(entered, failure));
        entered.await();
        var thrown = catchThrowableOfType(TaskGroupException.class, group::close);
        assertThat(thrown.failures()).containsExactly(failure);
    }

    @BackendTest
    @DisplayName("L6, F7 join has thrown the failure: close does not throw it again, nor does another join")
    void thrownByJoin() throws Exception {
        var failure = new IOException("task");
        var group = TaskGroup.open();
        var _ = group.fork(Failures.throwing(failure));
        var thrown = catchThrowableOfType(TaskGroupException.class, group::join);
        assertThat(thrown.getCause()).isSameAs(failure);
        group.join();
        group.close();
        assertThat(group.failures()).containsExactly(failure);
    }

    @BackendTest
    @DisplayName("L6, F7 a daemon fails after join has thrown: close throws the new failure only")
    void newFailureAfterJoin() throws Exception {
        var first = new IOException("first");
        var second = new IOException("second");
        var gate = new CountDownLatch(1);
        var group = TaskGroup.open();
        var daemon = group.forkDaemon("daemon", Failures.throwingAfter(gate, second));
        var _ = group.fork(Failures.throwing(first));
        assertThat(catchThrowable(group::join)).hasCause(first);
        assertThat(daemon.isDone()).isFalse();
        gate.countDown();
        Threads.until(daemon::isDone);
        var thrown = catchThrowableOfType(TaskGroupException.class, group::close);
        assertThat(thrown.failures()).containsExactly(second);
    }

    @BackendTest
    @DisplayName("L6, C15 join was interrupted: close returns")
    void joinInterrupted() throws Exception {
        var group = TaskGroup.open();
        var task = group.fork(new Blocker());
        Thread.currentThread().interrupt();
        assertThatThrownBy(group::join).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        group.close();
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName("L6 only tasks forked since the last join count: close says that 1 was cut short")
    void sinceLastJoin() throws Exception {
        var group = TaskGroup.open(o -> o.name("late"));
        for (int i = 0; i < 3; i++) {
            var _ = group.fork(() -> {});
        }
        group.join();
        var blocker = new Blocker();
        var _ = group.fork(blocker);
        blocker.awaitEntered();
        assertThatThrownBy(group::close)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1")
                .hasMessageNotContaining("4");
    }

    @BackendTest
    @DisplayName("L6 tasks forked after the last join that have ended are no reason to throw")
    void endedSinceLastJoin() throws Exception {
        var group = TaskGroup.open();
        var _ = group.fork(() -> {});
        group.join();
        var later = group.fork(() -> {});
        Threads.until(later::isDone);
        group.close();
        assertThat(group.stats().succeeded()).isEqualTo(2);
    }

    @BackendTest
    @DisplayName("L6 the body of the try statement throws: it is what leaves, with what close reports suppressed")
    void bodyOfTryThrows() {
        var failure = new IOException("body");
        var blocker = new Blocker();
        var thrown = catchThrowable(() -> {
            try (var group = TaskGroup.open()) {
                var _ = group.fork(blocker);
                blocker.awaitEntered();
                throw failure;
            }
        });
        assertThat(thrown).isSameAs(failure);
        assertThat(blocker.ended()).isTrue();
        assertThat(Failures.suppressed(failure)).hasSize(1).hasOnlyElementsOfType(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("L6 close again does nothing, join after close throws IllegalStateException")
    void afterClose() throws Exception {
        var group = TaskGroup.open();
        var _ = group.fork(() -> {});
        group.join();
        group.close();
        group.close();
        assertThatThrownBy(group::join).isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("L6 close inside run and call throws IllegalStateException, and the group goes on")
    void closeInside() throws Exception {
        var ran = new AtomicInteger();
        Action count = () -> {
            var _ = ran.incrementAndGet();
        };
        TaskGroup.run(group -> {
            assertThatThrownBy(group::close).isInstanceOf(IllegalStateException.class);
            assertThat(group.isCancelled()).isFalse();
            assertThat(group.fork(count).status()).isNotEqualTo(TaskStatus.CANCELLED);
        });
        int value = TaskGroup.call(group -> {
            assertThatThrownBy(group::close).isInstanceOf(IllegalStateException.class);
            var _ = group.fork(count);
            return 7;
        });
        assertThat(value).isEqualTo(7);
        assertThat(ran).hasValue(2);
    }

    @BackendTest
    @DisplayName("L6 join of a group whose run has ended throws IllegalStateException")
    void joinAfterRun() throws Exception {
        var group = TaskGroup.call(g -> g);
        assertThatThrownBy(group::join).isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("L6 join inside run and call is allowed, is repeatable, and waits each time")
    void joinInside() throws Exception {
        var ran = new AtomicInteger();
        Action count = () -> {
            var _ = ran.incrementAndGet();
        };
        TaskGroup.run(group -> {
            for (int i = 1; i <= 3; i++) {
                var _ = group.fork(count);
                group.join();
                assertThat(ran).hasValue(i);
                group.join();
            }
        });
        int seen = TaskGroup.call(group -> {
            var _ = group.fork(count);
            group.join();
            return ran.get();
        });
        assertThat(seen).isEqualTo(4);
    }

    @BackendTest
    @DisplayName("L6 join of an open group is repeatable, and waits each time")
    void joinRepeated() throws Exception {
        var ran = new AtomicInteger();
        try (var group = TaskGroup.open()) {
            for (int i = 1; i <= 3; i++) {
                var _ = group.fork(() -> {
                    var _ = ran.incrementAndGet();
                });
                group.join();
                assertThat(ran).hasValue(i);
                group.join();
            }
        }
    }

    @BackendTest
    @DisplayName("L6, F3 join inside run has thrown and that leaves the body: run throws the same exception, once")
    void joinInsideThrew() {
        var failure = new IOException("task");
        var fromJoin = new AtomicReference<Throwable>();
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var _ = group.fork(Failures.throwing(failure));
            try {
                group.join();
            } catch (TaskGroupException e) {
                fromJoin.set(e);
                throw e;
            }
        }));
        assertThat(thrown).isInstanceOf(TaskGroupException.class).isSameAs(fromJoin.get());
        assertThat(thrown).hasCause(failure);
        assertThat(thrown.getSuppressed()).isEmpty();
    }

    @BackendTest
    @DisplayName("L6, F7 join inside run has thrown and the body goes on: run does not throw it again")
    void joinInsideSwallowed() throws Exception {
        var failure = new IOException("task");
        var group = TaskGroup.<TaskGroup, RuntimeException>call(g -> {
            var _ = g.fork(Failures.throwing(failure));
            assertThat(catchThrowable(g::join)).hasCause(failure);
            return g;
        });
        assertThat(group.failures()).containsExactly(failure);
    }

    @BackendTest
    @DisplayName("L2, L6 close never waits for a task that is forked at that moment: it is refused, or cut short")
    void forkAtThatMoment() throws Exception {
        try (var race = new Race("fork against close")) {
            for (int i = 0; i < Race.rounds(3_000); i++) {
                var group = TaskGroup.open();
                int spins = race.draw(3_000);
                var rival = race.start(() -> {
                    var refusal = catchThrowable(() -> group.fork(() -> new CountDownLatch(1).await()));
                    if (refusal != null) {
                        assertThat(refusal).isInstanceOf(IllegalStateException.class);
                    }
                });
                Race.spin(spins);
                var thrown = catchThrowable(group::close);
                rival.await();
                if (thrown != null) {
                    assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessageContaining("cut short");
                }
            }
        }
    }
}
