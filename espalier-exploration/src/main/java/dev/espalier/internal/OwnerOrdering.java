// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The owner writes waiter and reads the count; the last completion changes the count and reads waiter. One sees the other. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "It parks, and is woken.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "It sees the count at zero.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Both see the other.")
@Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "It parks for ever.")
@State
public class OwnerOrdering {
    private final Woken backend = new Woken();
    private final Group group = Parts.group(backend);

    /** A task lives. */
    public OwnerOrdering() {
        boolean _ = group.admit(/* daemon= */ false);
    }

    /** The owner: whether it parks. */
    @Actor
    public void owner(ZZ_Result r) {
        group.waiter(Thread.currentThread());
        r.r1 = !group.hasNo(Ledger.Which.TASKS);
    }

    /** The last task: whether it wakes the owner. */
    @Actor
    public void lastTask(ZZ_Result r) {
        group.complete(/* daemon= */ false);
        r.r2 = backend.woken;
    }
}
