// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.internal.Turn;
import dev.espalier.internal.WaitLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A number of tokens that can be changed at run time, of which each borrower has at most one; first come first served.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="capacity"}
 *
 * <p>The borrower is the calling task (or thread, if it is no task), or what {@link #acquireOnBehalfOf} names: a connection, a tenant. The limiter remembers who
 * borrows, so that borrowing twice, and returning what was not borrowed, are errors that are thrown.
 *
 * <p>Do not use it where one task needs several: {@link Semaphore}.
 *
 * <p><b>Cancellation.</b> {@code acquire} and {@code acquireOnBehalfOf} are always cancellation points, also if a token is free. A token that was handed over
 * to a task at the moment of its cancellation goes to the next one. The others never are.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. Borrowers are compared by {@code equals}, which is called, as {@code hashCode}, with the limiter locked:
 * use values, or objects with the {@code equals} of {@link Object}. <b>Memory.</b> See {@link Permit}.
 *
 * <p>From: {@code trio.CapacityLimiter}.
 *
 * @since 0.1
 */
public final class CapacityLimiter {
    private final Line line;

    /**
     * What can be seen of a limiter at a moment.
     *
     * @param totalTokens how many there are
     * @param borrowers who has one, in the order of asking: a {@link dev.espalier.Task}, a {@link Thread}, or what was named
     * @param waiting who waits, in the order of service
     * @since 0.1
     */
    public record Statistics(int totalTokens, List<Object> borrowers, List<Party> waiting) {
        /**
         * How many tokens are borrowed.
         *
         * @return may be more than there are, after their number was lowered
         */
        public int borrowedTokens() {
            return borrowers.size();
        }
    }

    /**
     * A limiter with a name made of a number.
     *
     * @param totalTokens zero lets nobody pass until it is raised
     */
    public CapacityLimiter(int totalTokens) {
        this(Names.next("limiter"), totalTokens);
    }

    /**
     * A limiter.
     *
     * @param name for messages and tools
     * @param totalTokens zero lets nobody pass until it is raised
     */
    public CapacityLimiter(String name, int totalTokens) {
        line = new Line(Names.checked(name), checked(totalTokens));
    }

    private static int checked(int totalTokens) {
        if (totalTokens < 0) {
            throw new IllegalArgumentException("totalTokens is " + totalTokens + "; it must be zero or more");
        }
        return totalTokens;
    }

    /**
     * Waits for a token for the calling task.
     *
     * @return to be closed once, by the same task
     * @throws IllegalStateException if the task has one
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire() throws InterruptedException {
        return acquire(mine(), null);
    }

    /**
     * Waits for a token for the calling task, for a time.
     *
     * @param timeout on the backend's clock; zero and negative do not wait
     * @return to be closed once, by the same task
     * @throws IllegalStateException if the task has one
     * @throws DeadlineExceededException if there was none in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire(Duration timeout) throws InterruptedException {
        return acquire(mine(), Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Takes a token for the calling task if one is free and nobody waits for it. Never blocks.
     *
     * @return to be closed once, by the same task; or empty
     * @throws IllegalStateException if the task has one
     */
    public Optional<Permit> tryAcquire() {
        return tryAcquire(mine());
    }

    /**
     * Waits for a token for somebody.
     *
     * @param borrower who shall have it
     * @return to be closed once, by anyone
     * @throws IllegalStateException if the borrower has one, or one is waited for on its behalf
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquireOnBehalfOf(Object borrower) throws InterruptedException {
        return acquire(of(borrower), null);
    }

    /**
     * Waits for a token for somebody, for a time.
     *
     * @param borrower who shall have it
     * @param timeout on the backend's clock; zero and negative do not wait
     * @return to be closed once, by anyone
     * @throws IllegalStateException if the borrower has one, or one is waited for on its behalf
     * @throws DeadlineExceededException if there was none in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquireOnBehalfOf(Object borrower, Duration timeout) throws InterruptedException {
        return acquire(of(borrower), Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Takes a token for somebody if one is free and nobody waits for it. Never blocks.
     *
     * @param borrower who shall have it
     * @return to be closed once, by anyone; or empty
     * @throws IllegalStateException if the borrower has one, or one is waited for on its behalf
     */
    public Optional<Permit> tryAcquireOnBehalfOf(Object borrower) {
        return tryAcquire(of(borrower));
    }

    /**
     * Returns the token of a borrower, in place of closing its permit.
     *
     * @param borrower who has it
     * @throws IllegalStateException if it has none
     */
    public void releaseOnBehalfOf(Object borrower) {
        line.release(Objects.requireNonNull(borrower, "borrower"));
    }

    private Permit acquire(Loan loan, @Nullable Duration timeout) throws InterruptedException {
        Turn turn = Turn.here(loan);
        turn.checkpoint(); // before mistakes are looked for, so that cancelled code always gets the same
        line.begin(loan);
        boolean borrowed = false;
        try {
            line.acquire(turn, timeout);
            borrowed = true;
        } finally {
            if (!borrowed) {
                line.forget(loan);
            }
        }
        return loan.permit;
    }

    private Optional<Permit> tryAcquire(Loan loan) {
        line.begin(loan);
        if (line.tryAcquire(Turn.here(loan))) {
            return Optional.of(loan.permit);
        }
        line.forget(loan);
        return Optional.empty();
    }

    private Loan mine() {
        Party party = Turn.here(null).party();
        return new Loan(line, party.task() == null ? party.thread() : party.task(), party.thread());
    }

    private Loan of(Object borrower) {
        return new Loan(line, Objects.requireNonNull(borrower, "borrower"), null);
    }

    /**
     * How many tokens there are.
     *
     * @return as set last
     */
    public int totalTokens() {
        synchronized (line.monitor) {
            return line.total;
        }
    }

    /**
     * Changes the number of tokens. More let in those who wait, at once; fewer take none away: who has one keeps it, and the next ones wait until
     * enough have been returned.
     *
     * @param totalTokens zero lets nobody pass until it is raised
     */
    public void totalTokens(int totalTokens) {
        synchronized (line.monitor) {
            line.total = checked(totalTokens);
        }
        line.advance();
    }

    /**
     * How many tokens are borrowed.
     *
     * @return may be more than there are, after their number was lowered
     */
    public int borrowedTokens() {
        synchronized (line.monitor) {
            return line.borrowed;
        }
    }

    /**
     * How many tokens are free.
     *
     * @return never negative
     */
    public int availableTokens() {
        synchronized (line.monitor) {
            return Math.max(0, line.total - line.borrowed);
        }
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        synchronized (line.monitor) {
            return new Statistics(line.total, line.borrowers(), line.waiting());
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return line.describe() + " [" + now.borrowedTokens() + " of " + now.totalTokens() + " borrowed, "
                + now.waiting().size() + " waiting]";
    }

    /** A token that somebody has, or is to have. */
    private static final class Loan {
        final Object borrower;
        /** Who alone may return it; null for anyone. */
        final @Nullable Thread thread;

        final Permit permit;
        // both guarded by the monitor of the line
        boolean granted;
        /** Who borrowed it, once it is granted. */
        @Nullable
        Turn turn;

        Loan(Line line, Object borrower, @Nullable Thread thread) {
            this.borrower = borrower;
            this.thread = thread;
            this.permit = new Permit(line, this);
        }
    }

    private static final class Line extends WaitLine implements Permit.Source {
        // all guarded by the monitor
        private final String name;
        private int total;
        private int borrowed;
        /** By borrower, one each: those granted, and those waited for. */
        private final Map<Object, Loan> loans = new LinkedHashMap<>();

        Line(String name, int total) {
            this.name = name;
            this.total = total;
        }

        /** One token a borrower: to wait for a second one while there is a first would never end well. */
        void begin(Loan loan) {
            Loan other;
            synchronized (monitor) {
                other = loans.putIfAbsent(loan.borrower, loan);
                if (other == null) {
                    return;
                }
            }
            throw new IllegalStateException(loan.borrower + " has a token of " + describe()
                    + ", or waits for one, and each borrower has one; close its permit first, or use a"
                    + " Semaphore, which only counts");
        }

        void forget(Loan loan) {
            synchronized (monitor) {
                loans.remove(loan.borrower, loan);
            }
        }

        List<Object> borrowers() {
            return loans.values().stream()
                    .filter(loan -> loan.granted)
                    .map(loan -> loan.borrower)
                    .toList();
        }

        @Override
        protected boolean take(Turn turn) {
            if (borrowed >= total) {
                return false;
            }
            borrowed++;
            Loan loan = loanOf(turn.claim);
            loan.granted = true;
            loan.turn = turn;
            return true;
        }

        @Override
        protected void putBack(Turn turn) {
            Loan loan = loanOf(turn.claim);
            if (loan.granted) { // else it has been returned on behalf of its borrower meanwhile
                returned(loan);
            }
        }

        @Override
        public void release(Permit permit) {
            Loan loan = loanOf(permit.of);
            if (loan.thread != null && !loan.thread.equals(Thread.currentThread())) {
                throw new IllegalStateException("the token of " + describe() + " was borrowed by " + loan.borrower
                        + ", and another thread tried to return it; use acquireOnBehalfOf if others return it");
            }
            synchronized (monitor) {
                permit.markClosed();
                returned(loan);
            }
            advance();
        }

        void release(Object borrower) {
            synchronized (monitor) {
                Loan loan = loans.get(borrower);
                if (loan == null || !loan.granted) {
                    throw new IllegalStateException(borrower + " has no token of " + describe()
                            + " to return: it has borrowed none, or returned it before");
                }
                loan.permit.markClosed();
                returned(loan);
            }
            advance();
        }

        private void returned(Loan loan) {
            loan.granted = false;
            borrowed--;
            loans.remove(loan.borrower, loan);
        }

        private static Loan loanOf(@Nullable Object of) {
            return (Loan) Objects.requireNonNull(of);
        }

        @Override
        public String describe() {
            return "limiter '" + name + "'";
        }

        @Override
        public List<Party> acquirers() {
            var parties = new ArrayList<Party>();
            synchronized (monitor) {
                for (Loan loan : loans.values()) {
                    if (loan.granted && loan.turn != null) {
                        parties.add(loan.turn.party());
                    }
                }
            }
            return parties;
        }
    }
}
