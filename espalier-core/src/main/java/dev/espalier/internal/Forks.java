// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelledException;
import dev.espalier.ResourceBody;
import dev.espalier.Startable;
import dev.espalier.Started;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The ways of forking that do more than fork. */
final class Forks {
    private Forks() {}

    // ---- with a resource

    private record ResourceWork<R extends AutoCloseable, T extends @Nullable Object>(
            R resource, ResourceBody<R, T> body) implements Callable<T> {
        @Override
        @SuppressWarnings("try") // close may throw InterruptedException: it is the task's, like any other
        public T call() throws Exception {
            try (R held = resource) {
                return body.call(held);
            }
        }
    }

    static <R extends AutoCloseable, T extends @Nullable Object> Task<T> with(
            Group group, R resource, ResourceBody<R, T> body) {
        TaskNode<T> task;
        try {
            Objects.requireNonNull(body, "body");
            task = group.forked(null, new ResourceWork<>(resource, body), 0);
        } catch (RuntimeException | Error e) {
            Exception failure = close(resource);
            if (failure != null) {
                e.addSuppressed(failure);
            }
            throw e;
        }
        if (task.isRefused()) {
            Exception failure = close(resource);
            if (failure != null) {
                Log.warn("the resource of " + task.describe() + ", which never ran, could not be closed", failure);
            }
        }
        return task;
    }

    private static @Nullable Exception close(AutoCloseable resource) {
        try {
            resource.close();
            return null;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return e;
        }
    }

    // ---- with a report of readiness

    static <V extends @Nullable Object> Started<V> start(Group group, @Nullable String name, Startable<V> body)
            throws InterruptedException {
        Objects.requireNonNull(body, "body");
        Strand here = Strands.current();
        if (here != null) {
            here.checkCancelled();
        }
        if (group.isEffectivelyCancelled() && !group.isClosed()) {
            throw new CancelledException(Reasons.of(group));
        }
        if (Thread.interrupted()) {
            throw Sleep.interrupted(here);
        }
        var work = new StartWork<>(body, group.backend());
        TaskNode<@Nullable Void> task = group.forked(name, work, 0);
        if (task.isRefused()) {
            if (here != null) {
                here.checkCancelled();
            }
            if (!group.isEffectivelyCancelled() && Thread.interrupted()) {
                throw Sleep.interrupted(here);
            }
            throw new CancelledException(Reasons.of(task));
        }
        InterruptedException left = awaitReady(group, here, work, task);
        if (left == null && work.isReady()) {
            return started(work, task);
        }
        Awaiting.awaitUninterruptibly(task, group.backend());
        switch (task.state) {
            case TaskNode.FAILED -> {
                task.observe();
                if (left != null && here == null) {
                    Thread.currentThread().interrupt();
                }
                throw new TaskFailedException(task, task.failure());
            }
            case TaskNode.CANCELLED -> {
                if (left != null) {
                    throw left;
                }
                if (task.cause == null) {
                    throw new CancelledException(Reasons.of(task));
                }
                throw new TaskCancelledException(task, Reasons.of(task));
            }
            default -> {
                if (left != null) {
                    throw left;
                }
                throw new IllegalStateException(task.describe()
                        + " returned without reporting itself ready; call status.started(...) in it once");
            }
        }
    }

    @SuppressWarnings({"NullAway", "unchecked"}) // Task<Void> is the type of a task whose value is always null
    private static <V extends @Nullable Object> Started<V> started(StartWork<V> work, TaskNode<@Nullable Void> task) {
        return new Started<>(work.value(), (Task<Void>) (Task<?>) task);
    }

    /** Waits until the task is ready or has terminated; what the caller is to throw if it is cancelled or interrupted before. */
    private static @Nullable InterruptedException awaitReady(
            Group group, @Nullable Strand here, StartWork<?> work, TaskNode<?> task) {
        var waiter = new Waiter.Parked(Thread.currentThread(), here, group.backend());
        if (!task.push(waiter)) {
            return null;
        }
        Object waitedFor = here == null ? null : here.waitingFor;
        if (here != null) {
            here.waitingFor = task;
        }
        try {
            while (!work.isReady() && !task.isTerminated()) {
                InterruptedException left = null;
                if (here != null && here.current.isEffectivelyCancelled()) {
                    if (work.leave()) {
                        left = here.cancelled(/* consumed= */ false);
                    }
                } else if (Thread.currentThread().isInterrupted() && work.leave()) {
                    boolean _ = Thread.interrupted();
                    left = Sleep.interrupted(here);
                }
                if (left != null) {
                    task.cancel("the caller of start was cancelled or interrupted before " + task.describe()
                            + " was ready");
                    return left;
                }
                if (!work.isReady()) {
                    group.backend().park(task);
                }
            }
            return null;
        } finally {
            if (here != null) {
                here.waitingFor = waitedFor;
            }
            task.remove(waiter);
        }
    }
}
