// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.internal.WaitLine;

/** The lines of primitives, for explorations of how one waits in them. */
public final class Lines {
    private Lines() {}

    /** Of a lock. */
    public static WaitLine of(Lock lock) {
        return lock.line;
    }

    /** Of a semaphore. */
    public static WaitLine of(Semaphore semaphore) {
        return semaphore.line;
    }

    /** What a turn in the line of a semaphore claims. */
    public static Permit permit(Semaphore semaphore) {
        return new Permit(semaphore.line, null, null);
    }
}
