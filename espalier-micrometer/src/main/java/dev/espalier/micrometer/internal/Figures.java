// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

/** What a reading says of the groups under one name: what is there, and what has been. */
record Figures(
        long open, long live, long waiting, long stuck, long forked, long succeeded, long failed, long cancelled) {
    static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0);

    /** With counters that are not below those of an earlier reading. */
    Figures notBelow(Figures earlier) {
        return new Figures(
                open,
                live,
                waiting,
                stuck,
                Math.max(forked, earlier.forked),
                Math.max(succeeded, earlier.succeeded),
                Math.max(failed, earlier.failed),
                Math.max(cancelled, earlier.cancelled));
    }
}
