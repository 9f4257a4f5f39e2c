// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Lines;
import dev.espalier.sync.Lock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** S1: an owner that gives a lock back without the monitor, and one that joins the queue. One sees the other, or it would wait for ever. */
@JCStressTest
@Outcome(
        id = {"true, true", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "It has the lock.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The lock is free, and it waits.")
@State
public class LockReleaseOrdering {
    private final Lock lock = new Lock("l");
    private volatile Turn turn;

    /** Holds the lock for a moment: whether it got it. */
    @Actor
    public void owner(ZZ_Result r) {
        var permit = lock.tryAcquire();
        permit.ifPresent(held -> held.close());
        r.r1 = permit.isPresent();
    }

    /** Joins the queue, and would park if it has no lock. */
    @Actor
    public void joins() {
        var mine = Turn.here(1);
        boolean _ = Lines.of(lock).enqueue(mine);
        turn = mine;
    }

    /** Whether it has it in the end. */
    @Arbiter
    public void end(ZZ_Result r) {
        r.r2 = turn.granted;
    }
}
