// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The places of a group with a limit: first come, first served (B1, B2). */
final class Places extends WaitLine {
    /*
     * The waiting is that of WaitLine; a fork never throws because of a cancellation, so here it is a result.
     *
     * free is the number of free places. Taking one, and giving it back, needs no lock while nobody waits:
     *
     *   acquire: nobody waits and free > 0 -> free - 1 (compare-and-set). Else, under the monitor, it looks for a circle (B2), joins the queue, and
     *            tries once more if it is the first.
     *   release: free + 1 (atomic); if somebody waits, the line advances.
     *
     * A fork that saw nobody waiting may take its place after another has joined the queue: it came first, and that one gets the next, since whoever
     * gives a place back looks at the queue after that. tryAcquire and later forks see the queue, and do not overtake it.
     *
     * Memory ordering. acquire: joins (waiting, volatile), then tries to take. release: free + 1 (atomic), then reads waiting. One sees the other.
     */
    enum Result {
        GRANTED,
        NONE,
        CANCELLED
    }

    private static final VarHandle FREE;

    static {
        try {
            FREE = MethodHandles.lookup().findVarHandle(Places.class, "free", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Group group;
    private final int limit;
    private volatile int free;

    Places(Group group, int limit) {
        this.group = group;
        this.limit = limit;
        this.free = limit;
    }

    private boolean tryTake() {
        for (int f = free; f > 0; f = free) {
            if (FREE.compareAndSet(this, f, f - 1)) {
                return true;
            }
        }
        return false;
    }

    Result acquire(boolean mayWait) {
        if (size() == 0 && tryTake()) {
            return Result.GRANTED;
        }
        if (!mayWait) {
            return Result.NONE;
        }
        Turn turn = Turn.here(null);
        synchronized (monitor) {
            if (first() != null || free == 0) {
                refuseDeadlock(turn.strand);
            }
            if (enqueue(turn)) {
                return Result.GRANTED;
            }
        }
        return await(turn, Deadline.NONE) == End.GRANTED ? Result.GRANTED : Result.CANCELLED;
    }

    void release() {
        int _ = (int) FREE.getAndAdd(this, 1);
        if (size() != 0) {
            advance();
        }
    }

    @Override
    protected boolean take(Turn turn) {
        return tryTake();
    }

    @Override
    protected void putBack(Turn turn) {
        int _ = (int) FREE.getAndAdd(this, 1);
    }

    @Override
    boolean isLeaving(Turn turn) {
        return group.isEffectivelyCancelled() || turn.isLeaving();
    }

    @Override
    public String describe() {
        return "a place of " + group.describe();
    }

    /** B2: whether, with this thread waiting too, every place is held by a task that waits, itself or below it, to fork here. */
    private void refuseDeadlock(@Nullable Strand here) {
        TaskNode<?> mine = here == null ? null : here.memberOf(group);
        if (mine == null || group.isEffectivelyCancelled()) {
            return;
        }
        Set<TaskNode<?>> stuck = Stuck.in(this, group, mine);
        if (stuck.size() >= limit) {
            throw new IllegalStateException(
                    "this fork would never get a place: all " + limit + " places of " + group.describe()
                            + " are held by tasks that wait, themselves or below them, to fork in it: "
                            + Stuck.names(stuck)
                            + "; let the body fork, raise the limit, or open a group of their own in the tasks");
        }
    }
}
