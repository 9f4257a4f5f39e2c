// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.GroupStats;
import dev.espalier.internal.Census.Opened;

/** A reading under way, of the groups under one name; used by one thread. */
final class Tally {
    private long open;
    private long live;
    private long waiting;
    private long stuck;
    private long forked;
    private long succeeded;
    private long failed;
    private long cancelled;

    Tally(long forked, long failed, long cancelled) {
        this.forked = forked;
        this.failed = failed;
        this.cancelled = cancelled;
        this.succeeded = Math.max(0, forked - failed - cancelled);
    }

    /**
     * Adds an open group. What has succeeded is what is left of all that were forked at an earlier moment than that in which the others are counted: a task that is forked between the two
     * must not count as one that has succeeded.
     */
    void add(Opened group) {
        long all = group.counts().forked();
        GroupStats then = group.counts();
        open++;
        live += then.active();
        waiting += then.waiting();
        forked += all;
        failed += then.failed();
        cancelled += then.cancelled();
        succeeded += Math.max(0, all - then.active() - then.failed() - then.cancelled());
    }

    void addStuck() {
        stuck++;
    }

    Figures figures() {
        return new Figures(open, live, waiting, stuck, forked, succeeded, failed, cancelled);
    }
}
