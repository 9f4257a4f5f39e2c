// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** M1: who sees a task terminated sees its result, and what its body wrote, though both are plain. */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Not terminated yet.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Terminated: all is seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Terminated, and something is missing.")
@State
public class OutcomeOrdering {
    private static final class Box {
        int value;
    }

    private static final Group GROUP = Parts.group();

    private final TaskNode<Object> task = Parts.task(GROUP, "task");
    private int written;

    /** The task's thread. */
    @Actor
    public void task() {
        var box = new Box();
        box.value = 1;
        written = 2;
        task.succeed(box);
        Waiter _ = task.closeWaiters();
    }

    /** Anybody. */
    @Actor
    public void reader(II_Result r) {
        if (task.isDone()) {
            Object result = task.value();
            r.r1 = result == null ? 0 : ((Box) result).value;
            r.r2 = written;
        } else {
            r.r1 = -1;
            r.r2 = -1;
        }
    }
}
