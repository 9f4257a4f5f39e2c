// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who wait for something, first come first served: the one wait list of all primitives, and of a group's places. */
public abstract class WaitLine extends Wanted {
    /*
     * A line knows the order and the waiting; what is waited for is its subclass's: take() says whether the first one's turn has come, and takes
     * it. Whoever gives something back calls advance(), which lets in, one after the other, those whose turn has come. What is taken is taken
     * for the waiting thread by whoever lets it in (a hand-over), so that nobody can overtake between the wake-up and the running.
     *
     * A subclass may let callers take without the monitor and without a turn while nobody waits (isWaitedFor), and give back without it: Places, locks,
     * semaphores, events. Then take() and putBack() agree with those by what they write, a compare-and-set, and not by the monitor. Who finds nothing
     * to take calls queue().
     *
     * States of a turn
     *   waiting    in the queue of its line
     *   granted    out of the queue; it has what it wanted, and must keep it or put it back
     *   gone       out of the queue; it gave up
     *
     * Transitions, all under the monitor
     *   new -> granted      nobody waits, and take() (tryAcquire, enqueue)
     *   new -> waiting      else
     *   waiting -> granted  it is the first, and take() (advance, on any thread)
     *   waiting -> gone     its thread is cancelled, interrupted, or late
     *   granted -> gone     its thread finds itself cancelled: it puts back what it got, and the line advances (S1, C7)
     * Where only time lets a turn in (isPaced), the first thread parks for that long and advances the line itself; whoever changes who is the
     * first wakes the new one for that.
     * So a hand-over and a cancellation that meet are decided twice: under the monitor whoever comes first wins, and if that was the
     * hand-over, the thread looks once more. A thread that returns has what it wanted; one that throws has nothing.
     *
     * Memory ordering. granted is volatile, written under the monitor after take(); a waiting thread reads it without the monitor, and parks
     * only if it is false; who grants unparks afterwards, so that the permit of the park is never missed. What happens before something is
     * given back happens-before the return of who gets it: both hold the monitor in between, or one reads in take() what the other wrote.
     * waiting is the size of the queue for those who do not hold the monitor: enqueue writes it, then tries take() once more if it is the
     * first; who gives something back, with the monitor or without, does that first, then reads waiting. One of the two sees the other; and who is not the
     * first is let in by whoever lets in, or misses, the one before it, under the monitor.
     *
     * Lock order. The monitor is innermost: take() and putBack() run under it, call nothing foreign but Backend.nanoTime (and equals and hashCode
     * of a CapacityLimiter's borrower), and wake-ups happen after it is released. Conditions share the monitor of their lock.
     *
     * Why not java.util.concurrent's classes inside (ADR 12): they read System.nanoTime and park by themselves (T7), know one way to give up, an interrupt (C7),
     * leave a permit with the thread that was interrupted as it got it, and cannot be asked who waits for whom. Left of them is the order of a
     * fair AbstractQueuedSynchronizer, and its Condition's way of moving a waiter to the queue of the lock.
     *
     * Why a monitor and not its queue without a lock: who comes here parks, which costs more; the sections are a few dozen instructions, and cancelled
     * waiters leave from the middle in constant time.
     */

    enum End {
        GRANTED,
        LEFT,
        LATE
    }

    /** Guards the queue and what the subclass takes from. */
    public final Object monitor;

    private static final int BATCH = 64;

    private final LinkedHashSet<Turn> queue = new LinkedHashSet<>();
    /** The size of the queue; written under the monitor. */
    private volatile int waiting;

    /** A line of its own. */
    @SuppressWarnings("this-escape") // nobody else has it yet
    protected WaitLine() {
        this.monitor = this;
    }

    /**
     * A line under the monitor of another.
     *
     * @param with turns can be moved between the two
     */
    protected WaitLine(WaitLine with) {
        this.monitor = with.monitor;
    }

    // ---- what is waited for, under the monitor

    /**
     * Takes what the turn wants, if it can be had now.
     *
     * @param turn the first one
     * @return whether it was taken
     */
    protected abstract boolean take(Turn turn);

    /**
     * Undoes a {@link #take}: the thread is cancelled.
     *
     * @param turn whose it was
     */
    protected abstract void putBack(Turn turn);

    /** {@return whether time alone lets the first one in, so that it has to look for itself; always the same} */
    protected boolean isPaced() {
        return false;
    }

    /**
     * How long the first one waits before it looks again, in a line that is paced.
     *
     * @param first the first in the queue
     * @return in nanoseconds of its backend's clock
     */
    protected long pause(Turn first) {
        return Long.MAX_VALUE;
    }

    /** Whether a waiting thread gives up. */
    boolean isLeaving(Turn turn) {
        return turn.isLeaving();
    }

    // ---- by the waiting thread

    /**
     * Takes what the turn wants, if it can be had and nobody waits for it.
     *
     * @param turn the caller's
     * @return whether it was taken
     */
    public final boolean tryAcquire(Turn turn) {
        synchronized (monitor) {
            return queue.isEmpty() && take(turn);
        }
    }

    /**
     * Waits for what the turn wants.
     *
     * @param turn the caller's
     * @param timeout on its backend's clock; null for none
     * @throws InterruptedException if the caller is cancelled or interrupted; it has nothing then
     */
    public final void acquire(Turn turn, @Nullable Duration timeout) throws InterruptedException {
        turn.checkpoint();
        if (!tryAcquire(turn)) {
            queue(turn, timeout);
        }
    }

    /**
     * Waits in line for what the turn wants: after a checkpoint, and in vain a try.
     *
     * @param turn the caller's
     * @param timeout on its backend's clock; null for none
     * @throws InterruptedException if the caller is cancelled or interrupted; it has nothing then
     */
    public final void queue(Turn turn, @Nullable Duration timeout) throws InterruptedException {
        Deadline end = timeout == null ? Deadline.NONE : Deadline.after(timeout, turn.backend);
        if (timeout != null && end.isExpired()) {
            throw Turn.late(this, timeout);
        }
        turn.timed = timeout != null;
        if (!enqueue(turn)) {
            switch (await(turn, end)) {
                case GRANTED -> {}
                case LEFT -> throw turn.cancelledOrInterrupted();
                case LATE -> throw Turn.late(this, timeout == null ? Duration.ZERO : timeout);
            }
        }
        if (turn.isCancelled()) { // what was handed over at that moment goes to the next (S1)
            release(turn);
            throw turn.cancelledOrInterrupted();
        }
    }

    /** Joins the queue, unless its turn has come at once; returns whether it has. Under the monitor, or not. */
    final boolean enqueue(Turn turn) {
        synchronized (monitor) {
            join(turn);
            if (queue.size() == 1 && take(turn)) { // something may have been given back without the monitor
                remove(turn);
                turn.granted = true;
            }
            return turn.granted;
        }
    }

    /** Parks until the turn has come, its thread leaves, or the time is over. */
    final End await(Turn turn, Deadline end) {
        Strand here = turn.strand;
        Object outer = here == null ? null : here.waitingFor;
        boolean decided = false;
        if (here != null) {
            here.waitingFor = turn;
        }
        try {
            if (Observers.waits) {
                Observers.waitBegan(this);
            }
            if (!turn.timed) {
                Circle.refuse(turn); // after waitingFor is written: of those who close a circle one has to see it
            }
            while (!turn.granted) {
                if (isLeaving(turn) && withdraw(turn)) {
                    decided = true;
                    return End.LEFT;
                }
                long pause = turn.granted ? 0 : look(turn);
                if (turn.granted) {
                    break;
                }
                long left = end.remainingNanos();
                if (left <= 0 && withdraw(turn)) {
                    decided = true;
                    return End.LATE;
                }
                park(turn, Math.min(left, pause));
            }
            decided = true;
            return End.GRANTED;
        } finally {
            if (here != null) {
                here.waitingFor = outer;
            }
            if (!decided) { // a circle, or something went very wrong: whoever comes next is not to suffer
                abandon(turn);
            }
            if (Observers.waits) {
                Observers.waitEnded();
            }
        }
    }

    final void park(Turn turn, long nanos) {
        if (turn.granted || nanos <= 0) {
            return;
        }
        if (nanos == Long.MAX_VALUE) {
            turn.backend.park(this);
        } else {
            turn.backend.parkNanos(this, nanos);
        }
    }

    /** Lets in whose turn has come, and asks how long to wait otherwise. */
    private long look(Turn turn) {
        if (!isPaced()) {
            return Long.MAX_VALUE;
        }
        synchronized (monitor) {
            if (first() != turn) {
                return Long.MAX_VALUE; // who was before it wakes it
            }
        }
        advance();
        synchronized (monitor) {
            return turn.granted ? 0 : pause(turn);
        }
    }

    /** Takes a turn out of the queue; false if it has been granted. */
    final boolean withdraw(Turn turn) {
        synchronized (monitor) {
            if (!remove(turn)) {
                return false;
            }
        }
        wakeFirst();
        return true;
    }

    /** Gives back what a turn was granted. */
    final void release(Turn turn) {
        synchronized (monitor) {
            putBack(turn);
        }
        advance();
    }

    final void abandon(Turn turn) {
        if (!withdraw(turn) && turn.granted) {
            release(turn);
        }
    }

    // ---- by anyone

    /** Lets in those whose turn has come. */
    public final void advance() {
        if (waiting == 0) {
            return; // who joins from now on looks for itself
        }
        while (letIn() == BATCH) {
            // there may be more
        }
        wakeFirst();
    }

    /** Lets in a few: under the monitor all at once, since mostly it is one, and nobody is to wait for the monitor for long; then wakes them. */
    private int letIn() {
        int count = 0;
        Turn first = null;
        Turn last = null;
        try {
            synchronized (monitor) {
                for (Turn turn = first(); count < BATCH && turn != null && take(turn); turn = first()) {
                    boolean _ = remove(turn);
                    turn.granted = true;
                    count++;
                    if (last == null) {
                        first = turn;
                    } else {
                        last.next = turn;
                    }
                    last = turn;
                }
            }
        } finally { // whatever went wrong with the one behind them
            for (Turn turn = first; turn != null; turn = turn.next) {
                turn.wake();
            }
        }
        return count;
    }

    /** The first one may be another than before, and may have to look for itself after a time. */
    private void wakeFirst() {
        if (!isPaced()) {
            return;
        }
        Turn first;
        synchronized (monitor) {
            first = first();
            if (first == null || first.thread.equals(Thread.currentThread())) {
                return;
            }
        }
        first.wake();
    }

    /** Joins the queue; under the monitor. */
    final void join(Turn turn) {
        turn.line = this;
        queue.add(turn);
        waiting = queue.size();
    }

    /** Leaves the queue; under the monitor. */
    final boolean remove(Turn turn) {
        boolean removed = queue.remove(turn);
        waiting = queue.size();
        return removed;
    }

    /** The first one; null if nobody waits. Under the monitor. */
    final @Nullable Turn first() {
        return queue.isEmpty() ? null : queue.getFirst();
    }

    /** All that wait; under the monitor. */
    final Iterable<Turn> turns() {
        return queue;
    }

    /** Those who wait look again. */
    final void wakeAll() {
        if (waiting == 0) {
            return;
        }
        List<Turn> all;
        synchronized (monitor) {
            all = new ArrayList<>(queue);
        }
        all.forEach(Turn::wake);
    }

    /** {@return whether somebody waits, so that who comes new has to queue; without the monitor} */
    public final boolean isWaitedFor() {
        return waiting != 0;
    }

    /** How many wait; without the monitor. */
    final int size() {
        return waiting;
    }

    /** {@return who waits: a snapshot, in their order} */
    public final List<Party> waiting() {
        synchronized (monitor) {
            return queue.stream().map(Turn::party).toList();
        }
    }
}
