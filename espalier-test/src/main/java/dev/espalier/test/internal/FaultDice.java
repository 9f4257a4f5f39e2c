// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Faults;
import dev.espalier.test.Schedule;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws faults, or takes them from the schedule that is replayed. */
final class FaultDice {
    static final String CANCEL = "cancel";
    static final String FORK = "fork";
    static final String DELAY = "delay:";

    /** About 30 years: a time that is longer cannot be added to another. */
    private static final long LONGEST = 1_000_000_000_000_000_000L - 1;

    private final SplittableRandom random;
    private final @Nullable Schedule schedule;
    private final Faults faults;

    FaultDice(Run run) {
        this.random = new SplittableRandom(run.seed() * 31 + 17);
        this.schedule = run.schedule();
        this.faults = run.newFaults();
    }

    Faults faults() {
        return faults;
    }

    @Nullable
    String atBlockingPoint(SimThread thread) {
        if (schedule != null) {
            var fault = schedule.faultAt(thread.number, thread.points);
            return FORK.equals(fault) ? null : fault;
        }
        if (faults.cancel() > 0 && random.nextDouble() < faults.cancel() && thread.task() != null) {
            return CANCEL;
        }
        if (faults.delay() > 0 && random.nextDouble() < faults.delay()) {
            return DELAY + (1 + random.nextLong(Math.min(Clock.nanos(faults.longestDelay()), LONGEST)));
        }
        return null;
    }

    @Nullable
    String atFork(SimThread thread) {
        if (schedule != null) {
            return FORK.equals(schedule.faultAt(thread.number, thread.points)) ? FORK : null;
        }
        return faults.failFork() > 0 && random.nextDouble() < faults.failFork() ? FORK : null;
    }
}
