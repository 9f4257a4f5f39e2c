// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.internal;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import io.opentelemetry.api.trace.Tracer;
import java.util.function.Predicate;

/** Makes the spans of groups and tasks. */
public final class TaskSpans extends Spans {
    /**
     * Makes spans.
     *
     * @param tracer how
     * @param only of which groups
     */
    public TaskSpans(Tracer tracer, Predicate<? super TaskGroup> only) {
        super(tracer, only);
    }

    @Override
    boolean ofTasks() {
        return true;
    }

    @Override
    public void taskStarted(TaskGroup group, Task<?> task) {
        GroupSpan of = of(group);
        if (of != null) {
            TaskSpan.start(new TaskSpan(tracer(), of, task, group.name()));
        }
    }

    @Override
    public void taskEnded(TaskGroup group, Task<?> task) {
        TaskSpan span = TaskSpan.end(task);
        if (span != null) {
            span.end();
        }
    }
}
