// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** L8: a daemon is counted before its fork looks for the end; the end is said before it looks for daemons. One sees the other. */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "It is let in, and the end sees it.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "It is refused, and there is none.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "It is being refused, and the end waits for that.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "It is let in, and the group closes without it.")
@State
public class DaemonOrdering {
    private final Group group = Parts.group(new Woken());

    /** A fork of a daemon: whether it is let in. */
    @Actor
    public void daemon(ZZ_Result r) {
        r.r1 = group.admit(/* daemon= */ true);
    }

    /** The owner ends the group: whether it sees no daemon. */
    @Actor
    public void owner(ZZ_Result r) {
        boolean ended = group.tryEnd();
        r.r2 = ended && group.hasNo(Ledger.Which.DAEMONS);
    }
}
