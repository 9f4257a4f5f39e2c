// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.internal.Caller;
import dev.espalier.internal.Turn;
import java.time.Duration;
import java.util.List;
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
    private final LimiterLine line;

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
        line = new LimiterLine(Names.checked(name), checked(totalTokens));
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
        return acquire(mine(Caller.checkpoint()), null);
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
        Objects.requireNonNull(timeout, "timeout");
        return acquire(mine(Caller.checkpoint()), timeout);
    }

    /**
     * Takes a token for the calling task if one is free and nobody waits for it. Never blocks.
     *
     * @return to be closed once, by the same task; or empty
     * @throws IllegalStateException if the task has one
     */
    public Optional<Permit> tryAcquire() {
        return tryAcquire(mine(Caller.here()));
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
        Objects.requireNonNull(borrower, "borrower");
        return acquire(anyones(Caller.checkpoint(), borrower), null);
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
        Objects.requireNonNull(borrower, "borrower");
        Objects.requireNonNull(timeout, "timeout");
        return acquire(anyones(Caller.checkpoint(), borrower), timeout);
    }

    /**
     * Takes a token for somebody if one is free and nobody waits for it. Never blocks.
     *
     * @param borrower who shall have it
     * @return to be closed once, by anyone; or empty
     * @throws IllegalStateException if the borrower has one, or one is waited for on its behalf
     */
    public Optional<Permit> tryAcquireOnBehalfOf(Object borrower) {
        return tryAcquire(anyones(Caller.here(), Objects.requireNonNull(borrower, "borrower")));
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

    private Permit mine(Object who) {
        return new Permit(line, who, who);
    }

    private Permit anyones(Object who, Object borrower) {
        return new Permit(line.anyones, who, borrower);
    }

    private Permit acquire(Permit token, @Nullable Duration timeout) throws InterruptedException {
        if (!line.borrow(token)) {
            boolean borrowed = false;
            try {
                line.queue(Turn.here(token), timeout);
                borrowed = true;
            } finally {
                if (!borrowed) {
                    line.forget(token);
                }
            }
        }
        return token;
    }

    private Optional<Permit> tryAcquire(Permit token) {
        if (line.borrow(token)) {
            return Optional.of(token);
        }
        line.forget(token);
        return Optional.empty();
    }

    /**
     * How many tokens there are.
     *
     * @return as set last
     */
    public int totalTokens() {
        return line.total();
    }

    /**
     * Changes the number of tokens. More let in those who wait, at once; fewer take none away: who has one keeps it, and the next ones wait until
     * enough have been returned.
     *
     * @param totalTokens zero lets nobody pass until it is raised
     */
    public void totalTokens(int totalTokens) {
        line.total(checked(totalTokens));
    }

    /**
     * How many tokens are borrowed.
     *
     * @return may be more than there are, after their number was lowered
     */
    public int borrowedTokens() {
        return line.borrowed();
    }

    /**
     * How many tokens are free.
     *
     * @return never negative
     */
    public int availableTokens() {
        synchronized (line.monitor) {
            return Math.max(0, line.total() - line.borrowed());
        }
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        synchronized (line.monitor) {
            return new Statistics(line.total(), line.borrowers(), line.waiting());
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return line.describe() + " [" + now.borrowedTokens() + " of " + now.totalTokens() + " borrowed, "
                + now.waiting().size() + " waiting]";
    }
}
