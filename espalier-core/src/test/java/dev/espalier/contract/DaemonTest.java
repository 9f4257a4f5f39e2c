// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L8 and L9: daemons, and waiting without leaving. */
public class DaemonTest {
    @BackendTest
    @DisplayName("L8 join waits for the tasks that are not daemons, and leaves a daemon running")
    void joinLeavesDaemon() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(group -> {
            var daemon = group.forkDaemon("daemon", blocker);
            var task = group.fork(() -> {});
            group.join();
            assertThat(task.isDone()).isTrue();
            assertThat(daemon.isDone()).isFalse();
            group.join();
            blocker.awaitEntered();
            assertThat(daemon.status()).isEqualTo(TaskStatus.RUNNING);
            assertThat(blocker.wasInterrupted()).isFalse();
            assertThat(group.stats().daemons()).isEqualTo(1);
            assertThat(group.stats().active()).isEqualTo(1);
            assertThat(group.activeTasks()).containsExactly(daemon);
            assertThat(daemon.name()).isEqualTo("daemon");
        });
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("L8 the body of run and the last other task have ended: a daemon is cancelled, for shutdown, and run"
            + " returns")
    void cancelledAtTheEnd() throws Exception {
        var blocker = new Blocker();
        var daemon = TaskGroup.<Task<Void>, RuntimeException>call(group -> {
            var forked = group.forkDaemon("daemon", blocker);
            var _ = group.fork(blocker::awaitEntered);
            return forked;
        });
        assertThat(blocker.wasInterrupted()).isTrue();
        assertThat(daemon.outcome())
                .get()
                .isInstanceOfSatisfying(
                        Outcome.Cancelled.class,
                        cancelled -> assertThat(cancelled.reason().kind()).isEqualTo(CancelReason.Kind.SHUTDOWN));
    }

    @BackendTest
    @DisplayName("L8 an open group with a daemon is closed: the daemon is cancelled, and nothing is thrown")
    void cancelledByClose() throws Exception {
        var blocker = new Blocker();
        var group = TaskGroup.open();
        var daemon = group.forkDaemon("daemon", blocker);
        group.join();
        blocker.awaitEntered();
        group.close();
        assertThat(blocker.ended()).isTrue();
        assertThat(daemon.status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName("L8, L6 an open group with nothing but a daemon is closed without a join: nothing was cut short")
    void closeWithoutJoin() throws Exception {
        var blocker = new Blocker();
        var group = TaskGroup.open();
        var _ = group.forkDaemon("daemon", blocker);
        blocker.awaitEntered();
        group.close();
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "L8 a daemon serves the last task after the body has ended: it is cancelled only when that has terminated")
    void servesLastTask() throws Exception {
        var requests = new SynchronousQueue<Integer>();
        var replies = new LinkedBlockingQueue<Integer>();
        var owner = Thread.currentThread();
        var bodyEnded = new CountDownLatch(1);
        var answer = new AtomicReference<Integer>();
        try (var _ = Foreign.run(() -> {
            Threads.awaitBlocked(owner);
            bodyEnded.countDown();
        })) {
            TaskGroup.run(group -> {
                var _ = group.forkDaemon("server", () -> {
                    while (true) {
                        replies.add(requests.take() * 2);
                    }
                });
                var _ = group.fork(() -> {
                    bodyEnded.await();
                    int sum = 0;
                    for (int i = 1; i <= 10; i++) {
                        requests.put(i);
                        sum += replies.take();
                    }
                    answer.set(sum);
                });
            });
        }
        assertThat(answer).hasValue(110);
    }

    @BackendTest
    @DisplayName(
            "L8 a daemon forks in its cleanup, when it has been cancelled at the end: the task is CANCELLED and never"
                    + " runs")
    void forkAfterTheEnd() throws Exception {
        var forked = new AtomicReference<Task<?>>();
        var ran = new AtomicBoolean();
        TaskGroup.run(group -> {
            var entered = new CountDownLatch(1);
            var _ = group.forkDaemon("daemon", () -> {
                entered.countDown();
                try {
                    new CountDownLatch(1).await();
                } finally {
                    forked.set(group.fork(() -> ran.set(true)));
                }
            });
            entered.await();
        });
        assertThat(forked.get().status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("L8 a daemon counts against the limit")
    void countsAgainstLimit() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(1), group -> {
            var daemon = group.forkDaemon("daemon", blocker);
            assertThat(group.tryFork(() -> 1)).isEmpty();
            blocker.release();
            Threads.until(daemon::isDone);
            var task = group.fork(() -> 7);
            assertThat(task.await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName("L8, F1 a daemon fails: the group is cancelled and TaskGroupException thrown")
    void failure() throws Exception {
        var failure = new IOException("daemon");
        var blocker = new Blocker();
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            var _ = group.forkDaemon("daemon", Failures.throwing(failure));
        }));
        assertThat(thrown).hasCause(failure);
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("L8, F7 a daemon fails in its cleanup, after its cancellation at the end: run throws it")
    void failureInCleanup() throws Exception {
        var failure = new IOException("cleanup");
        var thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var entered = new CountDownLatch(1);
            var _ = group.forkDaemon("daemon", Failures.throwingWhenInterrupted(entered, failure));
            entered.await();
        }));
        assertThat(thrown).hasCause(failure);
    }

    @BackendTest
    @DisplayName("L8 a daemon that ends by itself leaves the group as it is")
    void endsByItself() throws Exception {
        TaskGroup.run(group -> {
            var daemon = group.forkDaemon("daemon", () -> {});
            Threads.until(daemon::isDone);
            assertThat(daemon.status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(group.isCancelled()).isFalse();
            Threads.until(() -> group.stats().daemons() == 0); // which goes down a moment after isDone
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName("L8 a daemon forks an ordinary task while another task runs: both are awaited before it is cancelled")
    void daemonForks() throws Exception {
        var ended = new AtomicBoolean();
        var interruptedFirst = new AtomicBoolean();
        TaskGroup.run(group -> {
            var forked = new CountDownLatch(1);
            var gate = new CountDownLatch(1);
            var _ = group.forkDaemon("daemon", () -> {
                var _ = group.fork(() -> {
                    gate.await();
                    ended.set(true);
                });
                forked.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interruptedFirst.set(!ended.get());
                    throw e;
                }
            });
            forked.await();
            gate.countDown();
        });
        assertThat(ended).isTrue();
        assertThat(interruptedFirst).isFalse();
    }

    @BackendTest
    @DisplayName("L8 the group is cancelled: its daemons are cancelled with it, and awaited")
    void cancelledWithGroup() throws Exception {
        var blocker = new Blocker();
        var daemon = TaskGroup.<Task<Void>, RuntimeException>call(group -> {
            var forked = group.forkDaemon("daemon", blocker);
            blocker.awaitEntered();
            group.cancel("asked");
            return forked;
        });
        assertThat(blocker.ended()).isTrue();
        assertThat(daemon.outcome())
                .get()
                .isInstanceOfSatisfying(
                        Outcome.Cancelled.class,
                        cancelled -> assertThat(cancelled.reason().kind()).isEqualTo(CancelReason.Kind.ASKED));
    }

    @BackendTest
    @DisplayName(
            "L9 the owner's interrupt status is set before close: it waits to the end, throws what L6 says, and the"
                    + " status is set")
    void statusBeforeClose() throws Exception {
        var blocker = Blocker.stubborn();
        var group = TaskGroup.open();
        var _ = group.fork(() -> {
            blocker.run();
            CancelScope.checkpoint();
        });
        blocker.awaitEntered();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(group::close).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(blocker.ended()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "L9 the owner is interrupted while it waits in close: it waits to the end, throws what L6 says, and the"
                    + " status is set")
    void interruptInClose() throws Exception {
        var owner = Thread.currentThread();
        var blocker = Blocker.stubborn();
        var group = TaskGroup.open();
        var _ = group.fork(() -> {
            blocker.run();
            CancelScope.checkpoint();
        });
        blocker.awaitEntered();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            Threads.awaitBlocked(owner);
            owner.interrupt();
            Threads.until(() -> !owner.isInterrupted());
            blocker.release();
        })) {
            assertThatThrownBy(group::close).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(blocker.ended()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L9 an interrupt is pending while the owner waits for a cancelled group: it parks, and does not spin")
    void noSpinning(TestBackend backend) throws Exception {
        var owner = Thread.currentThread();
        var parks = new AtomicInteger();
        var counting = new FilterBackend(backend) {
            @Override
            public void park(Object lock) {
                if (Thread.currentThread() == owner) {
                    var _ = parks.incrementAndGet();
                }
                super.park(lock);
            }
        };
        var blocker = Blocker.stubborn();
        var parked = new AtomicBoolean();
        try (var group = TaskGroup.open(o -> o.backend(counting));
                var _ = Foreign.run(() -> {
                    blocker.awaitInterrupted();
                    for (int i = 0; i < 10; i++) {
                        Threads.awaitBlocked(owner);
                        owner.interrupt();
                        Threads.until(() -> !owner.isInterrupted());
                    }
                    Threads.awaitBlocked(owner);
                    for (int i = 0; i < 1_000; i++) {
                        parked.set(owner.getState() == Thread.State.WAITING);
                        Thread.onSpinWait();
                    }
                    blocker.release();
                })) {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            owner.interrupt();
            assertThatThrownBy(group::join).isInstanceOf(InterruptedException.class);
            boolean _ = Thread.interrupted(); // the later interrupts: merged with the first, or restored
        }
        assertThat(parked).isTrue();
        assertThat(parks.get()).isLessThan(100);
    }

    @BackendTest
    @DisplayName(
            "L9 run waits for its tasks after its body threw, and the owner is interrupted meanwhile: it waits to the"
                    + " end")
    void interruptAfterBodyFailed() throws Exception {
        var owner = Thread.currentThread();
        var failure = new IOException("body");
        var blocker = Blocker.stubborn();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            Threads.awaitBlocked(owner);
            owner.interrupt();
            Threads.until(() -> !owner.isInterrupted());
            Threads.awaitBlocked(owner);
            blocker.release();
        })) {
            var thrown = catchThrowable(() -> TaskGroup.run(group -> {
                var _ = group.fork(blocker);
                blocker.awaitEntered();
                throw failure;
            }));
            assertThat(blocker.ended()).isTrue();
            assertThat(thrown).isSameAs(failure);
            boolean _ = Thread.interrupted(); // merged with the cancellation or restored: C4 allows both
        }
    }
}
