// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** C2: who has seen that a scope was cancelled finds what is below it cancelled too, although a group on the way remembers otherwise. */
@JCStressTest
@Outcome(
        id = {"true, true", "false, true", "false, false"},
        expect = Expect.ACCEPTABLE,
        desc = "In this order.")
@Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "It is cancelled, and below it nothing is.")
@State
public class EpochVisibility {
    private final EpochOrdering.Part part = new EpochOrdering.Part();

    /** The canceller. */
    @Actor
    public void canceller() {
        boolean _ = part.around.mark("cancelled");
    }

    /** Anybody. */
    @Actor
    public void reader(ZZ_Result r) {
        r.r1 = part.around.cancelCalled();
        r.r2 = part.task.isEffectivelyCancelled();
    }
}
