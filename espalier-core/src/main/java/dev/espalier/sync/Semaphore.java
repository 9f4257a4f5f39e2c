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

/**
 * A number of permits: so many may go on at once, the others wait, first come first served.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="semaphore"}
 *
 * <p>A permit is an object: whoever has it may close it, also another task than the one that acquired it. There are never more
 * permits than the semaphore was made with.
 *
 * <p>Do not use it to limit how many tasks a group runs: that is {@link dev.espalier.Options#limit}. If the number changes at run time, or each task may
 * have only one, use {@link CapacityLimiter}; for mutual exclusion, {@link Lock}, which knows its owner.
 *
 * <p><b>Cancellation.</b> {@code acquire} is always a cancellation point, also if a permit is free: in cancelled code it throws {@link CancelledException},
 * every time, and has taken nothing. A permit that was handed over to a task at the moment of its cancellation goes to the next one. {@code tryAcquire} and
 * {@link Permit#close} are never cancellation points.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. <b>Memory.</b> See {@link Permit}.
 *
 * <p>Pitfall: acquiring a second permit while holding one. If all permits are held by tasks that do so, all of them wait for ever.
 *
 * <p>From: {@link java.util.concurrent.Semaphore}, with a permit for the {@code try} statement and without a release that nobody acquired.
 *
 * @since 0.1
 */
public final class Semaphore {
    final SemaphoreLine line;

    /**
     * What can be seen of a semaphore at a moment.
     *
     * @param permits how many there are
     * @param available how many are free
     * @param waiting who waits, in the order of service
     * @since 0.1
     */
    public record Statistics(int permits, int available, List<Party> waiting) {}

    /**
     * A semaphore with a name made of a number.
     *
     * @param permits how many may go on at once; at least 1
     */
    public Semaphore(int permits) {
        this(Names.next("semaphore"), permits);
    }

    /**
     * A semaphore.
     *
     * @param name for messages and tools
     * @param permits how many may go on at once; at least 1
     */
    public Semaphore(String name, int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("permits is " + permits + "; it must be at least 1");
        }
        line = SemaphoreLine.of(Names.checked(name), permits);
    }

    /**
     * Waits for a permit.
     *
     * @return to be closed once
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire() throws InterruptedException {
        var permit = new Permit(line, Caller.checkpoint(), null);
        if (line.isWaitedFor() || !line.take(permit)) {
            line.queue(Turn.here(permit), null);
        }
        return permit;
    }

    /**
     * Waits for a permit, for a time.
     *
     * @param timeout on the backend's clock; zero and negative do not wait
     * @return to be closed once
     * @throws DeadlineExceededException if there was none in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        var permit = new Permit(line, Caller.checkpoint(), null);
        if (!line.takeBeforeAnybody(permit)) {
            line.queue(Turn.here(permit), timeout);
        }
        return permit;
    }

    /**
     * Takes a permit if one is free and nobody waits for it. Never blocks.
     *
     * @return to be closed once, or empty
     */
    public Optional<Permit> tryAcquire() {
        var permit = new Permit(line, Caller.here(), null);
        return line.takeBeforeAnybody(permit) ? Optional.of(permit) : Optional.empty();
    }

    /**
     * How many permits are free.
     *
     * @return of this moment; while others acquire and release, it may be off by those
     */
    public int availablePermits() {
        return line.free();
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        synchronized (line.monitor) {
            return new Statistics(line.permits, line.free(), line.waiting());
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return line.describe() + " [" + now.available() + " of " + now.permits() + " free, "
                + now.waiting().size() + " waiting]";
    }
}
