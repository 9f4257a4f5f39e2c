// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** B1: who holds the only place sees what the one before wrote, and nobody else holds it. */
@JCStressTest
@Outcome(
        id = {"1, 2, 2", "2, 1, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "One after the other.")
@Outcome(
        id = {"0, 1, 1", "1, 0, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "One found no place.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both at once, or what the first wrote was not seen.")
@State
public class PlaceOrdering {
    private static final Group GROUP = Parts.group();

    private final Places places = new Places(GROUP, 1);
    private int plain;

    private int use() {
        if (places.acquire(/* mayWait= */ false) != Places.Result.GRANTED) {
            return 0;
        }
        int mine = ++plain;
        places.release();
        return mine;
    }

    /** One task. */
    @Actor
    public void one(III_Result r) {
        r.r1 = use();
    }

    /** Another. */
    @Actor
    public void two(III_Result r) {
        r.r2 = use();
    }

    /** How many there were. */
    @Arbiter
    public void count(III_Result r) {
        r.r3 = plain;
    }
}
