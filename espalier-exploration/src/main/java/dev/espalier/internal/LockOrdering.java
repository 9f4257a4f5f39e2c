// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Lock;
import dev.espalier.sync.Permit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** S1, S2: who has a lock sees what the one before wrote, nobody else has it, and who has it not does not take itself for the owner. */
@JCStressTest
@Outcome(
        id = {"1, 2, 2", "2, 1, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "One after the other.")
@Outcome(
        id = {"0, 1, 1", "1, 0, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "One found it taken.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both at once, or what the first wrote was not seen, or one is mistaken.")
@State
public class LockOrdering {
    private final Lock lock = new Lock("l");
    private int plain;

    private int use() {
        if (lock.isHeldByCaller()) {
            return -1;
        }
        Permit permit = lock.tryAcquire().orElse(null);
        if (permit == null) {
            return lock.isHeldByCaller() ? -2 : 0;
        }
        int mine = ++plain;
        permit.close();
        return lock.isHeldByCaller() ? -3 : mine;
    }

    /** One thread. */
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
