// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Those who wait for a signal, under the monitor of their lock's line. */
public final class ConditionLine extends WaitLine {
    /*
     * A turn is first in this line, then in that of the lock, as in AbstractQueuedSynchronizer. Under the monitor:
     *
     *   await    the turn joins this line, and the lock is freed, in one step: no signal can come between
     *   signal   the first turn moves to the line of the lock; its thread is not woken
     *   leave    the thread itself, cancelled, interrupted or late, moves its turn; then it was not signalled
     *   granted  the line of the lock makes its thread the owner, as often as it held the lock before; only then it is woken
     *
     * So a thread that leaves always has the lock, and whether it was signalled is decided once, by who moved the turn. While it
     * waits for the lock it cannot be cancelled; an interrupt that comes then is set aside (L9).
     *
     * Afterwards, with the lock held: if the thread is cancelled and was signalled, the signal goes to the next turn, and the
     * cancellation is thrown (S1). An interrupt from elsewhere that came after the signal stays pending, and await returns.
     */
    private final WaitLine lock;
    private final String description;

    /**
     * A deadline, and the timeout for its message.
     *
     * @param timeout how long
     * @param end until when
     */
    public record Within(Duration timeout, Deadline end) {}

    /** Frees the lock. */
    @FunctionalInterface
    public interface Freeing {
        /**
         * Frees it, however often it is held.
         *
         * @return how often it was
         */
        int free();
    }

    /**
     * The line of a condition.
     *
     * @param lock the line of its lock
     * @param description for messages
     */
    public ConditionLine(WaitLine lock, String description) {
        super(lock);
        this.lock = lock;
        this.description = description;
    }

    /**
     * A time from now.
     *
     * @param timeout how long
     * @return on the clock of the caller's backend
     */
    public static Within within(Duration timeout) {
        return new Within(timeout, Deadline.after(timeout));
    }

    /**
     * Waits for a signal, with the lock freed meanwhile.
     *
     * @param turn of the thread that holds the lock; its claim is how often
     * @param within how long; null for no limit
     * @param freeing frees the lock
     * @throws InterruptedException if it is cancelled or interrupted; the lock is held then, as often as before
     */
    public void await(Turn turn, @Nullable Within within, Freeing freeing) throws InterruptedException {
        turn.checkpoint();
        synchronized (monitor) {
            join(turn);
            int _ = freeing.free();
        }
        lock.advance();
        Strand here = turn.strand;
        Object outer = here == null ? null : here.waitingFor;
        if (here != null) {
            here.waitingFor = turn;
        }
        boolean returned = false;
        try {
            if (Observers.waits) {
                Observers.waitBegan(this);
            }
            Outcome outcome = awaitLock(turn, within == null ? Deadline.NONE : within.end());
            returned = true;
            conclude(turn, outcome, within);
        } finally {
            if (here != null) {
                here.waitingFor = outer;
            }
            if (!returned) { // something went very wrong: it must not be granted the lock later
                synchronized (monitor) {
                    boolean _ = remove(turn);
                }
                lock.abandon(turn);
            }
            if (Observers.waits) {
                Observers.waitEnded();
            }
        }
    }

    private record Outcome(boolean signalled, boolean late, boolean aside) {}

    private Outcome awaitLock(Turn turn, Deadline end) {
        boolean left = false;
        boolean late = false;
        boolean aside = false;
        while (!turn.granted) {
            if (turn.line == this) {
                boolean leaving = turn.isLeaving();
                if ((leaving || end.isExpired()) && leave(turn)) {
                    left = true;
                    late = !leaving;
                } else if (turn.line == this) {
                    park(turn, end.remainingNanos());
                }
            } else {
                aside |= Thread.interrupted(); // L9: or the park would not wait
                lock.park(turn, Long.MAX_VALUE);
            }
        }
        return new Outcome(!left, late, aside);
    }

    /** Moves a turn that was not signalled to the line of the lock; false if it was. */
    private boolean leave(Turn turn) {
        synchronized (monitor) {
            if (!remove(turn)) {
                return false;
            }
            lock.join(turn);
        }
        lock.advance();
        return true;
    }

    private void conclude(Turn turn, Outcome outcome, @Nullable Within within) throws InterruptedException {
        Strand here = turn.strand;
        if (here != null && here.current.isEffectivelyCancelled()) {
            if (outcome.signalled()) {
                signal(1);
            }
            throw here.cancelled(/* consumed= */ outcome.aside());
        }
        if (outcome.signalled() || outcome.late()) {
            if (outcome.aside()) {
                Thread.currentThread().interrupt();
            }
            if (outcome.late()) {
                throw Turn.late(this, Objects.requireNonNull(within).timeout());
            }
            return;
        }
        boolean _ = Thread.interrupted();
        throw Sleep.interrupted(here);
    }

    /**
     * Moves the first turns to the line of the lock, whose holder calls this.
     *
     * @param n at most so many
     */
    public void signal(int n) {
        if (size() == 0) {
            return; // who joins holds the lock, as the caller does: nobody can
        }
        synchronized (monitor) {
            Turn first = first();
            for (int i = 0; i < n && first != null; i++) {
                boolean _ = remove(first);
                lock.join(first);
                first = first();
            }
        }
    }

    @Override
    protected boolean take(Turn turn) {
        return false; // a signal moves it
    }

    @Override
    protected void putBack(Turn turn) {
        throw new AssertionError("nothing is taken from a condition");
    }

    @Override
    public String describe() {
        return description;
    }
}
