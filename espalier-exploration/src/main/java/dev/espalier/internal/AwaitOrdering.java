// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Whoever pushes its node before it parks is on the stack that the end takes; whoever comes later sees the end. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "It parks, and is woken.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "It does not park, and nobody wakes it.")
@Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "It parks for ever.")
@Outcome(id = "false, true", expect = Expect.FORBIDDEN, desc = "It is woken without having parked.")
@State
public class AwaitOrdering {
    private static final class Node extends Waiter {}

    private static final Group GROUP = Parts.group();

    private final TaskNode<Object> task = Parts.task(GROUP, "task");
    private final Waiter waiter = new Node();

    /** One who awaits the task: whether it parks. */
    @Actor
    public void awaiter(ZZ_Result r) {
        r.r1 = task.push(waiter);
    }

    /** The end: whether it wakes the other. */
    @Actor
    public void end(ZZ_Result r) {
        for (@Nullable Waiter w = task.closeWaiters(); w != null; w = w.next) {
            r.r2 |= w == waiter;
        }
    }
}
