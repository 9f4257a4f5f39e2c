// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** C1: of two reasons one stays, and whoever gave it is the only one who is told so. */
@JCStressTest
@Outcome(
        id = {"true, false, one", "false, true, two"},
        expect = Expect.ACCEPTABLE,
        desc = "One reason, and it is the winner's.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two winners, none, or the other's reason.")
@State
public class ReasonOrdering {
    private final PlainScope scope = PlainScope.create(null, null);

    private boolean cancel(String message) {
        return scope.cancelWith(Reasons.plain(scope, message));
    }

    /** One canceller. */
    @Actor
    public void one(ZZL_Result r) {
        r.r1 = cancel("one");
    }

    /** The other. */
    @Actor
    public void two(ZZL_Result r) {
        r.r2 = cancel("two");
    }

    /** What stays. */
    @Arbiter
    public void reason(ZZL_Result r) {
        CancelReason reason = Objects.requireNonNull(scope.ownReason());
        r.r3 = reason.message();
    }
}
