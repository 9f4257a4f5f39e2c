// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** C2, L4: a task writes RUNNING and reads cause; a canceller writes cause and reads the state. And it sees the task's thread. */
@JCStressTest
@Outcome(
        id = {"true, true", "true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "At least one sees the other.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The task is not interrupted.")
@State
public class StartOrdering {
    private static final Group GROUP = Parts.group();
    private static final Thread THREAD = new Thread(() -> {});

    private final TaskNode<Object> task = Parts.task(GROUP, "task");

    /** The forker and the task's thread, which starts after it: whether the task sees its cancellation. */
    @Actor
    public void task(ZZ_Result r) {
        task.thread = THREAD;
        task.state = TaskState.RUNNING;
        r.r1 = task.isEffectivelyCancelled();
    }

    /** The canceller: whether it finds a thread to interrupt. */
    @Actor
    public void canceller(ZZ_Result r) {
        boolean _ = Scope.CAUSE.compareAndSet(task, null, (Object) "cancelled");
        r.r2 = task.isRunning() && task.thread == THREAD;
    }
}
