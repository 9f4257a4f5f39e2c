// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The counts of a group: how many of its tasks live, whether more may come, how they ended. */
abstract sealed class Ledger extends Scope permits Group {
    /*
     * States
     *   tasks.admitted   how many were forked that are no daemons, and ENDING and CLOSED (see TaskList)
     *   ends.completed   how many of those are done
     *   ends.daemons     live daemons
     * Live tasks are the difference of the first two. Both only grow.
     *
     * Transitions
     *   fork, any thread:      not ENDING, not CLOSED -> admitted + 1     compare-and-set, so that a fork and the end are never both
     *   fork of a daemon:      daemons + 1, then looks for ENDING, and if so takes it back: the end looks at daemons after it has set ENDING
     *   completion:            completed + 1, or daemons - 1              one atomic step, and an unpark when the owner waits and it was the last
     *   the owner:             admitted = completed -> ENDING -> daemons = 0 -> CLOSED
     *
     * The end: completed is read first, then admitted; if they are equal they have been so when admitted was read, since completed never exceeds admitted. The
     * compare-and-set of ENDING succeeds only if admitted is still the same.
     *
     * The owner's wait: waiter = thread, then reads the counts; a completion counts, then reads waiter. One of them sees the other. Only when there is a waiter
     * a completion looks whether it was the last; if a fork is counted meanwhile, that task's completion comes later, and looks.
     *
     * Three objects, for the sake of cache lines. Forking writes the TaskList, completing writes the Ends, and everybody reads the group. When all of it was one word in the group, each
     * fork took the line from the processor that completed tasks, and with it the fields that a task reads at its start (ADR 21). The order in which
     * they are made puts Failures, which are seldom touched, between the group and the Ends.
     */
    /** Which tasks are counted. */
    enum Which {
        TASKS,
        DAEMONS
    }

    private static final VarHandle CALM;
    private static final VarHandle COMPLETED;
    private static final VarHandle CANCELLED;
    private static final VarHandle FAILED;
    private static final VarHandle CUT_SHORT;
    private static final VarHandle DAEMONS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            CALM = lookup.findVarHandle(Ledger.class, "calm", long.class);
            COMPLETED = lookup.findVarHandle(Ends.class, "completed", long.class);
            CANCELLED = lookup.findVarHandle(Ends.class, "cancelled", long.class);
            FAILED = lookup.findVarHandle(Ends.class, "failed", long.class);
            CUT_SHORT = lookup.findVarHandle(Ends.class, "cutShort", long.class);
            DAEMONS = lookup.findVarHandle(Ends.class, "daemons", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Failures failures;
    private final Ends ends;
    final TaskList tasks;
    /** The last epoch in which somebody found that it is not effectively cancelled. */
    private volatile long calm = Epoch.NEVER;

    /** Cut short tasks that an exit has reported; owner only. */
    private long cutSeen;

    Ledger(@Nullable Scope parent, Failures failures, int history) {
        super(parent);
        this.failures = failures;
        this.ends = new Ends();
        this.tasks = new TaskList(history);
    }

    // ---- by any thread

    /** Counts a task that is to run; false if no more may come. */
    final boolean admit(boolean daemon) {
        if (!daemon) {
            return tasks.admit();
        }
        if (tasks.isEnding()) {
            return false;
        }
        int _ = (int) DAEMONS.getAndAdd(ends, 1);
        if (!tasks.isEnding()) {
            tasks.countOther(1);
            return true;
        }
        complete(/* daemon= */ true);
        return false;
    }

    /** A task that was counted is done. */
    final void complete(boolean daemon) {
        if (daemon) {
            if ((int) DAEMONS.getAndAdd(ends, -1) == 1) {
                wake(ends.waiter);
            }
            return;
        }
        long completed = (long) COMPLETED.getAndAdd(ends, 1L) + 1;
        Thread thread = ends.waiter;
        if (thread != null && completed == tasks.admitted()) {
            wake(thread);
        }
    }

    private void wake(@Nullable Thread thread) {
        if (thread != null) {
            backend().unpark(thread);
        }
    }

    final void countFailed() {
        FAILED.getAndAdd(ends, 1L);
    }

    final void countCancelled(TaskNode<?> task) {
        CANCELLED.getAndAdd(ends, 1L);
        if (!task.isDaemon() && task.cause == null) { // not by its own cancel
            CUT_SHORT.getAndAdd(ends, 1L);
        }
    }

    final boolean isClosed() {
        return tasks.isClosed();
    }

    final boolean hasNo(Which which) {
        return which == Which.DAEMONS ? ends.daemons == 0 : ends.completed == tasks.admitted();
    }

    /** Live tasks, or daemons. */
    final long count(Which which) {
        if (which == Which.DAEMONS) {
            return isClosed() ? 0 : ends.daemons;
        }
        while (true) {
            long completed = ends.completed;
            long admitted = tasks.admitted();
            if (ends.completed == completed) { // so both are of one moment
                return admitted - completed;
            }
        }
    }

    final long cancelledCount() {
        return ends.cancelled;
    }

    final long failedCount() {
        return ends.failed;
    }

    // ---- whether it is cancelled

    @Override
    final boolean wasNotCancelledIn(long epoch) {
        return calm == epoch;
    }

    @Override
    final void notCancelledIn(long epoch) {
        CALM.setOpaque(this, epoch);
    }

    // ---- by who waits

    /** Who is to be woken by the last completion; null when it waits no more. */
    final void waiter(@Nullable Thread thread) {
        ends.waiter = thread;
    }

    // ---- by the owner

    /** Lets no more tasks come; false if there are live ones that are no daemons. */
    final boolean tryEnd() {
        while (hasNo(Which.TASKS)) {
            if (tasks.end(ends.completed)) {
                return true;
            }
        }
        return false;
    }

    final void markClosed() {
        tasks.close();
    }

    /** Tasks that were cut short and that no exit has reported yet; they count as reported now. */
    final long takeCutShort() {
        long cut = ends.cutShort - cutSeen;
        cutSeen += cut;
        return cut;
    }
}
