// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
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

/** Forking: plain, with a resource, with a report of readiness. */
final class Forks {
    private Forks() {}

    /*
     * Fork against cancel (C2, L4). A fork that has its place looks whether the group is effectively cancelled; if not, the task counts as forked: it is
     * linked, counted, then started, and looks for itself when it begins. A canceller marks, then walks the list. So a task is either refused, or
     * found by the walk, or sees the mark.
     *
     * Whatever fails on the way (a propagator, the factory, the start of the thread) leaves the group as it was (L11): the task is abandoned, which
     * nobody has seen, and its place and count are given back. Where even that overflows the stack, the owner does it when it waits: it finds the
     * task in the list, where it was linked before it was counted.
     */

    static <T extends @Nullable Object> TaskNode<T> fork(Group group, @Nullable String name, Object body, int flags) {
        return Objects.requireNonNull(fork(group, name, body, flags, /* mayWait= */ true));
    }

    static <T extends @Nullable Object> @Nullable TaskNode<T> tryFork(Group group, Callable<? extends T> body) {
        return fork(group, null, body, 0, /* mayWait= */ false);
    }

    private static <T extends @Nullable Object> @Nullable TaskNode<T> fork(
            Group group, @Nullable String name, Object body, int flags, boolean mayWait) {
        Objects.requireNonNull(body, "body");
        if (group.isClosed()) {
            throw closed(group);
        }
        Places places = group.places;
        boolean placed = false;
        if (places != null && !group.isEffectivelyCancelled()) {
            switch (places.acquire(mayWait)) {
                case GRANTED -> placed = true;
                case NONE -> {
                    return group.isEffectivelyCancelled() ? refuse(group, name, flags, null) : null;
                }
                case CANCELLED -> {
                    return refuse(group, name, flags, group.isEffectivelyCancelled() ? null : gaveUp(group));
                }
            }
        }
        boolean admitted = false;
        try {
            if (group.isEffectivelyCancelled() && !group.isClosed()) {
                return refuse(group, name, flags, null);
            }
            var task = new TaskNode<T>(group, name, body, flags);
            group.tasks.push(task);
            admitted = group.admit((flags & TaskNode.DAEMON) != 0);
            if (admitted) {
                boolean started = false;
                try {
                    launch(group, task);
                    started = true;
                } finally {
                    if (!started) { // writes first, which need no stack; if the call overflows it, the owner does it
                        task.state = TaskNode.ABANDONED;
                        group.abandoned = true;
                        abandon(group, task);
                    }
                }
                return task;
            }
            if (group.isClosed()) {
                boolean _ = task.abandon();
                throw closed(group);
            }
            task.cause = GroupExit.ending(group);
            return refused(group, task);
        } finally {
            if (placed && !admitted) {
                Objects.requireNonNull(places).release();
            }
        }
    }

    private static CancelReason gaveUp(Group group) {
        return Reasons.plain(group, "the forking thread was cancelled or interrupted while it waited for a place");
    }

    private static IllegalStateException closed(Group group) {
        return new IllegalStateException(
                group.describe() + " is closed: its body and all its tasks have ended; fork while it"
                        + " is open, or use a group that lives longer");
    }

    private static void launch(Group group, TaskNode<?> task) {
        Object body = Objects.requireNonNull(task.work);
        if (body instanceof StartWork<?> work) {
            work.bind(task);
        } else if (body instanceof Arrivals.Work work) {
            boolean _ = work.bind(task); // it has not terminated: it has not begun
        }
        task.work = Carried.capture(group.options, body, task);
        Thread thread = Launch.thread(group.backend(), task, task.givenName(), group.options.inheritThreadLocals());
        task.thread = thread;
        Strands.mark(thread, task);
        group.observers.forked(task);
        Launch.start(group.backend(), thread);
    }

    /** Takes back a task whose thread could not be started, once (L11). */
    private static void abandon(Group group, TaskNode<?> task) {
        Stack.reserve(); // before it is claimed; then the rest does not stop in the middle
        Thread thread = task.thread;
        if (task.abandon()) {
            try {
                if (thread != null) {
                    Strands.unmark(thread, task);
                }
                group.tasks.countOther(-1);
                group.releasePlace();
                group.observers.ended(task);
            } finally {
                group.taskTerminated(task);
            }
        }
    }

    /** Takes back what {@link #abandon} could not, because the stack of the forking thread had overflowed (L12). */
    static void reap(Group group) {
        group.abandoned = false;
        boolean all = false;
        try {
            for (TaskNode<?> task : group.tasks.abandoned()) {
                abandon(group, task);
            }
            all = true;
        } finally {
            if (!all) {
                group.abandoned = true; // the owner is deep in its stack too; it comes by again with more of it left
            }
        }
    }

    /** A task that never runs, because the group is cancelled, or its forker is. */
    private static <T extends @Nullable Object> TaskNode<T> refuse(
            Group group, @Nullable String name, int flags, @Nullable CancelReason reason) {
        var task = new TaskNode<T>(group, name, Waiter.TERMINATED, flags);
        task.cause = reason;
        group.tasks.push(task);
        return refused(group, task);
    }

    private static <T extends @Nullable Object> TaskNode<T> refused(Group group, TaskNode<T> task) {
        task.refuse();
        group.tasks.countOther(1);
        group.countCancelled(task);
        group.observers.forked(task);
        return task;
    }

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
            task = fork(group, null, new ResourceWork<>(resource, body), 0);
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

    /** Closes a resource that nobody takes; what that threw. */
    static @Nullable Exception close(AutoCloseable resource) {
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
        var work = new StartWork<>(body, group.backend(), here);
        TaskNode<@Nullable Void> task = fork(group, name, work, 0);
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
                if (left != null && !(left instanceof CancelledException)) {
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
        Object waitedFor = here == null ? null : here.waitingFor;
        if (here != null) {
            here.waitingFor = task;
        }
        boolean told = Observers.waits && !work.isReady() && !task.isTerminated();
        try {
            if (told) {
                Observers.waitBegan(task);
            }
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
            if (work.isReady()) { // else it stays, and says that the failure is the starter's matter
                task.remove(work.waiter());
            }
            if (told) {
                Observers.waitEnded();
            }
        }
    }
}
