// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelledException;
import dev.espalier.spi.Backend;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waiting for a task to terminate, without closing a circle (D1). */
final class Awaiting {
    /*
     * Circles. A thread that is about to wait for a task looks, backwards, at everything that waits for the thread itself: its own awaiters, and those of
     * the tasks and owners that it is below, which cannot end before it does. If the task that it wants to wait for is among them, waiting would
     * close a circle.
     *
     * Looking backwards costs nothing in the usual case, where nobody waits for the waiting thread's tasks but the owner of the group, and it finds
     * circles through groups as well as through awaits.
     *
     * Each waiter pushes its node before it looks. So of two threads that close a circle together, at least one sees the other, and both may. What is
     * found is looked at again under a lock, with the own node taken out when it is true; so exactly one of them throws. The lock
     * is taken only where a circle has been seen.
     *
     * A thread that is on its way out of its wait (interrupted, cancelled, its time over, its started task ready) waits for nothing any more, though its
     * node is still on the stack; it is passed over. It says that it leaves before it clears its interrupt status, and who looks reads these in
     * the opposite order, so that one of the two is seen.
     */
    private static final Object CIRCLE = new Object();

    private Awaiting() {}

    /** Returns true when the task has terminated, false when the time is over before. */
    static boolean await(TaskNode<?> task, long nanos) throws InterruptedException {
        Strand here = Strands.current();
        if (here != null) {
            here.checkCancelled();
            if (here.isBelow(task)) {
                throw new IllegalStateException(here.describe() + " waits for " + task.describe()
                        + ", which cannot terminate before it: it is the same or around it");
            }
        }
        if (task.isTerminated()) {
            return true;
        }
        return park(task, here, nanos);
    }

    private static boolean park(TaskNode<?> task, @Nullable Strand here, long nanos) throws InterruptedException {
        Backend backend = here == null ? task.backend() : here.current.backend();
        long end = nanos == Long.MAX_VALUE ? 0 : backend.nanoTime() + nanos;
        var waiter = new Waiter.Parked(Thread.currentThread(), here, backend);
        if (!task.push(waiter)) {
            return true;
        }
        if (here != null) {
            refuseCircle(here, task, waiter);
            here.waitingFor = task;
        }
        try {
            if (Observers.waits) {
                Observers.waitBegan(task);
            }
            while (!task.isTerminated()) {
                if (Thread.currentThread().isInterrupted()) {
                    waiter.leave();
                    boolean _ = Thread.interrupted();
                    throw Sleep.interrupted(here);
                }
                if (here != null) {
                    here.checkCancelled();
                    if (task.group().isCancelledFor(here)) {
                        if (task.isTerminated()) {
                            return true;
                        }
                        throw new CancelledException(Reasons.of(task.group())); // C16
                    }
                }
                if (nanos == Long.MAX_VALUE) {
                    backend.park(task);
                } else {
                    long left = end - backend.nanoTime();
                    if (left <= 0) {
                        waiter.leave();
                        return false;
                    }
                    backend.parkNanos(task, left);
                }
            }
            return true;
        } finally {
            if (here != null) {
                here.waitingFor = null;
            }
            if (!task.isTerminated()) {
                task.remove(waiter);
            }
            if (Observers.waits) {
                Observers.waitEnded();
            }
        }
    }

    /** Waits whatever happens to the caller, with its interrupt status set aside (L9). */
    static void awaitUninterruptibly(TaskNode<?> task, Backend backend) {
        var waiter = new Waiter.Parked(Thread.currentThread(), null, backend);
        if (!task.push(waiter)) {
            return;
        }
        boolean interrupted = false;
        while (!task.isTerminated()) {
            interrupted |= Thread.interrupted();
            backend.park(task);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuseCircle(Strand here, TaskNode<?> target, Waiter.Parked waiter) {
        if (circle(here, target) == null) {
            return;
        }
        List<Strand> circle;
        synchronized (CIRCLE) {
            circle = circle(here, target);
            if (circle == null || !waiter.stays(target)) {
                return; // it throws what it is cancelled by
            }
            target.remove(waiter);
        }
        var message = new StringBuilder("this wait would never end: ");
        for (Strand strand : circle) {
            message.append(strand.describe()).append(" waits for ");
        }
        throw new IllegalStateException(
                message.append(circle.getFirst().describe()).toString());
    }

    /** The circle that waiting for the target closes, from the waiting thread on; null if there is none. */
    private static @Nullable List<Strand> circle(Strand here, TaskNode<?> target) {
        var waitsFor =
                new IdentityHashMap<Strand, Strand>(); // a strand that waits for `here`, and what it waits for directly
        var toVisit = new ArrayList<Strand>();
        waitsFor.put(here, here);
        toVisit.add(here);
        for (int i = 0; i < toVisit.size(); i++) {
            Strand strand = toVisit.get(i);
            if (strand == target) {
                return path(target, here, waitsFor);
            }
            if (strand instanceof TaskNode<?> task) {
                for (Waiter w = task.waiters(); w != null; w = w.next) {
                    if (w instanceof Waiter.Parked parked && parked.strand != null && parked.stays(task)) {
                        visit(parked.strand, strand, waitsFor, toVisit);
                    }
                }
                visit(task.group().owner.host(), strand, waitsFor, toVisit);
            }
        }
        return null;
    }

    private static void visit(
            Strand waiting, Strand for_, IdentityHashMap<Strand, Strand> waitsFor, List<Strand> toVisit) {
        if (waitsFor.putIfAbsent(waiting, for_) == null) {
            toVisit.add(waiting);
        }
    }

    private static List<Strand> path(Strand target, Strand here, IdentityHashMap<Strand, Strand> waitsFor) {
        var path = new ArrayList<Strand>();
        path.add(here);
        for (Strand s = target; s != null && s != here; s = waitsFor.get(s)) {
            path.add(s);
        }
        return path;
    }
}
