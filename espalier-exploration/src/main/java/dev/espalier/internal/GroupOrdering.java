// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A group's plain link to the group opened before it is published by the volatile top of its owner's stack. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not opened yet.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Opened: its link and its options are there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Half a group.")
@State
public class GroupOrdering {
    private static final Group OUTER = Parts.group();

    private final ForeignStrand strand = new ForeignStrand(null);

    /** Nothing but the outer group is open. */
    public GroupOrdering() {
        strand.groups = OUTER;
    }

    /** The owner. */
    @Actor
    public void owner() {
        strand.push(Parts.group());
    }

    /** A canceller. */
    @Actor
    @SuppressWarnings("ConstantValue") // that it is not null is what this is about
    public void canceller(II_Result r) {
        Group top = strand.groups;
        if (top != null && top != OUTER) {
            r.r1 = top.outer == OUTER ? 1 : -1;
            r.r2 = top.options != null && top.tasks != null ? 1 : -1;
        }
    }
}
