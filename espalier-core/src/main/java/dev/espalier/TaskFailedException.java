// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Shown;

/**
 * The awaited task failed; the cause is what it threw.
 *
 * @since 0.1
 */
public final class TaskFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Task<?> task;

    /**
     * Made by Espalier.
     *
     * @param task the task that failed
     * @param cause what it threw
     */
    public TaskFailedException(Task<?> task, Throwable cause) {
        super("task '" + task.name() + "' failed: " + Shown.of(cause), cause);
        this.task = task;
    }

    /**
     * The task that failed.
     *
     * @return the awaited task
     */
    public Task<?> task() {
        return task;
    }
}
