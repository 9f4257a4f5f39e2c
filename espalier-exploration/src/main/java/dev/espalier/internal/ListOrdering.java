// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A task that is pushed while another one is, and while the list is swept, is on it with its links. */
@JCStressTest
@Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "Both are there, and one of those that have terminated.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A task is lost.")
@State
public class ListOrdering {
    private static final Group GROUP = Parts.group();

    private final TaskList tasks = new TaskList(/* history= */ 1);

    /** Two have terminated. */
    public ListOrdering() {
        for (int i = 0; i < 2; i++) {
            TaskNode<Object> task = Parts.task(GROUP, "old");
            task.terminateAs(TaskState.SUCCEEDED);
            tasks.push(task);
        }
    }

    /** A fork. */
    @Actor
    public void one() {
        tasks.push(Parts.task(GROUP, "one"));
    }

    /** A fork that sweeps. */
    @Actor
    public void two() {
        tasks.push(Parts.task(GROUP, "two"));
        long _ = tasks.trim();
    }

    /** What is there at the end. */
    @Arbiter
    public void count(III_Result r) {
        r.r1 = tasks.list(task -> !task.isTerminated()).size();
        r.r2 = tasks.list(TaskState::isTerminated).size();
        for (TaskNode<?> task = tasks.head; task != null; task = task.next) {
            r.r3 += task.isTerminated() ? 1 : 0;
        }
    }
}
