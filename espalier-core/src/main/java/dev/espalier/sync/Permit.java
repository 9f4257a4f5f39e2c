// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.Task;
import dev.espalier.internal.Caller;
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
    /** Who acquired it. */
    final Thread thread = Thread.currentThread();
    /** The same, as {@link Caller} says it; null if nobody asks. */
    private final @Nullable Object who;
    /** What the source knows it by. */
    final @Nullable Object of;
    /** The source's, which says what it means, and what guards it. */
    int mark;

    Permit(Source source) {
        this(source, null, null);
    }

    Permit(Source source, @Nullable Object who, @Nullable Object of) {
        this.source = source;
        this.who = who;
        this.of = of;
    }

    /** Who acquired it. */
    Party party() {
        return new Party(thread, who instanceof Task<?> task ? task : null);
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

    /** Whoever closes it closed it before. */
    IllegalStateException closedBefore() {
        return new IllegalStateException("this permit of " + source
                + " was given back before; close each permit once: let a try statement do it");
    }

    @Override
    public String toString() {
        return "permit of " + source;
    }
}
