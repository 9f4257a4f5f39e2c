// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.spi.Backend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Tasks in the order in which they terminate, for one thread at a time that takes them. */
final class Arrivals {
    /*
     * Each task that is expected has an Arrival on its stack of waiters. When it terminates, its thread pushes that on `newest`, and wakes the
     * taker. Nothing is allocated at that moment, so that memory that is out loses no task (L12). A task that has terminated before it is expected arrives at once.
     *
     * The taker swaps `newest` for null and turns the chain round: `oldest` is what it has not handed out yet. So both sides are without a lock, and
     * the order is that of the pushes.
     *
     * Memory ordering
     *   arrival: newest (compare-and-set), then reads taker.
     *   taker:   taker = itself (volatile), then reads newest, then parks. One of them sees the other.
     *   What a task wrote, Work.value included, happens-before the taking of its arrival, by the compare-and-set of newest.
     *
     * A wait that throws has taken nothing: what has arrived is there for the next one (C7).
     *
     * Why not a LinkedBlockingQueue: it allocates at the end of a task, and its waits are real time's (T7). Why not one awaiting after the other: the order of
     * the ends is what this is for.
     *
     * Fields
     *   newest   pushed by ending tasks, swapped by the taker.
     *   oldest   taker only; when another thread takes over, what hands the object over orders it.
     *   taker    the thread that waits, or null; written by it, read by ending tasks.
     *   backend  the taker's; written before taker. An arrival that reads that of another wait came early enough to be seen by it.
     */
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(Arrivals.class, "newest", Arrival.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** One task that is expected. */
    static class Arrival extends Waiter {
        private final Arrivals at;
        final long index;

        private @Nullable TaskNode<?> task; // written before it is pushed
        private @Nullable Arrival after;

        Arrival(Arrivals at, long index) {
            this.at = at;
            this.index = index;
        }

        TaskNode<?> task() {
            return Objects.requireNonNull(task);
        }

        /** The task will arrive; false if it has terminated. */
        final boolean bind(TaskNode<?> newTask) {
            task = newTask;
            return newTask.push(this);
        }

        @Override
        void terminated(TaskNode<?> ended) {
            at.add(this);
        }
    }

    /** The body of a task that is expected before it is started, so that none which ends later can come before it; keeps what the task has made. */
    static final class Work extends Arrival implements Callable<@Nullable Void> {
        private @Nullable Callable<?> body;
        private @Nullable Object value;

        Work(Arrivals at, long index, Callable<?> body) {
            super(at, index);
            this.body = body;
        }

        @Override
        public @Nullable Void call() throws Exception {
            Callable<?> running = Objects.requireNonNull(body);
            body = null;
            value = running.call();
            return null;
        }

        /** What the body returned. */
        @Nullable
        Object value() {
            return value;
        }
    }

    private volatile @Nullable Arrival newest;
    private @Nullable Arrival oldest;
    private Backend backend;
    private volatile @Nullable Thread taker;

    Arrivals(Backend backend) {
        this.backend = backend;
    }

    /** Lets a task arrive when it has terminated. */
    Arrival expect(TaskNode<?> task, long index) {
        var arrival = new Arrival(this, index);
        if (!arrival.bind(task)) {
            add(arrival);
        }
        return arrival;
    }

    /** Forks a task that arrives when it has terminated, or at once if it never runs. */
    Work fork(Group group, String name, Callable<?> body, long index, int flags) {
        var work = new Work(this, index, body);
        TaskNode<?> task = Forks.fork(group, name, work, flags);
        if (task.isRefused() && !work.bind(task)) {
            add(work);
        }
        return work;
    }

    private void add(Arrival arrival) {
        Arrival head;
        do {
            head = newest;
            arrival.after = head;
        } while (!NEWEST.compareAndSet(this, head, arrival));
        Thread waiting = taker;
        if (waiting != null) {
            backend.unpark(waiting);
        }
    }

    /** The next that has arrived, or null. */
    @Nullable
    Arrival poll() {
        if (oldest == null && newest != null) {
            Arrival arrival = (Arrival) NEWEST.getAndSet(this, (Arrival) null);
            while (arrival != null) {
                Arrival earlier = arrival.after;
                arrival.after = oldest;
                oldest = arrival;
                arrival = earlier;
            }
        }
        Arrival next = oldest;
        if (next != null) {
            oldest = next.after;
            next.after = null;
        }
        return next;
    }

    /**
     * The next that arrives. A cancellation point.
     *
     * @param end when to give up
     * @param own a group made by {@code open} that the caller owns and whose tasks are expected: its cancellation is noticed too (C16)
     * @return null if the deadline has passed before
     */
    @Nullable
    Arrival take(Deadline end, @Nullable Group own) throws InterruptedException {
        Strand here = Strands.current();
        if (here != null) {
            here.checkCancelled();
        }
        Arrival next = poll();
        return next != null ? next : await(here, end, own);
    }

    private @Nullable Arrival await(@Nullable Strand here, Deadline end, @Nullable Group own)
            throws InterruptedException {
        Object waitedFor = null;
        if (here != null) {
            backend = here.current.backend();
            waitedFor = here.waitingFor;
            here.waitingFor = this;
        }
        taker = Thread.currentThread();
        try {
            if (Observers.waits) {
                Observers.waitBegan(this);
            }
            while (true) {
                Arrival next = poll();
                if (next != null) {
                    return next;
                }
                if (Thread.interrupted()) {
                    throw Sleep.interrupted(here);
                }
                if (here != null) {
                    here.checkCancelled();
                }
                if (own != null && own.isEffectivelyCancelled()) {
                    throw new CancelledException(Reasons.of(own));
                }
                long left = end.remainingNanos();
                if (left == Long.MAX_VALUE) {
                    backend.park(this);
                } else if (left > 0) {
                    backend.parkNanos(this, left);
                } else {
                    return null;
                }
            }
        } finally {
            taker = null;
            if (here != null) {
                here.waitingFor = waitedFor;
            }
            if (Observers.waits) {
                Observers.waitEnded();
            }
        }
    }

    /** What is waited for, as it stands in messages. */
    @Override
    public String toString() {
        return "the next one of several tasks";
    }
}
