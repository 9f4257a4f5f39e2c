// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.FailurePolicy;
import dev.espalier.TaskGroupException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The failures of a group's tasks, in the order in which they happened. */
final class Failures {
    /*
     * A queue of failed tasks, linked by TaskNode.work, which a task that has run needs no more: recording allocates nothing (L12). Only failing
     * tasks come here, so a monitor does.
     *
     * With CANCEL the first ones are kept, as many as the history, and at least 16; later ones are counted. With COLLECT the last ones are kept; an older one that
     * nobody has looked at is logged as it is dropped.
     *
     * `thrown` is how many of the kept ones an exit of the group has thrown (F7).
     *
     * Lock order: innermost. Nothing foreign is called under it; logging happens after.
     */
    private final boolean collect;
    private final int capacity;
    private @Nullable TaskNode<?> first;
    private @Nullable TaskNode<?> last;
    private int kept;
    private int thrown;
    private long total;
    private long totalThrown;

    Failures(FailurePolicy policy, int history) {
        this.collect = policy == FailurePolicy.COLLECT;
        this.capacity = Math.max(history, 16);
    }

    /** Records a failure; whether it is the first one of a group that is to be cancelled by it. */
    boolean add(TaskNode<?> task) {
        TaskNode<?> dropped = null;
        boolean cancels;
        synchronized (this) {
            total++;
            cancels = !collect && total == 1;
            if (kept == capacity) {
                if (!collect) {
                    return false;
                }
                dropped = first;
                first = next(first);
                kept--;
            }
            if (first == null) {
                first = task;
            } else if (last != null) {
                last.work = task;
            }
            last = task;
            kept++;
        }
        if (dropped != null) {
            dropped.work = null;
            logUnobserved(dropped);
        }
        return cancels;
    }

    private static @Nullable TaskNode<?> next(@Nullable TaskNode<?> task) {
        return task == null ? null : (TaskNode<?>) task.work;
    }

    synchronized long total() {
        return total;
    }

    /** The kept failures, the oldest first. */
    synchronized List<TaskNode<?>> kept() {
        var list = new ArrayList<TaskNode<?>>(kept);
        for (TaskNode<?> task = first; task != null; task = next(task)) {
            list.add(task);
        }
        return list;
    }

    /** Whether there are failures that no exit has thrown; none with COLLECT. */
    synchronized boolean isPending() {
        return !collect && total > totalThrown;
    }

    /** The failures that no exit has thrown, which the caller throws. */
    synchronized List<Throwable> take() {
        var list = new ArrayList<Throwable>();
        if (isPending()) {
            Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            for (TaskNode<?> task : kept().subList(thrown, kept)) {
                if (seen.add(task.failure())) {
                    list.add(task.failure());
                }
            }
            thrown = kept;
            totalThrown = total;
        }
        return list;
    }

    /** The exception of a group whose tasks failed (F2); only if {@link #isPending}. */
    TaskGroupException takeException(Group group) {
        long count;
        TaskNode<?> task;
        List<Throwable> pending;
        synchronized (this) {
            count = total - totalThrown;
            task = kept().get(Math.min(thrown, kept - 1));
            pending = take();
        }
        if (pending.isEmpty()) {
            pending.add(task.failure()); // all others were too many to keep
        }
        return Traces.trimmed(new TaskGroupException(
                count + (count == 1 ? " task of " : " tasks of ") + group.describe() + " failed"
                        + (count == 1 ? ": '" : "; the first was '") + task.name() + "': " + Shown.of(task.failure()),
                pending));
    }

    /** The group closes: a supervisor's failures that nobody has looked at are logged (F6). */
    void close() {
        if (collect) {
            for (TaskNode<?> task : kept()) {
                logUnobserved(task);
            }
        }
    }

    private static void logUnobserved(TaskNode<?> task) {
        if (!task.isObserved()) {
            Log.warn(
                    task.describe() + " of " + task.group().describe() + " failed and nobody looked at it; await it, or"
                            + " handle it with onDone",
                    task.failure());
        }
    }

    /** Adds failures to an exception that goes out in their place, so that none is lost (F3). */
    static void attach(Throwable to, List<Throwable> failures) {
        for (Throwable failure : failures) {
            if (isInCauses(to, failure)) {
                continue;
            }
            int before = to.getSuppressed().length;
            to.addSuppressed(failure);
            if (to.getSuppressed().length == before) {
                Log.warn(
                        "a task failed, and the exception that leaves its group (" + Shown.of(to)
                                + ") takes no suppressed ones",
                        failure);
            }
        }
    }

    private static boolean isInCauses(Throwable exception, Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable e = exception; e != null && seen.add(e); e = e.getCause()) {
            if (e == failure) {
                return true;
            }
        }
        return false;
    }
}
