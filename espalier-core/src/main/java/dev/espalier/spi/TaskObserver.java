// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spi;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Observers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told of what groups and tasks do. Set with {@link dev.espalier.Options#observer}, or {@link #install installed} or found with
 * {@link java.util.ServiceLoader} for every group of the program. What an observer does not override costs nothing.
 *
 * <p><b>Threads.</b> Called on the thread that does the thing, with no lock held; must return quickly and must not block. What it throws
 * is logged and changes nothing.
 *
 * @since 0.1
 */
public interface TaskObserver {
    /**
     * Adds an observer for every group of the program, also those that are open already: from now on it is told what happens.
     *
     * @param observer is told of what its class overrides
     * @return removes it; what is being told at that moment may still come
     */
    static Registration install(TaskObserver observer) {
        return Observers.install(observer);
    }

    /**
     * A group was opened.
     *
     * @param group the group
     */
    default void groupOpened(TaskGroup group) {}

    /**
     * All threads of a group are done.
     *
     * @param group the group
     */
    default void groupClosed(TaskGroup group) {}

    /**
     * A task was forked, and will run unless its status is {@link dev.espalier.TaskStatus#CANCELLED}.
     *
     * @param group its group
     * @param task the task
     */
    default void taskForked(TaskGroup group, Task<?> task) {}

    /**
     * A task's code is about to run; called on its thread.
     *
     * @param group its group
     * @param task the task
     */
    default void taskStarted(TaskGroup group, Task<?> task) {}

    /**
     * A task's code has ended; called on its thread before its callbacks, with its outcome set.
     *
     * @param group its group
     * @param task the task
     */
    default void taskEnded(TaskGroup group, Task<?> task) {}

    /**
     * A thread begins to wait for something of Espalier's: a task, the tasks of a group, a place, a lock or another primitive, a pool, a channel, or time to pass.
     * Told on that thread, before it parks. A wait for a condition includes that for its lock; a call of a channel counts as a whole, also if it need not wait. Waits
     * in the JDK are not told. The end is told of each, and of the inner one first where waits nest.
     *
     * @param task the task that waits; null if it is a thread that is no task
     * @param what a {@link Task}, a {@link TaskGroup}, a {@link Duration} if it sleeps, or something whose {@code toString()} says what it is, such as {@code lock
     *     'accounts'}; of a primitive it is the same for all who wait. Not to be kept
     */
    default void waitBegan(@Nullable Task<?> task, Object what) {}

    /**
     * The wait that began last on this thread is over, however it ended. An observer that came meanwhile was not told of its beginning.
     *
     * @param task as in {@link #waitBegan}
     */
    default void waitEnded(@Nullable Task<?> task) {}

    /**
     * A scope was cancelled: told once for each scope, before the threads below it are.
     *
     * @param scope the scope
     * @param reason why
     */
    default void cancelled(CancelScope scope, CancelReason reason) {}

    /**
     * A thread goes on long after it was cancelled.
     *
     * @param report where it is
     */
    default void stuck(Stuck report) {}

    /**
     * A thread that does not end although it is cancelled, or a shield that holds a cancellation back.
     *
     * @param path where it is in the tree, from the outermost group
     * @param task its task; null if it is no task's thread
     * @param thread the thread
     * @param since how long ago it was cancelled
     * @param reason why it was cancelled
     */
    record Stuck(String path, @Nullable Task<?> task, Thread thread, Duration since, CancelReason reason) {}
}
