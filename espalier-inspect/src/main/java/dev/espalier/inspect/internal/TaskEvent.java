// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.CancelReason;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Facts;
import dev.espalier.spi.TaskObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A task that has ended: from its start to its end, on its thread. */
@Name("espalier.Task")
@Label("Task")
@Category("Espalier")
@Description("A task of a task group, from its start to its end")
@StackTrace(false)
final class TaskEvent extends Event {
    @Label("Name")
    @Nullable
    String name;

    @Label("Number")
    long id;

    @Label("Group")
    @Nullable
    String group;

    @Label("Group Number")
    long groupNumber;

    @Label("Outcome")
    @Description("SUCCEEDED, FAILED or CANCELLED")
    @Nullable
    String outcome;

    @Label("Exception")
    @Nullable
    String exception;

    @Label("Reason")
    @Description("Why it was cancelled")
    @Nullable
    String reason;

    @Label("Forked By")
    @Nullable
    Thread forker;

    @Label("Time to Start")
    @Description("From the fork to the start")
    @Timespan(Timespan.NANOSECONDS)
    long timeToStart;

    /** Writes them. */
    static final class Observer implements TaskObserver {
        /* An event is written by the forking thread, then, after the map has handed it over, by the task's own. */
        private final Map<Task<?>, TaskEvent> live = new ConcurrentHashMap<>();

        @Override
        public void taskForked(TaskGroup group, Task<?> task) {
            var event = new TaskEvent();
            if (!event.isEnabled()) {
                return;
            }
            event.forker = Thread.currentThread();
            if (Facts.isRefused(task)) {
                event.commit(group, task);
            } else {
                event.timeToStart = -System.nanoTime();
                live.put(task, event);
            }
        }

        @Override
        public void taskStarted(TaskGroup group, Task<?> task) {
            TaskEvent event = live.get(task);
            if (event != null) {
                event.timeToStart += System.nanoTime();
                event.begin();
            }
        }

        @Override
        public void taskEnded(TaskGroup group, Task<?> task) {
            TaskEvent event = live.remove(task);
            if (event != null) {
                event.end();
                if (event.shouldCommit()) {
                    event.commit(group, task);
                }
            }
        }
    }

    private void commit(TaskGroup ofGroup, Task<?> task) {
        name = task.name();
        id = task.id();
        group = ofGroup.name();
        groupNumber = Facts.number(ofGroup);
        TaskStatus status = task.status();
        outcome = status.name();
        Throwable failure = Occupant.of(task).failure();
        if (failure != null) {
            exception = Recording.describe(failure);
        } else if (status == TaskStatus.CANCELLED
                && task.outcome().orElse(null) instanceof Outcome.Cancelled<?>(CancelReason why)) {
            reason = Recording.cut(why.message());
        }
        commit();
    }
}
