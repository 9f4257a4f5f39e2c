// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** C2: a thread writes current and reads cause; a canceller writes cause and reads current. One sees the other. */
@JCStressTest
@Outcome(
        id = {"true, true", "true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "At least one sees the other.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The cancellation is missed.")
@State
public class EntryOrdering {
    private final ForeignStrand strand = new ForeignStrand(null);
    private final PlainScope scope = PlainScope.create(null, null);

    /** The thread: whether it sees the cancellation. */
    @Actor
    public void thread(ZZ_Result r) {
        strand.enter(scope);
        r.r1 = scope.isEffectivelyCancelled();
    }

    /** The canceller: whether it sees where the thread is. */
    @Actor
    public void canceller(ZZ_Result r) {
        boolean _ = Scope.CAUSE.compareAndSet(scope, null, (Object) "cancelled");
        r.r2 = strand.current == scope;
    }
}
