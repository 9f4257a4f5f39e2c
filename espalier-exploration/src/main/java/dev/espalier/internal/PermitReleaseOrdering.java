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
import org.openjdk.jcstress.infra.results.Z_Result;

/** S1: a permit that is closed without the monitor, and one that joins the queue for it. One sees the other, or it would wait for ever. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "It has the permit.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The permit is free, and it waits.")
@State
public class PermitReleaseOrdering {
    private final Semaphore semaphore = new Semaphore("s", 1);
    private final Permit permit = semaphore.tryAcquire().orElseThrow();
    private final Permit next = Lines.permit(semaphore);
    private volatile Turn turn;

    /** Gives it back. */
    @Actor
    public void closes() {
        permit.close();
    }

    /** Joins the queue, and would park if it has no permit. */
    @Actor
    public void joins() {
        var mine = Turn.here(next);
        boolean _ = Lines.of(semaphore).enqueue(mine);
        turn = mine;
    }

    /** Whether it has it in the end. */
    @Arbiter
    public void end(Z_Result r) {
        r.r1 = turn.granted;
    }
}
