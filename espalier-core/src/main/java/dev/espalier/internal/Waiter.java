// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.Task;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Somebody who waits for a task to terminate: a node of the task's stack of waiters. */
abstract class Waiter {
    /** In place of the stack when the task has terminated. */
    static final Waiter TERMINATED = new Waiter() {};

    /** The one that came before; written before the push, and under the lock of TaskState when that one is removed. */
    volatile @Nullable Waiter next;

    /** The task has terminated. */
    void terminated(TaskNode<?> task) {}

    /** The first callback of a stack, in the order of registration, that has not run; found without memory (L12). */
    static @Nullable Callback<?> firstCallback(@Nullable Waiter top) {
        Callback<?> first = null;
        for (Waiter waiter = top; waiter != null; waiter = waiter.next) {
            if (waiter instanceof Callback<?> callback && !callback.ran) {
                first = callback;
            }
        }
        return first;
    }

    /** A parked thread. */
    static sealed class Parked extends Waiter permits Starter {
        final Thread thread;
        /** Null if the thread is in no scope. */
        final @Nullable Strand strand;

        private final dev.espalier.spi.Backend backend;
        private volatile boolean leaving; // written by the waiting thread, read by those who look for a circle

        Parked(Thread thread, @Nullable Strand strand, dev.espalier.spi.Backend backend) {
            this.thread = thread;
            this.strand = strand;
            this.backend = backend;
        }

        /** The thread goes on without the task; said before it clears its interrupt status, see {@link #stays}. */
        final void leave() {
            leaving = true;
        }

        /** Whether the thread waits until the task has terminated: not if it is on its way out, and only has not removed this node. */
        boolean stays(TaskNode<?> task) {
            return !thread.isInterrupted()
                    && !leaving
                    && (strand == null
                            || (!strand.current.isEffectivelyCancelled()
                                    && !task.group().isCancelledFor(strand)));
        }

        @Override
        void terminated(TaskNode<?> task) {
            backend.unpark(thread);
        }
    }

    /** A thread in {@code start}: it goes on when the task is ready; where it is cancelled before, it still awaits the task. */
    static final class Starter extends Parked {
        final StartWork<?> work;

        Starter(Thread thread, @Nullable Strand strand, dev.espalier.spi.Backend backend, StartWork<?> work) {
            super(thread, strand, backend);
            this.work = work;
        }

        @Override
        boolean stays(TaskNode<?> task) {
            return !work.isReady();
        }
    }

    /** A callback of {@code onDone}: runs once, and never with a lock held. */
    static final class Callback<T extends @Nullable Object> extends Waiter {
        private final TaskNode<T> task;
        private final Consumer<? super Task<T>> callback;
        private final boolean observes;
        boolean ran; // written and read by the one thread that runs it

        /** {@code observes}: whether it counts as somebody who has seen a failure (F6). */
        Callback(TaskNode<T> task, Consumer<? super Task<T>> callback, boolean observes) {
            this.task = task;
            this.callback = callback;
            this.observes = observes;
        }

        void run() {
            ran = true;
            if (observes && task.state == TaskNode.FAILED) {
                task.observe();
            }
            try {
                callback.accept(task);
            } catch (Throwable t) { // it changes no outcome (H3)
                Log.warn(
                        "an onDone callback of " + task.describe() + " threw; the outcome of the task is not changed",
                        t);
            }
        }
    }

    /** A future that shows the task. */
    static final class View<T extends @Nullable Object> extends Waiter {
        final CompletableFuture<T> future;

        View(TaskNode<T> task) {
            this.future = new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterruptIfRunning) {
                    return task.cancel(mayInterruptIfRunning);
                }
            };
        }

        @Override
        void terminated(TaskNode<?> task) {
            switch (task.state) {
                case TaskNode.SUCCEEDED -> future.complete(Sneaky.cast(task.resultNow()));
                case TaskNode.FAILED -> future.completeExceptionally(task.failure());
                default -> future.completeExceptionally(cancelled(task));
            }
        }

        /** The JDK's exception for a task that was cancelled. */
        static CancellationException cancelled(TaskNode<?> task) {
            CancelReason reason = Reasons.of(task);
            var e = new CancellationException(task.describe() + " was cancelled: " + reason.message());
            e.initCause(reason.exception());
            return e;
        }
    }
}
