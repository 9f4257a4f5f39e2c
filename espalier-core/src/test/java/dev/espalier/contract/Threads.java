// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import java.util.function.BooleanSupplier;

/** Waits for states of threads without sleeping a fixed time. */
public final class Threads {
    private Threads() {}

    /**
     * For a thread that is neither the owner nor a task: a platform thread, or, in a simulation, which must know of it, a virtual one
     * of that.
     */
    public static Thread.Builder aside(String name) {
        return BackendExtension.isSimulated()
                ? Thread.ofVirtual().name(name)
                : Thread.ofPlatform().daemon().name(name);
    }

    /** Returns when the thread is blocked, waiting or has ended. */
    public static void awaitBlocked(Thread thread) {
        until(() -> switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> true;
            case NEW, RUNNABLE -> false;
        });
    }

    /** Returns when the condition holds. The test's own timeout ends it if it never does. */
    public static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting for a condition");
            }
            Thread.yield();
        }
    }

    /** As {@link #until}, for a caller that is cancelled: leaves its interrupt status as it is. */
    public static void untilRegardless(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }
}
