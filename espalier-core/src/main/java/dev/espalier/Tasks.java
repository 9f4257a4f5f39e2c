// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Sleep;
import java.time.Duration;

/**
 * Operations on tasks that are not a group's own.
 *
 * @since 0.1
 */
public final class Tasks {
    private Tasks() {}

    /**
     * Waits, on the backend's clock: as {@link Thread#sleep(Duration)}, but on virtual time where the backend has it.
     *
     * <p><b>Cancellation.</b> Always a cancellation point, also for zero and negative durations.
     *
     * @param duration how long; zero and negative return at once
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public static void sleep(Duration duration) throws InterruptedException {
        Sleep.sleep(duration);
    }
}
