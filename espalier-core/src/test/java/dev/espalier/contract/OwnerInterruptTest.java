// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C15: the owner is interrupted or cancelled while it waits for its tasks. */
public class OwnerInterruptTest {
    @BackendTest
    @DisplayName("C15 an owner interrupted in join cancels the group, awaits the tasks and then throws a plain"
            + " InterruptedException")
    void interruptedInJoin() throws Exception {
        var group = TaskGroup.open();
        var stubborn = new Stubborn();
        var soft = group.fork(Stubborn::forever);
        var hard = group.fork(stubborn);
        var hardWasRunning = new AtomicBoolean();
        var _ = stubborn.awaitHolding();
        var owner = Thread.currentThread();
        try (var _ = WhenBlocked.me(() -> {
            owner.interrupt();
            Threads.until(() -> soft.isDone() && stubborn.interrupts() > 0);
            hardWasRunning.set(!hard.isDone());
            stubborn.release();
        })) {
            assertThatThrownBy(group::join)
                    .isInstanceOf(InterruptedException.class)
                    .isNotInstanceOf(CancelledException.class);
            assertThat(hard.isDone()).as("awaited").isTrue();
        }
        assertThat(hardWasRunning).isTrue();
        assertThat(soft.status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(hard.status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(group.isCancelled()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        group.close();
    }

    @BackendTest
    @DisplayName("C15 an interrupt that is pending when the owner comes to join, with a task unfinished, does the same")
    void pendingBeforeJoin() throws Exception {
        var group = TaskGroup.open();
        var task = group.fork(Stubborn::forever);
        Thread.currentThread().interrupt();
        assertThatThrownBy(group::join)
                .isInstanceOf(InterruptedException.class)
                .isNotInstanceOf(CancelledException.class);
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        group.close();
    }

    @BackendTest
    @DisplayName(
            "C15 an interrupt that is pending as the body of run ends, with a task unfinished, cancels and is thrown")
    void pendingAtEndOfBody() {
        var task = new AtomicReference<Task<?>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    task.set(group.fork(Stubborn::forever));
                    Thread.currentThread().interrupt();
                }))
                .isInstanceOf(InterruptedException.class)
                .isNotInstanceOf(CancelledException.class);
        assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C15 an owner interrupted while run waits for its tasks after the body cancels them and throws")
    void interruptedAfterBody() {
        var task = new AtomicReference<Task<?>>();
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> TaskGroup.call(group -> {
                        task.set(group.fork(Stubborn::forever));
                        return "lost";
                    }))
                    .isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C15 a second interrupt does not shorten the wait of join, nor that of run")
    void secondInterrupt() throws Exception {
        var group = TaskGroup.open();
        var stubborn = new Stubborn();
        var task = group.fork(stubborn);
        var left = new AtomicBoolean();
        try (var _ = interruptTwice(Thread.currentThread(), stubborn, left)) {
            assertThatThrownBy(group::join).isExactlyInstanceOf(InterruptedException.class);
            left.set(true);
            assertThat(stubborn.hasEnded()).isTrue();
        }
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        boolean _ = Thread.interrupted(); // what became of the second one is not said
        group.close();

        var again = new Stubborn();
        left.set(false);
        try (var _ = interruptTwice(Thread.currentThread(), again, left)) {
            assertThatThrownBy(() -> TaskGroup.run(g -> {
                        var _ = g.fork(again);
                    }))
                    .isExactlyInstanceOf(InterruptedException.class);
            left.set(true);
            assertThat(again.hasEnded()).isTrue();
        }
        boolean _ = Thread.interrupted();
    }

    private static Foreign interruptTwice(Thread owner, Stubborn stubborn, AtomicBoolean left) {
        return Foreign.run(() -> {
            var _ = stubborn.awaitHolding();
            Threads.awaitBlocked(owner);
            owner.interrupt();
            Threads.until(() -> stubborn.interrupts() > 0); // the first has cancelled the group
            Threads.awaitBlocked(owner);
            owner.interrupt();
            Threads.until(() -> owner.getState() == Thread.State.WAITING && !left.get());
            assertThat(left).isFalse();
            stubborn.release();
        });
    }

    @BackendTest
    @DisplayName(
            "C15 an owner whose enclosing scope is cancelled while it joins cancels the group, awaits the tasks and is"
                    + " cancelled")
    void enclosingScope() throws Exception {
        var scope = CancelScope.create();
        var stubborn = new Stubborn();
        var task = new AtomicReference<Task<?>>();
        var thrown = new AtomicReference<CancelledException>();
        try (var _ = Foreign.run(() -> {
            var _ = stubborn.awaitHolding();
            scope.cancel("from outside");
            Threads.until(() -> stubborn.interrupts() > 0);
            stubborn.release();
        })) {
            boolean ended = scope.run(() -> {
                try (var group = TaskGroup.open()) {
                    task.set(group.fork(stubborn));
                    thrown.set(catchThrowableOfType(CancelledException.class, group::join));
                    assertThat(task.get().isDone()).isTrue();
                    throw thrown.get();
                }
            });
            assertThat(ended).isFalse();
        }
        assertThat(thrown.get().reason().root()).isEqualTo(scope.reason().orElseThrow());
        assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(scope.cancelledCaught()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "C15 an owner interrupted in join whose tasks return values all the same is told, and the values are kept")
    void tasksReturnValues() throws Exception {
        try (var group = TaskGroup.open()) {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var owner = Thread.currentThread();
            try (var _ = WhenBlocked.me(() -> {
                owner.interrupt();
                Threads.until(() -> stubborn.interrupts() > 0);
                stubborn.release();
            })) {
                boolean told;
                try {
                    group.join();
                    told = Thread.interrupted(); // C7: nothing was cut short
                } catch (InterruptedException e) {
                    told = !Thread.currentThread().isInterrupted();
                }
                assertThat(told).isTrue();
            }
            assertThat(task.resultNow()).isEqualTo("value");
        }
    }

    @BackendTest
    @DisplayName(
            "C15 a task that is the owner of a nested group and is interrupted by somebody else cancels that group and"
                    + " fails")
    void ownerIsATask() {
        var leaf = new AtomicReference<Task<?>>();
        var worker = new AtomicReference<Task<?>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    var thread = new AtomicReference<Thread>();
                    var ready = new CountDownLatch(1);
                    worker.set(group.fork(() -> TaskGroup.run(inner -> {
                        leaf.set(inner.fork(Stubborn::forever));
                        thread.set(Thread.currentThread());
                        ready.countDown();
                    })));
                    ready.await();
                    thread.get().interrupt();
                }))
                .hasRootCauseExactlyInstanceOf(InterruptedException.class);
        assertThat(leaf.get().status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(worker.get().status()).isEqualTo(TaskStatus.FAILED);
    }
}
