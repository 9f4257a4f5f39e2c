// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.Optional;

/** How old tasks are, once somebody wants to know. */
public final class Ages {
    /*
     * Reading the clock costs about a tenth of what a trivial task does; so tasks remember when they were forked only after somebody has said that
     * he will look. A stamp is the clock's upper part, in units of 16.8 ms: it fits where a task has four bytes to spare, and comes round after two
     * years. 0 is none.
     */
    private static final int UNIT = 24;
    private static volatile boolean kept = Boolean.getBoolean("espalier.ages");

    private Ages() {}

    /** From now on tasks remember when they were forked. */
    public static void keep() {
        kept = true;
    }

    static int stamp(Backend backend) {
        return kept ? now(backend) : 0;
    }

    private static int now(Backend backend) {
        int now = (int) (backend.nanoTime() >>> UNIT);
        return now == 0 ? 1 : now;
    }

    static Optional<Duration> of(TaskNode<?> task) {
        return task.forked == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Integer.toUnsignedLong(now(task.backend()) - task.forked) << UNIT));
    }

    static Duration of(Group group) {
        return Duration.ofNanos(group.backend().nanoTime() - group.opened);
    }
}
