// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.TaskNode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a unit of work that one thread of its own runs in a {@link TaskGroup}. It <em>terminates</em> when its code, its
 * {@code finally} blocks and its callbacks are done, and has exactly one {@link Outcome} then.
 *
 * <p>It is a {@link Future}, for code that wants one, with two differences that follow from structure: {@link #cancel(boolean)} never
 * keeps a task from running that has its place already, and {@code isDone} is true only when the task has terminated, not
 * when it was asked to end.
 *
 * <p><b>Threads.</b> Any thread may use it. What the task did happens-before an {@link #await}, {@link #get}, {@code isDone() == true} or
 * {@link #onDone} callback that sees it terminated.
 *
 * @param <T> what it returns
 * @since 0.1
 */
public sealed interface Task<T extends @Nullable Object> extends Future<T> permits TaskNode {
    /**
     * The name given when it was forked, or one made of its id.
     *
     * @return never empty
     */
    String name();

    /**
     * A number that no other task of this JVM has.
     *
     * @return more than zero
     */
    long id();

    /**
     * Where it is in its life. A final status is seen when the task has terminated; its own thread sees it in callbacks.
     *
     * @return the status at this moment
     */
    TaskStatus status();

    /**
     * Waits until the task has terminated, and returns its value.
     *
     * <p><b>Cancellation.</b> Always a cancellation point of the caller, also when the task has terminated. Cancelling the caller does
     * not cancel the task. The owner of a group made by {@link TaskGroup#open()} also notices here when that group is cancelled.
     *
     * @return the value; may be null
     * @throws TaskFailedException if the task failed; the cause is what it threw
     * @throws TaskCancelledException if the task was cancelled
     * @throws CancelledException if the caller is cancelled
     * @throws InterruptedException if the caller is interrupted by somebody else
     * @throws IllegalStateException if the task waits, through others or by structure, for the caller, so that neither could go on
     */
    T await() throws InterruptedException;

    /**
     * As {@link #await}, with the exceptions of {@link Future}.
     *
     * @return the value; may be null
     * @throws java.util.concurrent.ExecutionException if the task failed; the cause is what it threw
     * @throws java.util.concurrent.CancellationException if the task was cancelled
     * @throws CancelledException if the caller is cancelled
     * @throws InterruptedException if the caller is interrupted by somebody else
     * @throws IllegalStateException as {@link #await}
     */
    @Override
    T get() throws InterruptedException, java.util.concurrent.ExecutionException;

    /** Cancels this task alone; it does not fail the group, and its siblings go on. Idempotent. */
    void cancel();

    /**
     * Cancels this task alone, with a reason. Idempotent: the first reason stays.
     *
     * @param reason one line that says why
     */
    void cancel(String reason);

    /**
     * Cancels this task alone.
     *
     * @param mayInterruptIfRunning ignored: it is always interrupted
     * @return true unless the task had terminated
     */
    @Override
    boolean cancel(boolean mayInterruptIfRunning);

    /**
     * Registers a callback for the end of this task. Callbacks run in the order of registration on the task's thread, before it
     * terminates, with no lock held; on a task that has terminated, or never ran, at once on the caller's thread. They may fork and
     * cancel. What a callback throws is logged and changes nothing.
     *
     * @param callback gets this task, whose {@link #outcome} is there
     * @return this task
     */
    Task<T> onDone(Consumer<? super Task<T>> callback);

    /**
     * How the task ended.
     *
     * @return empty until it has terminated; its own thread sees it in callbacks
     */
    Optional<Outcome<T>> outcome();

    /**
     * A view for code that composes futures. It completes after the task has terminated. Its {@code cancel} only asks the task to
     * end; completing it by hand, or by {@code orTimeout}, does not touch the task.
     *
     * @return a new view
     */
    CompletableFuture<T> toCompletableFuture();
}
