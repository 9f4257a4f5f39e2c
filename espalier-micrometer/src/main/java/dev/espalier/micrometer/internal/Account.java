// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.GroupStats;
import dev.espalier.internal.Census.Opened;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** What is known of the groups under one name. */
final class Account {
    /*
     * Two halves: what closed groups have left here, and what the last reading has found in open ones. A counter is their sum, and must neither count a group twice nor go down, or
     * who computes rates from it sees peaks.
     *
     * Goals
     *   1. What a reading says is not more than what was true at its end: an error is made good by the next reading, and not there for ever.
     *   2. It is never less than what an earlier one said: `Figures.notBelow`.
     *
     * For 1: a reading takes this half first and then walks, so a group that closes between is in neither, and not in both. `succeeded` is what is left of `forked`: closing adds
     * `forked` last, reading reads it first. (The sum of an adder sees what was added before another add that it has seen: both are volatile writes.)
     *
     * One exception: a task is listed, and so counted as forked, a few instructions before it counts as live or refused; a reading that comes between takes it for one that has succeeded. So
     * `succeeded` may be too high by the number of threads that are in these instructions, until as many more have succeeded.
     *
     * Fields: the adders any thread; `figures` is written by a reading, under its lock, and read by anyone; `announced` is written under the monitor of Meters; `timers` are few and
     * change only when a registry comes or goes.
     */
    final String name;
    final List<TaskTimers> timers = new CopyOnWriteArrayList<>();
    volatile Figures figures = Figures.NONE;
    volatile boolean announced;

    private final LongAdder closed = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder forked = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cancelled = new LongAdder();

    Account(String name) {
        this.name = name;
    }

    void closed(Opened group) {
        GroupStats counts = group.counts();
        if (counts.failed() != 0) {
            failed.add(counts.failed());
        }
        if (counts.cancelled() != 0) {
            cancelled.add(counts.cancelled());
        }
        forked.add(counts.forked());
        nanos.add(group.age().toNanos());
        closed.increment();
    }

    /** How many groups have closed. */
    long closedGroups() {
        return closed.sum();
    }

    /** How long they took together. */
    long nanos() {
        return nanos.sum();
    }

    /** Begins a reading with what closed groups have left. */
    Tally tally() {
        long allForked = forked.sum(); // first: see above
        return new Tally(allForked, failed.sum(), cancelled.sum());
    }
}
