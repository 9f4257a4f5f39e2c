// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import org.jspecify.annotations.Nullable;

/** How the threads of a simulation are stopped and let go on. */
interface Machine {
    /** A thread that comes to the world when it is started. */
    Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals);

    /** On any thread: one of the world that runs without its turn waits for it here. */
    void enter();

    /** On the driver: lets the thread run until it stops. */
    void resume(SimThread thread);

    /** On a thread of the world: stops, and can go on at once. */
    void giveWay(SimThread thread);

    /** Whether a thread that stops does so because it said that others should go first. */
    boolean hasYielded(SimThread thread);

    /** On a thread of the world: stops until it is unparked or interrupted, or for no reason. */
    void park(SimThread thread, Object blocker);

    /** On any thread. */
    void unpark(Thread thread);

    /** Returns when everything that the last step has set free is in the world's list. */
    void settle(World world);

    /** Where a thread that is new to the world stands among others that are. */
    int order(Thread thread);

    /** Whether a thread that is said to be free is so. */
    boolean mayBeFreed(SimThread thread);

    /** Whether switches happen only where Espalier blocks. */
    boolean isPortable();
}
