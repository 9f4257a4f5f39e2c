// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.util.Objects;

/**
 * The awaited task was cancelled. For the awaiter this is an ordinary failure, unless it is cancelled itself.
 *
 * @since 0.1
 */
public final class TaskCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Task<?> task;
    private final transient CancelReason reason;

    /**
     * Made by Espalier.
     *
     * @param task the task that was cancelled
     * @param reason why
     */
    public TaskCancelledException(Task<?> task, CancelReason reason) {
        super("task '" + task.name() + "' was cancelled: " + reason.message(), reason.exception());
        this.task = task;
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * The task that was cancelled.
     *
     * @return the awaited task
     */
    public Task<?> task() {
        return task;
    }

    /**
     * Why it was cancelled.
     *
     * @return the task's own reason, or its group's
     */
    public CancelReason reason() {
        return reason;
    }
}
