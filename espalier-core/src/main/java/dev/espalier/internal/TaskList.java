// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of a group: those that live, and the last ones that have terminated. */
final class TaskList {
    /*
     * A stack of tasks, linked by TaskNode.next, newest first. Forking pushes; a completion does nothing here: its task just is a terminated one in
     * the list. So neither takes a lock, and completions share nothing but the group's count.
     *
     * Sweeping keeps the list from growing (L7): when as many tasks were pushed since the last sweep as it had left, twice, but at least 1,024,
     * the thread that pushes walks the list and unlinks the terminated tasks beyond the newest `history`. So a push costs constant
     * time on average, and the list is at most about three times as long as what lives plus the history plus 1,024.
     *
     * Only the sweep changes links, and never the head, so it needs nothing from pushing. A task that is unlinked is linked to itself, so
     * that a kept handle does not keep others alive; a walk that stands on it sees that, and starts again at the head (Cascade). Readers that
     * must not see a task twice hold this object's monitor, as the sweep does.
     *
     * Fields: head and pushed by compare-and-set or atomic add; nextSweep under the monitor, read without to see whether to bother.
     */
    private static final int LEAST = 1024;
    private static final VarHandle HEAD;
    private static final VarHandle PUSHED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(TaskList.class, "head", TaskNode.class);
            PUSHED = lookup.findVarHandle(TaskList.class, "pushed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Which tasks a reader wants. */
    interface Filter {
        boolean wants(TaskNode<?> task);
    }

    private final int history;
    volatile @Nullable TaskNode<?> head;
    private volatile long pushed;
    private volatile long nextSweep = LEAST;

    TaskList(int history) {
        this.history = history;
    }

    void push(TaskNode<?> task) {
        TaskNode<?> h;
        do {
            h = head;
            task.next = h;
        } while (!HEAD.compareAndSet(this, h, task));
        long n = (long) PUSHED.getAndAdd(this, 1L) + 1;
        if (n >= nextSweep) {
            sweep(n);
        }
    }

    /** How many were ever pushed. */
    long pushed() {
        return pushed;
    }

    /** A task that was pushed was not forked after all (L11). */
    void uncount() {
        PUSHED.getAndAdd(this, -1L);
    }

    private synchronized void sweep(long n) {
        if (n < nextSweep) {
            return;
        }
        long left = trim();
        nextSweep = n + Math.max(LEAST, 2 * left);
    }

    /** Unlinks what is too old; how many are left. */
    synchronized long trim() {
        TaskNode<?> previous = head;
        if (previous == null) {
            return 0;
        }
        long left = 1;
        long terminated = previous.isTerminated() ? 1 : 0;
        TaskNode<?> task = previous.next;
        while (task != null) {
            TaskNode<?> next = task.next;
            boolean gone = task.isTerminated();
            if (gone && (task.state == TaskNode.ABANDONED || ++terminated > history)) {
                previous.next = next;
                task.next = task;
            } else {
                left++;
                previous = task;
            }
            task = next;
        }
        return left;
    }

    /** Whether a task that is no daemon has not terminated: the group's count goes down a moment after that. */
    synchronized boolean hasUnfinished() {
        for (TaskNode<?> task = head; task != null; task = task.next) {
            if (!task.isDaemon() && !task.isTerminated()) {
                return true;
            }
        }
        return false;
    }

    /** Tasks that were abandoned and have not been taken back. */
    synchronized List<TaskNode<?>> abandoned() {
        var list = new ArrayList<TaskNode<?>>();
        for (TaskNode<?> task = head; task != null; task = task.next) {
            if (task.state == TaskNode.ABANDONED && !task.isTerminated()) {
                list.add(task);
            }
        }
        return list;
    }

    /** Those tasks that the filter wants, oldest first; of the terminated ones only the newest `history` are looked at. */
    synchronized List<Task<?>> list(Filter filter) {
        var list = new ArrayList<Task<?>>();
        int terminated = 0;
        for (TaskNode<?> task = head; task != null; task = task.next) {
            boolean old = task.isTerminated() && ++terminated > history;
            if (!old && task.state != TaskNode.ABANDONED && filter.wants(task)) {
                list.add(task);
            }
        }
        Collections.reverse(list);
        return list;
    }
}
