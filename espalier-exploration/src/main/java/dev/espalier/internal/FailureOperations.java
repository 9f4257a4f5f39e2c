// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.FailurePolicy;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** The failures of a group: one of them is the first, and each is thrown once (F1, F7). */
public class FailureOperations {
    private final Group group = Parts.group();
    private final Failures failures = new Failures(FailurePolicy.CANCEL, /* history= */ 16);

    /** A task fails; whether that cancels the group. */
    @Operation
    public boolean add(@Param(gen = IntGen.class, conf = "1:3") int i) {
        TaskNode<Object> task = Parts.task(group, "task-" + i);
        task.fail(new ArithmeticException("failure " + i));
        return failures.add(task);
    }

    /** An exit of the group throws; how many. */
    @Operation(nonParallelGroup = "owner")
    public int take() {
        return failures.take().size();
    }

    /** Whether there are some that were not thrown. */
    @Operation
    public boolean isPending() {
        return failures.isPending();
    }

    /** How many there were. */
    @Operation
    public long total() {
        return failures.total();
    }
}
