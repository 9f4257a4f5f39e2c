// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Census.Opened;
import dev.espalier.spi.TaskObserver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times tasks, from the beginning to the end of their code. */
final class TaskTimes implements TaskObserver {
    /*
     * Both are told on the task's own thread, so the beginning waits in a thread-local. With the task: where a thread could not be started, the end of that task is told on the forking
     * thread, which may be a task itself.
     *
     * Times are the backend's, by the age of the group.
     */
    private record Begun(Task<?> task, Duration at) {}

    @SuppressWarnings("ThreadLocalUsage") // of each such observer: two of them time the same task
    private final ThreadLocal<@Nullable Begun> begun = new ThreadLocal<>();

    private final Accounts accounts;

    TaskTimes(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public void taskStarted(TaskGroup group, Task<?> task) {
        begun.set(new Begun(task, Opened.of(group).age()));
    }

    @Override
    public void taskEnded(TaskGroup group, Task<?> task) {
        Begun beginning = begun.get();
        if (beginning == null || beginning.task() != task) {
            return; // it never ran, or was there before this observer
        }
        begun.remove();
        Opened opened = Opened.of(group);
        Duration time = opened.age().minus(beginning.at());
        Account account = accounts.of(opened);
        accounts.announce(account);
        for (TaskTimers timers : account.timers) {
            timers.record(task.status(), time);
        }
    }
}
