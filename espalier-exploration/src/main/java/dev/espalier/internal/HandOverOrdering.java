// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Lines;
import dev.espalier.sync.Permit;
import dev.espalier.sync.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** S1, C7: a permit is handed over, and who is to get it leaves, cancelled. It has left, or has the permit and passes it on; and none is lost. */
@JCStressTest
@Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "It left before.")
@Outcome(id = "false, true, 1", expect = Expect.ACCEPTABLE, desc = "It got the permit, and has put it back.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both, or neither, or the permit is lost.")
@State
public class HandOverOrdering {
    private final Semaphore semaphore = new Semaphore("s", 1);
    private final WaitLine line = Lines.of(semaphore);
    private final Permit permit = semaphore.tryAcquire().orElseThrow();
    private final Turn turn = Turn.here(Lines.permit(semaphore));

    /** One waits. */
    public HandOverOrdering() {
        if (line.enqueue(turn)) {
            throw new AssertionError("the permit is out");
        }
    }

    /** Gives it back, to the one that waits. */
    @Actor
    public void closes() {
        permit.close();
    }

    /** Leaves. */
    @Actor
    public void leaves(ZZI_Result r) {
        r.r1 = line.withdraw(turn);
        r.r2 = turn.granted;
        if (!r.r1) {
            line.release(turn);
        }
    }

    /** How many are free. */
    @Arbiter
    public void end(ZZI_Result r) {
        r.r3 = semaphore.availablePermits();
    }
}
