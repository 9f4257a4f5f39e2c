// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** The list of a group's tasks, with a history of one: what is swept is never missed by who lists (L7). */
public class TaskListOperations {
    private final Group group = Parts.group();
    private final TaskList tasks = new TaskList(/* history= */ 1);

    /** Three have terminated already. */
    public TaskListOperations() {
        for (int i = 0; i < 3; i++) {
            ended("old-" + i);
        }
    }

    private void ended(String name) {
        TaskNode<Object> task = Parts.task(group, name);
        task.terminateAs(TaskNode.SUCCEEDED);
        tasks.push(task);
    }

    /** A fork. */
    @Operation
    public void push(@Param(gen = IntGen.class, conf = "1:3") int i) {
        tasks.push(Parts.task(group, "live-" + i));
    }

    /** A task that was refused. */
    @Operation
    public void pushEnded(@Param(gen = IntGen.class, conf = "1:3") int i) {
        ended("ended-" + i);
    }

    /** The sweep; what it returns is a hint. */
    @Operation
    public void trim() {
        long _ = tasks.trim();
    }

    /** What users see. */
    @Operation
    public List<String> list() {
        return tasks.list(task -> true).stream().map(Task::name).toList();
    }

    /** Whether the owner has to wait. */
    @Operation
    public boolean hasUnfinished() {
        return tasks.hasUnfinished();
    }
}
