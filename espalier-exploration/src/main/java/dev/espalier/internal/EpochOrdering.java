// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Options;
import dev.espalier.spi.Backend;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** C2, where a group on the way remembers that nothing was cancelled: a task that begins, and a canceller of what is around. One sees the other. */
@JCStressTest
@Outcome(
        id = {"true, true", "true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "At least one sees the other.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The cancellation is missed.")
@State
public class EpochOrdering {
    private final Part part = new Part();

    /** The task: whether it sees the cancellation. */
    @Actor
    public void task(ZZ_Result r) {
        part.task.state = TaskState.RUNNING;
        r.r1 = part.task.isEffectivelyCancelled();
    }

    /** The canceller: whether it sees that the task runs. */
    @Actor
    public void canceller(ZZ_Result r) {
        boolean _ = part.around.mark("cancelled");
        r.r2 = part.task.state == TaskState.RUNNING;
    }

    /** A task in a group in a scope; the group has been looked at. */
    static final class Part {
        final ForeignStrand around = new ForeignStrand(null);
        final TaskNode<Object> task;

        Part() {
            var group = new Group(Options.DEFAULT.backend(Backend.platformThreads()), around, /* runForm= */ false);
            task = Parts.task(group, "task");
            if (task.isEffectivelyCancelled()) {
                throw new AssertionError("cancelled before anybody has cancelled it");
            }
        }
    }
}
