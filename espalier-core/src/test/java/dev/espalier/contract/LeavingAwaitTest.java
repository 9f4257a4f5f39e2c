// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.spi.Backend;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** D1: a thread that is on its way out of a wait closes no circle. */
public class LeavingAwaitTest {
    /** Holds one thread back at the end of its wait until another one waits for a task. */
    private static final class Holding extends FilterBackend {
        private volatile @Nullable Thread held;
        private volatile boolean goOn;
        private volatile boolean untilInterrupted;

        Holding(Backend backend) {
            super(backend);
        }

        /** Until interrupted: what the thread waited for before may have left a permit, which would end its next wait. */
        void holdThisThread(boolean untilInterrupted) {
            this.untilInterrupted = untilInterrupted;
            held = Thread.currentThread();
        }

        Thread held() {
            Threads.until(() -> held != null);
            return held;
        }

        @Override
        public void park(Object blocker) {
            if (Thread.currentThread() == held) {
                do {
                    super.park(blocker);
                } while (untilInterrupted && !Thread.currentThread().isInterrupted());
                Threads.untilRegardless(() -> goOn);
            } else {
                goOn |= held != null && blocker instanceof Task<?>;
                super.park(blocker);
            }
        }

        /** What awaiting a task throws; whatever that is, nobody is held back afterwards. */
        @Nullable
        Throwable thrownByAwait(Task<?> task) {
            try {
                return catchThrowable(task::await);
            } finally {
                goOn = true;
            }
        }
    }

    @BackendTest
    @DisplayName("D1 a task that was cancelled in its wait for the caller can be awaited: that is no cycle")
    void cancelledInItsWait(TestBackend backend) throws Exception {
        var holding = new Holding(backend);
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.backend(holding), group -> {
            var second = new CompletableFuture<Task<?>>();
            var first = group.fork("first", () -> {
                var other = second.get();
                holding.holdThisThread(/* untilInterrupted= */ true);
                return other.await();
            });
            second.complete(group.fork("second", () -> {
                Threads.awaitBlocked(holding.held());
                first.cancel();
                thrown.set(holding.thrownByAwait(first));
            }));
        });
        assertThat(thrown.get()).isInstanceOf(TaskCancelledException.class);
    }

    @BackendTest
    @DisplayName("D1 a task whose wait for the caller was interrupted can be awaited: that is no cycle")
    void interruptedInItsWait(TestBackend backend) throws Exception {
        var holding = new Holding(backend);
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.backend(holding).failurePolicy(FailurePolicy.COLLECT), group -> {
            var second = new CompletableFuture<Task<?>>();
            var first = group.fork("first", () -> {
                var other = second.get();
                holding.holdThisThread(/* untilInterrupted= */ true);
                return catchThrowable(other::await) instanceof InterruptedException;
            });
            second.complete(group.fork("second", () -> {
                Threads.awaitBlocked(holding.held());
                holding.held().interrupt();
                thrown.set(holding.thrownByAwait(first));
                assertThat(first.resultNow()).isTrue();
            }));
        });
        assertThat(thrown.get()).isNull();
    }

    @BackendTest
    @DisplayName(
            "D1, C7 a task that is cancelled as it begins to wait for its canceller, which awaits it, is cancelled:"
                    + " that is no cycle")
    void cancelledBeforeItLooks(TestBackend backend) throws Exception {
        var waiting = new CompletableFuture<Thread>();
        var asks = new CompletableFuture<Thread>();
        var atItsBeginning = new FilterBackend(backend) {
            @Override
            public long nanoTime() { // a wait with a limit asks for the time before it joins those who wait
                if (asks.getNow(null) == Thread.currentThread() && !waiting.isDone()) {
                    Thread other = waiting.join();
                    Threads.untilRegardless(() -> other.getState() == Thread.State.WAITING);
                }
                return super.nanoTime();
            }
        };
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.backend(atItsBeginning), group -> {
            var second = new CompletableFuture<Task<?>>();
            var first = group.fork("first", () -> {
                var other = second.get();
                asks.complete(Thread.currentThread());
                return other.get(1, TimeUnit.DAYS);
            });
            second.complete(group.fork("second", () -> {
                Threads.awaitBlocked(asks.get()); // in nanoTime
                first.cancel();
                waiting.complete(Thread.currentThread());
                thrown.set(catchThrowable(first::await));
            }));
        });
        assertThat(thrown.get()).isInstanceOf(TaskCancelledException.class);
    }

    @BackendTest
    @DisplayName("D1, L10 a task that has reported itself ready can await the task that started it: that is no cycle")
    void starterThatGoesOn(TestBackend backend) throws Exception {
        var holding = new Holding(backend);
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.backend(holding), group -> {
            var starter = new CompletableFuture<Task<?>>();
            starter.complete(group.fork("starter", () -> {
                holding.holdThisThread(/* untilInterrupted= */ false);
                var _ = group.start("started", (Status<String> status) -> {
                    Threads.awaitBlocked(holding.held());
                    status.started("ready");
                    thrown.set(holding.thrownByAwait(starter.get()));
                });
            }));
        });
        assertThat(thrown.get()).isNull();
    }

    @BackendTest
    @DisplayName(
            "D1, L10 a task that has not reported itself ready cannot await the task that starts it, however quick it"
                    + " is")
    void starterThatWaits() throws Exception {
        for (int i = 0; i < 300; i++) {
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var starting = new CompletableFuture<Task<?>>();
                Task<Throwable> starter = group.fork("starter", () -> {
                    Task<?> mine = starting.get();
                    return catchThrowable(() -> group.start("started", (Status<String> status) -> {
                        var _ = mine.await();
                    }));
                });
                starting.complete(starter);
                assertThat(starter.await()).hasCauseInstanceOf(IllegalStateException.class);
                assertThat(starter.await().getCause()).hasMessageContainingAll("starter", "started");
            });
        }
    }

    @BackendTest
    @DisplayName("D1 a wait that never ends by itself is still a cycle when the thread that waits is shielded")
    void shielded() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var second = new CompletableFuture<Task<?>>();
            var waiting = new CompletableFuture<Thread>();
            Task<?> first = group.fork(
                    "first",
                    () -> CancelScope.shielded(() -> {
                        Task<?> other = second.get();
                        waiting.complete(Thread.currentThread());
                        var _ = other.await();
                    }));
            second.complete(group.fork("second", () -> {
                Threads.until(() -> waiting.isDone() && waiting.join().getState() == Thread.State.WAITING);
                first.cancel(); // which the shield holds back
                assertThat(catchThrowable(first::await)).isInstanceOf(IllegalStateException.class);
            }));
            group.join();
            assertThat(second.get().status()).isEqualTo(TaskStatus.SUCCEEDED);
        });
    }
}
