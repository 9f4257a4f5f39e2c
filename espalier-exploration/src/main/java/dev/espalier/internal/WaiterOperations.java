// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/** The stack of those who wait for a task: whoever pushed is woken by the end, once, and who gave up leaves no trace. */
public class WaiterOperations {
    private static final class Named extends Waiter {
        final int name;

        Named(int name) {
            this.name = name;
        }
    }

    private final TaskNode<Object> task = Parts.task(Parts.group(), "task");

    /** Somebody waits; false if the task has terminated. */
    @Operation
    public boolean push(@Param(gen = IntGen.class, conf = "1:3") int name) {
        return task.push(new Named(name));
    }

    /** Somebody waits for a moment: nobody sees anything of it. */
    @Operation
    public void pushAndRemove() {
        var waiter = new Named(Integer.MIN_VALUE);
        if (task.push(waiter)) {
            task.remove(waiter);
        }
    }

    /** The task terminates; who is woken. */
    @Operation(nonParallelGroup = "the task's thread")
    public List<Integer> close() {
        return task.isTerminated() ? List.of() : names(task.closeWaiters());
    }

    /** Who waits. */
    @Operation
    public boolean isTerminated() {
        return task.isTerminated();
    }

    private static List<Integer> names(@Nullable Waiter top) {
        var names = new ArrayList<Integer>();
        for (Waiter w = top; w != null; w = w.next) {
            if (w instanceof Named named && named.name != Integer.MIN_VALUE) {
                names.add(named.name);
            }
        }
        return names;
    }
}
