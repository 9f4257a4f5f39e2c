// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.internal.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Mutual exclusion: one task at a time, first come first served. Reentrant: its owner may acquire it again.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="lock"}
 *
 * <p>It belongs to the task that acquired it (or the thread, if it is no task), and not to the tasks that this one forks. Each {@code acquire} gives a permit
 * of its own; the lock is free when all are closed.
 *
 * <p>Do not use it for a few instructions that never block: {@code synchronized} is simpler, and an unfair
 * {@link java.util.concurrent.locks.ReentrantLock} is faster under contention. Use it where a cancellation must end the wait, where order matters, or where you
 * want to see who waits for whom.
 *
 * <p><b>Failure.</b> Waiting for a lock whose holder has ended without giving it back, or waits, by way of others, for the caller, would never end: then
 * {@code acquire} without a timeout throws {@link IllegalStateException}, which names them. It is found when the lock is what closes the circle; not if the lock
 * is waited for already, and then a task is awaited that needs it.
 *
 * <p><b>Cancellation.</b> {@code acquire} is always a cancellation point, also if the lock is free or the caller's already: in cancelled code it throws
 * {@link CancelledException}, every time, and has taken nothing. A lock that was handed over to a task at the moment of its cancellation goes to the next one.
 * {@code tryAcquire} and {@link Permit#close} are never cancellation points.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. <b>Memory.</b> See {@link Permit}.
 *
 * <p>Pitfall: holding a lock while awaiting tasks that need it; see above. Await them before, or after.
 *
 * <p>From: a fair {@link java.util.concurrent.locks.ReentrantLock}; AnyIO, whose lock belongs to the task.
 *
 * @since 0.1
 */
public final class Lock {
    final LockLine line;

    /**
     * What can be seen of a lock at a moment.
     *
     * @param owner who holds it; null if it is free
     * @param holds how many permits the owner has to close
     * @param waiting who waits, in the order of service
     * @since 0.1
     */
    public record Statistics(@Nullable Party owner, int holds, List<Party> waiting) {
        /**
         * Whether somebody holds it.
         *
         * @return whether there is an owner
         */
        public boolean isLocked() {
            return owner != null;
        }
    }

    /** A lock with a name made of a number. */
    public Lock() {
        this(Names.next("lock"));
    }

    /**
     * A lock.
     *
     * @param name for messages and tools
     */
    public Lock(String name) {
        line = new LockLine(Names.checked(name));
    }

    /**
     * Waits for the lock.
     *
     * @return to be closed once, by the same thread
     * @throws IllegalStateException if the wait would never end
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire() throws InterruptedException {
        return acquireWithin(null);
    }

    /**
     * Waits for the lock, for a time.
     *
     * @param timeout on the backend's clock; zero and negative do not wait
     * @return to be closed once, by the same thread
     * @throws DeadlineExceededException if it was not free in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire(Duration timeout) throws InterruptedException {
        return acquireWithin(Objects.requireNonNull(timeout, "timeout"));
    }

    private Permit acquireWithin(@Nullable Duration timeout) throws InterruptedException {
        Object who = Caller.checkpoint();
        if (line.isWaitedFor() || !line.tryOwn(who)) {
            acquireSlowly(timeout);
        }
        return new Permit(line, who, null);
    }

    private void acquireSlowly(@Nullable Duration timeout) throws InterruptedException {
        if (line.reenter()) {
            return;
        }
        Party gone = timeout == null ? line.ownerThatHasEnded() : null;
        if (gone != null) {
            throw new IllegalStateException(line.describe() + " is held by " + gone
                    + ", which has ended without giving it back; close every permit: let a try statement do it");
        }
        line.queue(LockLine.turn(/* holds= */ 1), timeout);
    }

    /**
     * Takes the lock if it is free and nobody waits for it, or if the caller holds it. Never blocks.
     *
     * @return to be closed once, by the same thread; or empty
     */
    public Optional<Permit> tryAcquire() {
        Object who = Caller.here();
        return line.reenter() || line.tryOwnBeforeAnybody(who)
                ? Optional.of(new Permit(line, who, null))
                : Optional.empty();
    }

    /**
     * Whether the calling thread holds it.
     *
     * @return for assertions
     */
    public boolean isHeldByCaller() {
        return line.isMine();
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        return line.statistics();
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return line.describe()
                + (now.owner() == null ? " [free" : " [held by " + now.owner())
                + ", " + now.waiting().size() + " waiting]";
    }
}
