// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who wait for something, first come first served: the one wait list of all primitives, and of a group's places. */
public abstract class WaitLine {
    /*
     * A line knows the order and the waiting; what is waited for is its subclass's: take() says whether the first one's turn has come, and takes
     * it. Whoever gives something back calls advance(), which lets in, one after the other, those whose turn has come. What is taken is taken
     * for the waiting thread by whoever lets it in (a hand-over), so that nobody can overtake between the wake-up and the running.
     *
     * States of a turn
     *   waiting    in the queue of its line
     *   granted    out of the queue; it has what it wanted, and must keep it or put it back
     *   gone       out of the queue; it gave up
     *
     * Transitions, all under the monitor
     *   new -> granted      nobody waits, and take() (acquire)
     *   new -> waiting      else
     *   waiting -> granted  it is the first, and take() (advance, on any thread)
     *   waiting -> gone     its thread is cancelled, interrupted, or late
     *   granted -> gone     its thread finds itself cancelled: it puts back what it got, and the line advances (S1, C7)
     * Where only time lets a turn in (pause), the first thread parks for that long and advances the line itself; whoever changes who is the
     * first wakes the new one for that.
     * So a hand-over and a cancellation that meet are decided twice: under the monitor whoever comes first wins, and if that was the
     * hand-over, the thread looks once more. A thread that returns has what it wanted; one that throws has nothing.
     *
     * Memory ordering. granted is volatile, written under the monitor after take(); a waiting thread reads it without the monitor, and parks
     * only if it is false; who grants unparks afterwards, so that the permit of the park is never missed. What happens before something is
     * given back happens-before the return of who gets it: both hold the monitor in between, or read granted.
     * waiting is the size of the queue for those who do not hold the monitor: acquire writes it, then tries take() once more; who gives
     * something back, with the monitor or without (Places), does that first, then reads waiting. One of the two sees the other.
     *
     * Lock order. The monitor is innermost: take() and putBack() run under it, call nothing foreign but Backend.nanoTime (and equals and hashCode
     * of a CapacityLimiter's borrower), and wake-ups happen after it is released. Conditions share the monitor of their lock.
     *
     * Why not java.util.concurrent's Semaphore, ReentrantLock and Condition inside. Their timed waits compare with System.nanoTime and park in
     * LockSupport, so that a backend with virtual time could neither see a wait nor end it (T7). They know one way to give up, an interrupt, where
     * here the state of the scope decides (C7), also when its interrupt was used up before. A wake-up that meets an
     * interrupt leaves the permit with the interrupted thread, where here it is put back. And nobody could ask who waits for whom. What is
     * left of them is what is used: LockSupport, by way of the backend; the order of a fair AbstractQueuedSynchronizer; its Condition's way of
     * moving a waiter to the queue of the lock.
     *
     * Why a monitor and not its queue without a lock: the state of most primitives is more than a number (owner and count, borrowers, a
     * clock), the sections are a few dozen instructions, and cancelled waiters leave from the middle in constant time.
     */

    enum End {
        GRANTED,
        LEFT,
        LATE
    }

    /** Guards the queue and what the subclass takes from. */
    public final Object monitor;

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

    /**
     * How long the first one waits before it looks again.
     *
     * @param first the first in the queue
     * @return in nanoseconds of its backend's clock; {@link Long#MAX_VALUE} if somebody else will let it in
     */
    protected long pause(Turn first) {
        return Long.MAX_VALUE;
    }

    /** Whether a waiting thread gives up. */
    boolean isLeaving(Turn turn) {
        return turn.isLeaving();
    }

    /**
     * What is waited for.
     *
     * @return as it stands in messages: {@code lock 'accounts'}
     */
    public abstract String describe();

    /**
     * Who has to do something before the wait can end, where that is known.
     *
     * @return a snapshot; empty if nobody in particular
     */
    public List<Party> holders() {
        return List.of();
    }

    /** Whether the holders are who will give back what they hold, so that a circle of waits through one of them has no end. */
    boolean isHeldFast() {
        return true;
    }

    /**
     * Who has what is waited for, as far as is known: a permit may have been handed to another thread meanwhile, which is to give it back.
     *
     * @return a snapshot, for people
     */
    public List<Party> acquirers() {
        return holders();
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
        if (tryAcquire(turn)) {
            return;
        }
        Deadline end = timeout == null ? Deadline.NONE : Deadline.after(timeout, turn.backend);
        if (timeout != null && end.isExpired()) {
            throw late(timeout);
        }
        turn.timed = timeout != null;
        if (!enqueue(turn)) {
            switch (await(turn, end)) {
                case GRANTED -> {}
                case LEFT -> throw turn.cancelledOrInterrupted();
                case LATE -> throw late(timeout == null ? Duration.ZERO : timeout);
            }
        }
        if (turn.isCancelled()) { // what was handed over at that moment goes to the next (S1)
            release(turn);
            throw turn.cancelledOrInterrupted();
        }
    }

    /**
     * The failure of a wait that took too long.
     *
     * @param timeout how long it was to be
     * @return to be thrown
     */
    public final DeadlineExceededException late(Duration timeout) {
        List<Party> holders = holders();
        String message = "waited " + timeout + " for " + describe()
                + (holders.isEmpty() ? "" : ", which is held by " + holders.getFirst());
        return Traces.trimmed(
                new DeadlineExceededException(new CancelReason(Kind.DEADLINE, message, null, null, null, null), null));
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
        synchronized (monitor) {
            if (first() != turn || pause(turn) == Long.MAX_VALUE) {
                return Long.MAX_VALUE; // whoever gives something back lets it in
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
        for (Turn turn = next(); turn != null; turn = next()) {
            turn.wake();
        }
        wakeFirst();
    }

    /** The first one may be another than before, and may have to look for itself after a time. */
    private void wakeFirst() {
        Turn first;
        synchronized (monitor) {
            first = first();
            if (first == null || first.thread.equals(Thread.currentThread()) || pause(first) == Long.MAX_VALUE) {
                return;
            }
        }
        first.wake();
    }

    private @Nullable Turn next() {
        synchronized (monitor) {
            if (queue.isEmpty()) {
                return null;
            }
            Turn first = queue.getFirst();
            if (!take(first)) {
                return null;
            }
            remove(first);
            first.granted = true;
            return first;
        }
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

    /** How many wait; without the monitor. */
    final int size() {
        return waiting;
    }

    /**
     * Who waits.
     *
     * @return a snapshot, in their order
     */
    public final List<Party> waiting() {
        synchronized (monitor) {
            return queue.stream().map(Turn::party).toList();
        }
    }

    @Override
    public final String toString() {
        return describe();
    }
}
