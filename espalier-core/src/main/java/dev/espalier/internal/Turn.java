// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.DeadlineExceededException;
import dev.espalier.spi.Backend;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thread's wait in a {@link WaitLine}, whose essay says how it goes. */
public final class Turn {
    final Thread thread = Thread.currentThread();
    final @Nullable Strand strand;
    /** What the thread is parked by, and whose clock it waits on. */
    public final Backend backend;
    /** What it wants, if the line has to know. */
    public final @Nullable Object claim;
    /** Whether a timeout ends the wait, so that it closes no circle. Written before it joins. */
    boolean timed;
    /** The line it is in; a condition's, then the lock's. Written under the monitor. */
    volatile @Nullable WaitLine line;
    /** Written under the monitor, once; read by the waiting thread. */
    volatile boolean granted;
    /** The one that was let in after this one by the same thread, which alone reads and writes it. */
    @Nullable
    Turn next;

    private Turn(@Nullable Strand strand, @Nullable Object claim) {
        this.strand = strand;
        this.backend = strand == null ? ForeignStrand.ROOT.backend() : strand.current.backend();
        this.claim = claim;
    }

    /**
     * A turn for the calling thread.
     *
     * @param claim what it wants, if the line has to know
     * @return to be used once
     */
    public static Turn here(@Nullable Object claim) {
        return new Turn(Strands.current(), claim);
    }

    /**
     * Who waits.
     *
     * @return as {@link Caller#here} said it
     */
    public Object who() {
        return strand instanceof TaskNode<?> ? strand : thread;
    }

    /**
     * The thread that waits.
     *
     * @return which made this turn
     */
    public Thread thread() {
        return thread;
    }

    static Party party(Thread thread, @Nullable Strand strand) {
        return new Party(thread, strand instanceof TaskNode<?> task ? task : null);
    }

    /**
     * Who waits.
     *
     * @return for statistics and messages
     */
    public Party party() {
        return party(thread, strand);
    }

    /**
     * Throws if the calling thread, whose turn it is, is cancelled or interrupted: what every wait begins with.
     *
     * @throws InterruptedException if it is
     */
    public void checkpoint() throws InterruptedException {
        Caller.checkpoint(strand);
    }

    /** The exception for a thread that left because it was cancelled or interrupted. */
    InterruptedException cancelledOrInterrupted() {
        if (strand != null && strand.current.isEffectivelyCancelled()) {
            return strand.cancelled(/* consumed= */ false);
        }
        boolean _ = Thread.interrupted();
        return Sleep.interrupted(strand);
    }

    /** The exception for a thread that waited for too long. */
    static DeadlineExceededException late(WaitLine line, Duration timeout) {
        List<Party> holders = line.holders();
        String message = "waited " + timeout + " for " + line.describe()
                + (holders.isEmpty() ? "" : ", which is held by " + holders.getFirst());
        return Traces.trimmed(
                new DeadlineExceededException(new CancelReason(Kind.DEADLINE, message, null, null, null, null), null));
    }

    boolean isCancelled() {
        return strand != null && strand.current.isEffectivelyCancelled();
    }

    boolean isLeaving() {
        return isCancelled() || thread.isInterrupted();
    }

    void wake() {
        backend.unpark(thread);
    }
}
