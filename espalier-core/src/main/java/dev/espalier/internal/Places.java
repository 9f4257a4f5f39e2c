// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The places of a group with a limit: first come, first served (B1, B2). */
final class Places {
    /*
     * ctl has the number of free places (low half) and of waiting threads (high half), changed together. There is never both a free place and a
     * waiting thread.
     *
     * acquire: no thread waits and a place is free -> free - 1, without the lock. Else, under the lock, it looks again, and enqueues: waiting + 1.
     * release: no thread waits -> free + 1, without the lock. Else, under the lock, it hands the place to the first waiting thread: waiting - 1.
     * The number of waiting threads changes only under the lock. A release that sees none waiting adds its place with the same compare-and-set, which
     * fails if one has enqueued meanwhile; so no place is free while a thread waits, and none is overtaken.
     *
     * A waiting thread that is cancelled or interrupted takes itself out, under the lock, unless it has been granted its place already: then it
     * has it, and the caller decides.
     *
     * Why not a fair Semaphore: a thread that waits must be woken by the cancellation of the group, without being interrupted, and B2 asks who holds and
     * who waits.
     *
     * Lock: the monitor; innermost, nothing foreign is called under it.
     */
    enum Result {
        GRANTED,
        NONE,
        CANCELLED
    }

    private static final class Waiting {
        final Thread thread;
        final @Nullable Strand strand;
        volatile boolean granted;

        Waiting(Thread thread, @Nullable Strand strand) {
            this.thread = thread;
            this.strand = strand;
        }
    }

    private static final long ONE_WAITING = 1L << 32;
    private static final VarHandle CTL;

    static {
        try {
            CTL = MethodHandles.lookup().findVarHandle(Places.class, "ctl", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Group group;
    private final int limit;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private volatile long ctl;

    Places(Group group, int limit) {
        this.group = group;
        this.limit = limit;
        this.ctl = limit;
    }

    long waiting() {
        return ctl >>> 32;
    }

    private boolean tryAcquire() {
        for (long c = ctl; c > 0 && c < ONE_WAITING; c = ctl) {
            if (CTL.compareAndSet(this, c, c - 1)) {
                return true;
            }
        }
        return false;
    }

    Result acquire(boolean mayWait) {
        if (tryAcquire()) {
            return Result.GRANTED;
        }
        if (!mayWait) {
            return Result.NONE;
        }
        Strand here = Strands.current();
        var waiting = new Waiting(Thread.currentThread(), here);
        synchronized (this) {
            while (true) {
                if (tryAcquire()) {
                    return Result.GRANTED;
                }
                refuseDeadlock(here);
                long c = ctl;
                if ((int) c == 0 && CTL.compareAndSet(this, c, c + ONE_WAITING)) {
                    queue.add(waiting);
                    break;
                }
            }
        }
        return await(waiting, here);
    }

    private Result await(Waiting waiting, @Nullable Strand here) {
        if (here != null) {
            here.waitingFor = this;
        }
        try {
            while (!waiting.granted) {
                boolean cancelled = group.isEffectivelyCancelled()
                        || Thread.currentThread().isInterrupted()
                        || (here != null && here.current.isEffectivelyCancelled());
                if (cancelled && withdraw(waiting)) {
                    return Result.CANCELLED;
                }
                if (!waiting.granted) {
                    group.backend().park(this);
                }
            }
            return Result.GRANTED;
        } finally {
            if (here != null) {
                here.waitingFor = null;
            }
        }
    }

    private synchronized boolean withdraw(Waiting waiting) {
        if (!queue.remove(waiting)) {
            return false; // granted
        }
        CTL.getAndAdd(this, -ONE_WAITING);
        return true;
    }

    void release() {
        while (true) {
            long c = ctl;
            if (c >= ONE_WAITING) {
                Waiting first;
                synchronized (this) {
                    first = queue.poll();
                    if (first == null) {
                        continue; // it withdrew
                    }
                    CTL.getAndAdd(this, -ONE_WAITING);
                    first.granted = true;
                }
                group.backend().unpark(first.thread);
                return;
            }
            if (CTL.compareAndSet(this, c, c + 1)) {
                return;
            }
        }
    }

    /** The group is cancelled: those who wait look again. */
    void wakeAll() {
        if (waiting() == 0) {
            return;
        }
        List<Waiting> all;
        synchronized (this) {
            all = new ArrayList<>(queue);
        }
        for (Waiting waiting : all) {
            group.backend().unpark(waiting.thread);
        }
    }

    /** B2: whether, with this thread waiting too, every place is held by a task that waits, itself or below it, to fork here. */
    private void refuseDeadlock(@Nullable Strand here) {
        TaskNode<?> mine = holder(here);
        if (mine == null || group.isEffectivelyCancelled()) {
            return;
        }
        Set<TaskNode<?>> stuck = Collections.newSetFromMap(new IdentityHashMap<>());
        stuck.add(mine);
        for (Waiting waiting : queue) {
            TaskNode<?> holder = holder(waiting.strand);
            if (holder != null && !isLeaving(waiting)) {
                stuck.add(holder);
            }
        }
        if (stuck.size() >= limit) {
            var names = new ArrayList<String>();
            stuck.forEach(task -> names.add(task.name()));
            throw new IllegalStateException(
                    "this fork would never get a place: all " + limit + " places of " + group.describe()
                            + " are held by tasks that wait, themselves or below them, to fork in it: "
                            + String.join(", ", names)
                            + "; let the body fork, raise the limit, or open a group of their own in the tasks");
        }
    }

    private static boolean isLeaving(Waiting waiting) {
        return waiting.thread.isInterrupted()
                || (waiting.strand != null && waiting.strand.current.isEffectivelyCancelled());
    }

    /** The task of this group that the thread is, or is below. */
    private @Nullable TaskNode<?> holder(@Nullable Strand strand) {
        Strand s = strand;
        while (s instanceof TaskNode<?> task) {
            if (task.group() == group) {
                return task;
            }
            s = task.group().owner.host();
        }
        return null;
    }
}
