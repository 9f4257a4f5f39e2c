// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
     * Numbers. A task gets its number, the program's next, when it is pushed, so that numbers fall along the list. It is written before the compare-and-set of the
     * head, and so before anybody has the task.
     *
     * Fields
     *   head        compare-and-set
     *   admission   the tasks, no daemons, that were let in (low 61 bits), ENDING: a fork is refused, and returns CANCELLED (L8), CLOSED: it throws (L2). See Ledger.
     *   others      what else was pushed: daemons, and what was refused; less what was taken back (L11)
     *   nextSweep   under the monitor, read without to see whether to bother
     */
    private static final long ENDING = 1L << 61;
    private static final long CLOSED = 1L << 62;
    private static final long ADMITTED = ENDING - 1;

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final int LEAST = 1024;
    private static final VarHandle HEAD;
    private static final VarHandle ADMISSION;
    private static final VarHandle OTHERS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(TaskList.class, "head", TaskNode.class);
            ADMISSION = lookup.findVarHandle(TaskList.class, "admission", long.class);
            OTHERS = lookup.findVarHandle(TaskList.class, "others", long.class);
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
    private volatile long admission;
    private volatile long others;
    private volatile long nextSweep = LEAST;

    TaskList(int history) {
        this.history = history;
    }

    // ---- forking

    void push(TaskNode<?> task) {
        task.id = NUMBERS.incrementAndGet();
        TaskNode<?> h = head;
        while (true) {
            if (h != null && h.id > task.id) { // it came later, and was pushed before
                task.id = NUMBERS.incrementAndGet();
            }
            task.next = h;
            if (HEAD.compareAndSet(this, h, task)) {
                break;
            }
            h = head;
        }
        long n = forked();
        if (n >= nextSweep) {
            sweep(n);
        }
    }

    /** Lets a task in that is no daemon; false if no more may come. */
    boolean admit() {
        for (long a = admission; a < ENDING; a = admission) {
            if (ADMISSION.compareAndSet(this, a, a + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Counts what is forked without being let in; a negative number takes back. */
    void countOther(int more) {
        OTHERS.getAndAdd(this, (long) more);
    }

    /** How many were ever let in that are no daemons. */
    long admitted() {
        return admission & ADMITTED;
    }

    /** How many tasks were ever forked. */
    long forked() {
        return admitted() + others;
    }

    // ---- ending

    boolean isEnding() {
        return admission >= ENDING;
    }

    boolean isClosed() {
        return admission >= CLOSED;
    }

    /** Lets no more in, if no more were let in than those; whether that is so now. */
    boolean end(long admitted) {
        long a = admission;
        return (a & ADMITTED) == admitted && ADMISSION.compareAndSet(this, a, a | ENDING);
    }

    void close() {
        ADMISSION.getAndBitwiseOr(this, CLOSED);
    }

    // ---- the list

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
