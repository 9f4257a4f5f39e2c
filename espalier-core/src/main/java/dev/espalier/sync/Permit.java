// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.internal.Turn;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code acquire} returns: the right to go on, until it is closed. Made for a {@code try} statement.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="semaphore"}
 *
 * <p>It is not given back by itself: a permit that nobody closes is lost, also when the task that acquired it ends.
 *
 * <p><b>Threads.</b> One of a {@link Lock}, or of {@link CapacityLimiter#acquire()}, is closed by the thread that acquired it; any other by whoever
 * has it. <b>Memory.</b> What happens before a permit is closed happens-before the acquire that gets it next.
 *
 * @since 0.1
 */
public final class Permit implements AutoCloseable {
    /** Who gave it. */
    interface Source {
        /** Takes it back, once. */
        void release(Permit permit);
    }

    private final Source source;
    /** What the source knows it by. */
    final @Nullable Object of;
    /** Guarded by the monitor of the source's line. */
    private boolean closed;
    /** Who acquired it, and its neighbours, while it is in a list of {@link Holders}; guarded by the monitor of the source's line. */
    @Nullable
    Turn turn;

    @Nullable
    Permit newer;

    @Nullable
    Permit older;

    Permit(Source source, @Nullable Object of) {
        this.source = source;
        this.of = of;
    }

    /**
     * Gives it back. Never blocks, and is never a cancellation point.
     *
     * @throws IllegalStateException if it was closed before, or the caller does not hold it
     */
    @Override
    public void close() {
        source.release(this);
    }

    /** Throws if it was closed; under the monitor of the source's line. */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this permit of " + source
                    + " was given back before; close each permit once: let a try statement do it");
        }
    }

    /** Closes it, once; under the monitor of the source's line. */
    void markClosed() {
        checkOpen();
        closed = true;
    }

    @Override
    public String toString() {
        return "permit of " + source;
    }
}
