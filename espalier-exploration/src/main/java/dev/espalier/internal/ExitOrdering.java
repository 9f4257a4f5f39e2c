// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import dev.espalier.spi.Backend;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** C3: the hand-shake of interrupts. After leaving a scope that another thread cancels, no interrupt is pending, nor comes later. */
@JCStressTest
@Outcome(
        id = {"false, false"},
        expect = Expect.ACCEPTABLE,
        desc = "No interrupt, before and after.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An interrupt has leaked.")
@State
public class ExitOrdering {
    private static final Backend BACKEND = new Woken();

    private final CancelScope scope = CancelScope.create();

    /** The thread in the scope: whether an interrupt was left from the round before, and whether one is now. */
    @Actor
    public void thread(ZZ_Result r) {
        r.r1 = Thread.interrupted();
        try {
            boolean _ = Espalier.run(BACKEND, () -> scope.run(() -> {}));
        } catch (InterruptedException e) {
            throw new AssertionError("a body that does not wait was interrupted", e);
        }
        r.r2 = Thread.interrupted();
    }

    /** The canceller. */
    @Actor
    public void canceller() {
        scope.cancel();
    }
}
