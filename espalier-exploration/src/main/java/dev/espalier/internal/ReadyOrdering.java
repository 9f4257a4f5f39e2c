// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** L10, M1: a starter that sees its task ready sees the plain value that it reported, and what it wrote before. */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Not ready yet.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Ready: all is seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Ready, and something is missing.")
@State
public class ReadyOrdering {
    private final StartWork<Object> work = new StartWork<>(status -> {}, new Woken(), null);
    private int written;

    /** The task. */
    @Actor
    public void task() {
        written = 2;
        work.started(1);
    }

    /** The starter. */
    @Actor
    @SuppressWarnings("ConstantValue") // that it is not null is what this is about
    public void starter(II_Result r) {
        if (work.isReady()) {
            Object value = work.value();
            r.r1 = value == null ? 0 : (Integer) value;
            r.r2 = written;
        } else {
            r.r1 = -1;
            r.r2 = -1;
        }
    }
}
