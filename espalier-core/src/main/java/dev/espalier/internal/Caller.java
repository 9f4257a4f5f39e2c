// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;

/**
 * Who calls, as one object: the task, or the thread where it runs none. So one word says who holds something, and a compare-and-set is enough to become it.
 *
 * <p>A thread that is in a scope but runs no task is the thread, inside and outside of its scopes: what Espalier knows of it comes and goes with them.
 */
public final class Caller {
    private Caller() {}

    /**
     * Who calls.
     *
     * @return a task, or the calling thread
     */
    public static Object here() {
        return of(Strands.current());
    }

    /**
     * Who calls, if it may go on: what every call that may wait begins with (C7).
     *
     * @return as {@link #here}
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static Object checkpoint() throws InterruptedException {
        Strand here = Strands.current();
        checkpoint(here);
        return of(here);
    }

    /** The same for who knows its strand; null if it is in no scope. */
    static void checkpoint(@Nullable Strand here) throws InterruptedException {
        if (here != null) {
            here.checkCancelled();
        }
        if (Thread.interrupted()) {
            throw Sleep.interrupted(here);
        }
    }

    private static Object of(@Nullable Strand strand) {
        return strand instanceof TaskNode<?> ? strand : Thread.currentThread();
    }

    /**
     * The thread of somebody.
     *
     * @param who as {@link #here} returned it, on any thread
     * @return null if it is a task that has ended
     */
    public static @Nullable Thread threadOf(Object who) {
        return who instanceof Thread thread ? thread : ((TaskNode<?>) who).thread;
    }

    /**
     * Whether somebody can do nothing any more.
     *
     * @param who as {@link #here} returned it, on any thread
     * @return whether the task is done, or the thread has ended
     */
    public static boolean hasEnded(Object who) {
        return who instanceof Thread thread ? !thread.isAlive() : ((TaskNode<?>) who).isDone();
    }
}
