// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** No bug: sleeps in every way that the JDK knows, in a class that is woven. */
public final class Naps {
    private Naps() {}

    /** Sleeps for four hours, and returns how many nanoseconds that took. */
    public static long sleep() throws InterruptedException {
        long before = System.nanoTime();
        Thread.sleep(TimeUnit.HOURS.toMillis(1));
        Thread.sleep(TimeUnit.HOURS.toMillis(1), 1);
        Thread.sleep(Duration.ofHours(1));
        TimeUnit.HOURS.sleep(1);
        Thread.sleep(0);
        TimeUnit.HOURS.sleep(-1);
        return System.nanoTime() - before;
    }

    /** Sleeps for a negative time. */
    public static void negative() throws InterruptedException {
        Thread.sleep(-1);
    }

    /** Waits in a loop, without a lock, until somebody else has done something. */
    public static void spin(java.util.concurrent.atomic.AtomicBoolean done) {
        while (!done.get()) {
            Thread.onSpinWait();
        }
    }
}
