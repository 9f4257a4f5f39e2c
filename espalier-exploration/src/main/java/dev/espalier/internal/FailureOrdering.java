// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** M1: the state of a task and its failure, which is read after the state and before the end of its callbacks. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not failed yet.")
@Outcome(id = "3, 1", expect = Expect.ACCEPTABLE, desc = "Failed: the exception is there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Failed without an exception.")
@State
public class FailureOrdering {
    private static final Group GROUP = Parts.group();

    private final TaskNode<Object> task = Parts.task(GROUP, "task");

    /** The task's thread. */
    @Actor
    public void task() {
        task.fail(new ArithmeticException("failure"));
    }

    /** One who looks at the failures of the group. */
    @Actor
    @SuppressWarnings("ConstantValue") // that it is not null is what this is about
    public void reader(II_Result r) {
        if (task.state == TaskState.FAILED) {
            r.r1 = TaskState.FAILED;
            r.r2 = task.value() == null ? 0 : 1;
        }
    }
}
