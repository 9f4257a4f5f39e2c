// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The counts of a group: how many of its tasks live, whether more may come, how they ended. */
abstract sealed class Ledger extends Scope permits Group {
    /*
     * States, in ctl
     *   TASKS    live tasks that are no daemons (low 32 bits)
     *   DAEMONS  live daemons (24 bits)
     *   ENDING   the body and all other tasks have ended: a fork is refused, and returns CANCELLED (L8)
     *   CLOSED   all have terminated: a fork throws (L2)
     *
     * Transitions
     *   fork, any thread:      not ENDING, not CLOSED -> count + 1        compare-and-set, so that a fork and the end are never both
     *   completion:            count - 1                                  one atomic step, and an unpark when the owner waits and it was the last
     *   the owner:             TASKS = 0 -> ENDING -> (DAEMONS = 0) -> CLOSED
     *
     * The owner's wait: waiter = thread, then reads ctl; a completion changes ctl, then reads waiter. One of them sees the other.
     *
     * Fields
     *   cutShort   tasks, no daemons, that the cancellation of the group kept from ending or running; before the count goes down.
     *   cutSeen    how many of them an exit has reported; owner only.
     *   cancelled, failed   ends of that kind; the others are what is left of all.
     */
    static final long TASKS = 0xFFFF_FFFFL;
    static final long DAEMONS = 0xFF_FFFFL << 32;
    private static final long DAEMON = 1L << 32;
    private static final long ENDING = 1L << 61;
    private static final long CLOSED = 1L << 62;

    private static final VarHandle CTL;
    private static final VarHandle CUT_SHORT;
    private static final VarHandle CANCELLED;
    private static final VarHandle FAILED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            CTL = lookup.findVarHandle(Ledger.class, "ctl", long.class);
            CUT_SHORT = lookup.findVarHandle(Ledger.class, "cutShort", long.class);
            CANCELLED = lookup.findVarHandle(Ledger.class, "cancelled", long.class);
            FAILED = lookup.findVarHandle(Ledger.class, "failed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long ctl;
    private volatile long cutShort;
    private volatile long cancelled;
    private volatile long failed;
    private long cutSeen;

    /** The owner, while it waits; written by it, read by completions. */
    volatile @Nullable Thread waiter;

    Ledger(@Nullable Scope parent) {
        super(parent);
    }

    // ---- by any thread

    /** Counts a task that is to run; false if no more may come. */
    final boolean admit(boolean daemon) {
        long one = daemon ? DAEMON : 1;
        for (long c = ctl; (c & (ENDING | CLOSED)) == 0; c = ctl) {
            if (CTL.compareAndSet(this, c, c + one)) {
                return true;
            }
        }
        return false;
    }

    /** A task that was counted is done. */
    final void complete(boolean daemon) {
        long one = daemon ? DAEMON : 1;
        long before = (long) CTL.getAndAdd(this, -one);
        if ((before & (daemon ? DAEMONS : TASKS)) == one) {
            Thread thread = waiter;
            if (thread != null) {
                backend().unpark(thread);
            }
        }
    }

    final void countFailed() {
        FAILED.getAndAdd(this, 1L);
    }

    final void countCancelled(TaskNode<?> task) {
        CANCELLED.getAndAdd(this, 1L);
        if (!task.isDaemon() && task.cause == null) { // not by its own cancel
            CUT_SHORT.getAndAdd(this, 1L);
        }
    }

    final boolean isClosed() {
        return (ctl & CLOSED) != 0;
    }

    /** Live tasks, or daemons. */
    final long count(long mask) {
        return mask == TASKS ? ctl & TASKS : (ctl & DAEMONS) >>> 32;
    }

    final long cancelledCount() {
        return cancelled;
    }

    final long failedCount() {
        return failed;
    }

    // ---- by the owner

    /** Lets no more tasks come; false if there are live ones that are no daemons. */
    final boolean tryEnd() {
        for (long c = ctl; (c & TASKS) == 0; c = ctl) {
            if (CTL.compareAndSet(this, c, c | ENDING)) {
                return true;
            }
        }
        return false;
    }

    final void markClosed() {
        CTL.getAndBitwiseOr(this, CLOSED);
    }

    /** Tasks that were cut short and that no exit has reported yet; they count as reported now. */
    final long takeCutShort() {
        long cut = cutShort - cutSeen;
        cutSeen += cut;
        return cut;
    }
}
