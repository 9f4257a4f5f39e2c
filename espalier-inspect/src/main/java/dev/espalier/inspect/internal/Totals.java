// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.internal.Census;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;

/** Counts what a walk meets; used by one thread. */
final class Totals implements Census.Visitor {
    long threads;
    long groups;
    long tasks;
    long waiting;
    long cancelled;
    long stuck;

    static Totals now() {
        var totals = new Totals();
        Census.walk(totals);
        return totals;
    }

    void add(Occupant occupant) {
        if (occupant.task() == null) {
            threads++;
            return;
        }
        tasks++;
        if (occupant.awaits() != null) {
            waiting++;
        }
        if (occupant.isCancelled()) {
            cancelled++;
        }
        if (occupant.isStuck()) {
            stuck++;
        }
    }

    @Override
    public boolean enter(Occupant occupant) {
        add(occupant);
        return true;
    }

    @Override
    public boolean enter(Opened opened) {
        groups++;
        return true;
    }

    String text() {
        return Words.count(tasks, "task") + ", " + Words.count(groups, "group") + ", " + Words.count(threads, "thread")
                + (cancelled == 0 ? "" : ", " + Words.number(cancelled) + " cancelled")
                + (stuck == 0 ? "" : ", " + Words.number(stuck) + " ignoring it");
    }
}
