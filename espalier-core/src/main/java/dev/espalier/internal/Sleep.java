// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.Objects;

/** Waiting for time to pass. */
public final class Sleep {
    private Sleep() {}

    /**
     * Waits on the clock of the caller's backend.
     *
     * @param duration how long
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static void sleep(Duration duration) throws InterruptedException {
        Objects.requireNonNull(duration, "duration");
        Strand strand = Strands.current();
        Backend backend = Scope.current().backend();
        Deadline end = Deadline.after(duration, backend);
        boolean told = false;
        try {
            while (true) {
                Caller.checkpoint(strand);
                long left = end.remainingNanos();
                if (left <= 0) {
                    return;
                }
                if (!told && Observers.waits) {
                    told = true;
                    Observers.waitBegan(duration);
                }
                backend.parkNanos(end, left);
            }
        } finally {
            if (told) {
                Observers.waitEnded();
            }
        }
    }

    /** The exception for a caller whose interrupt status was set, and has been cleared. */
    static InterruptedException interrupted(@org.jspecify.annotations.Nullable Strand strand) {
        if (strand != null && strand.current.isEffectivelyCancelled()) {
            return strand.cancelled(/* consumed= */ true);
        }
        return new InterruptedException("interrupted by something other than a cancel scope");
    }
}
