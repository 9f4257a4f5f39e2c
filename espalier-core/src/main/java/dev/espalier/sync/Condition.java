// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.internal.Caller;
import dev.espalier.internal.ConditionLine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waiting, under a lock, for what another task does under the same lock.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="condition"}
 *
 * <p>Each method needs the lock. {@code await} gives it up while it waits, however often the caller holds it, and has it back as often when it returns or
 * throws. It returns only after a {@code signal}, in the order of waiting; but before it runs another task may have had the lock, so what was waited for may be
 * over again: {@link #await(BooleanSupplier)} looks.
 *
 * <p>Do not use it for what happens once, which is an {@link Event}; and for handing things over, prefer a queue.
 *
 * <p><b>Cancellation.</b> {@code await} is always a cancellation point, also if its predicate holds. If it throws {@link CancelledException}, the lock is held
 * nevertheless: taking it back is not interrupted. A signal that meets the cancellation of its task goes to the next one. {@code signal} never is.
 *
 * <p><b>Threads.</b> Who holds the lock. <b>Memory.</b> As the lock.
 *
 * <p>Pitfall: {@code signal()} where tasks wait for different things on one condition: it may reach one that cannot use it. Use {@code signalAll}, or a condition
 * for each.
 *
 * <p>From: {@link java.util.concurrent.locks.Condition}; handing on of signals: AnyIO.
 *
 * @since 0.1
 */
public final class Condition {
    private final Lock lock;
    private final ConditionLine line;

    /**
     * What can be seen of a condition at a moment.
     *
     * @param waiting who waits for a signal, in their order
     * @param lock the lock; those who were signalled wait for it
     * @since 0.1
     */
    public record Statistics(List<Party> waiting, Lock.Statistics lock) {}

    /**
     * A condition with a name made of a number.
     *
     * @param lock that guards what is waited for
     */
    public Condition(Lock lock) {
        this(Names.next("condition"), lock);
    }

    /**
     * A condition.
     *
     * @param name for messages and tools
     * @param lock that guards what is waited for
     */
    public Condition(String name, Lock lock) {
        this.lock = lock;
        this.line = new ConditionLine(lock.line, "condition '" + Names.checked(name) + "' of " + lock.line.describe());
    }

    /**
     * Waits for a signal.
     *
     * @throws IllegalStateException if the caller does not hold the lock
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void await() throws InterruptedException {
        awaitSignal(null);
    }

    /**
     * Waits for a signal, for a time.
     *
     * @param timeout on the backend's clock, without the time that it takes to have the lock again; zero and negative wait for the lock only
     * @throws IllegalStateException if the caller does not hold the lock
     * @throws DeadlineExceededException if there was no signal in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void await(Duration timeout) throws InterruptedException {
        awaitSignal(ConditionLine.within(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Waits until a predicate holds: looks now, and after each signal.
     *
     * @param predicate called with the lock held, on this thread
     * @throws IllegalStateException if the caller does not hold the lock
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void await(BooleanSupplier predicate) throws InterruptedException {
        awaitTrue(predicate, null);
    }

    /**
     * Waits until a predicate holds, for a time.
     *
     * @param timeout on the backend's clock, for all signals together
     * @param predicate called with the lock held, on this thread
     * @throws IllegalStateException if the caller does not hold the lock
     * @throws DeadlineExceededException if it did not hold in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void await(Duration timeout, BooleanSupplier predicate) throws InterruptedException {
        awaitTrue(predicate, ConditionLine.within(Objects.requireNonNull(timeout, "timeout")));
    }

    private void awaitTrue(BooleanSupplier predicate, ConditionLine.@Nullable Within within)
            throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        checkMine("await on ");
        Object _ = Caller.checkpoint();
        while (!predicate.getAsBoolean()) {
            awaitSignal(within);
        }
    }

    private void awaitSignal(ConditionLine.@Nullable Within within) throws InterruptedException {
        checkMine("await on ");
        line.await(LockLine.turn(lock.line.holds()), within, lock.line::free);
    }

    private void checkMine(String what) {
        if (!lock.line.isMine()) {
            throw lock.line.notMine(what + line.describe());
        }
    }

    /**
     * Wakes the one that has waited longest.
     *
     * @throws IllegalStateException if the caller does not hold the lock
     */
    public void signal() {
        signal(1);
    }

    /**
     * Wakes those that have waited longest.
     *
     * @param n how many, if so many wait; zero or more
     * @throws IllegalStateException if the caller does not hold the lock
     */
    public void signal(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("n is " + n + "; it must be zero or more");
        }
        checkMine("signal ");
        line.signal(n);
    }

    /**
     * Wakes all that wait.
     *
     * @throws IllegalStateException if the caller does not hold the lock
     */
    public void signalAll() {
        signal(Integer.MAX_VALUE);
    }

    /**
     * What can be seen of it now. Does not need the lock.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        synchronized (line.monitor) {
            return new Statistics(line.waiting(), lock.statistics());
        }
    }

    @Override
    public String toString() {
        return line.describe() + " [" + line.waiting().size() + " waiting]";
    }
}
