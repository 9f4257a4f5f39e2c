// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Group;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks that all have ended before the code goes on.
 *
 * {@snippet class="dev.espalier.GuideExamples" region="fanOut"}
 *
 * <p>{@link #call} and {@link #run} are the usual forms: the body is part of the group, so that it is cancelled too when a task
 * fails, and nothing has to be joined or closed. {@link #open()} is for code that cannot be a lambda: there the body is not
 * interrupted, and has to {@link #join}.
 *
 * {@snippet class="dev.espalier.GuideExamples" region="open"}
 *
 * <p>It does not limit how many tasks run, nor restart what failed, unless {@link Options} say so. Do not use it for a thing that should
 * go on when the method returns: pass it the group of a longer life instead.
 *
 * <p><b>Failure.</b> The first task that fails cancels the others; when all have ended, a {@link TaskGroupException} is thrown whose cause is that
 * first failure. What the body itself throws leaves as it is, with its static type, after the tasks have been cancelled and have ended;
 * failures of tasks are suppressed in it. With {@link FailurePolicy#COLLECT} a failure cancels nothing.
 *
 * <p><b>Cancellation.</b> {@code run}, {@code call}, {@link #join} and {@link #close} never leave before every task has terminated, whatever
 * happens to the caller. If the caller is cancelled or interrupted, the group is cancelled, and when all tasks have ended, an
 * {@link InterruptedException} is thrown; they return normally if nothing was cut short.
 *
 * <p><b>Threads.</b> Any thread may fork while the group is open, and use {@code cancel}, the lists and {@code stats}. {@code join} and {@code close}
 * belong to the owner.
 *
 * <p><b>Memory.</b> What happens before a fork happens-before the task; what a task does happens-before what follows a {@code join} or the return
 * of {@code run}. A group keeps its live tasks and a bounded history of terminated ones.
 *
 * <p>Pitfall: forking tasks without end into a group that fails only at its end. Use {@link Options#limit}.
 *
 * <p>From: nurseries (Trio), {@code StructuredTaskScope} (JDK), {@code errgroup} (Go).
 *
 * @since 0.1
 */
public sealed interface TaskGroup extends AutoCloseable permits Group {
    /**
     * Runs a body in a new group, and returns its result when every task has terminated.
     *
     * @param body gets the group; runs on the calling thread
     * @param <R> its result
     * @param <X> the checked exception that it throws
     * @return its result
     * @throws X what the body throws
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws TaskGroupException if tasks failed
     * @throws ScopeCancelledException if the group was cancelled by its own {@code cancel} and there is no result
     */
    static <R extends @Nullable Object, X extends Exception> R call(GroupBody<R, X> body)
            throws X, InterruptedException {
        return Group.call(Options.DEFAULT, body);
    }

    /**
     * As {@link #call(GroupBody)}, with options.
     *
     * @param options from the defaults to those wanted: {@code o -> o.name("crawl").limit(16)}
     * @param body gets the group; runs on the calling thread
     * @param <R> its result
     * @param <X> the checked exception that it throws
     * @return its result
     * @throws X what the body throws
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws TaskGroupException if tasks failed, or the timeout cut something short
     * @throws ScopeCancelledException if the group was cancelled by its own {@code cancel} and there is no result
     */
    static <R extends @Nullable Object, X extends Exception> R call(
            UnaryOperator<Options> options, GroupBody<R, X> body) throws X, InterruptedException {
        return Group.call(options.apply(Options.DEFAULT), body);
    }

    /**
     * Runs a body without a result in a new group, and returns when every task has terminated.
     *
     * @param body gets the group; runs on the calling thread
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws TaskGroupException if tasks failed
     */
    static <X extends Exception> void run(GroupAction<X> body) throws X, InterruptedException {
        Group.run(Options.DEFAULT, body);
    }

    /**
     * As {@link #run(GroupAction)}, with options.
     *
     * @param options from the defaults to those wanted: {@code o -> o.name("crawl").limit(16)}
     * @param body gets the group; runs on the calling thread
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws TaskGroupException if tasks failed, or the timeout cut something short
     */
    static <X extends Exception> void run(UnaryOperator<Options> options, GroupAction<X> body)
            throws X, InterruptedException {
        Group.run(options.apply(Options.DEFAULT), body);
    }

    /**
     * Opens a group for a {@code try} statement; its body must {@link #join}.
     *
     * @return a group that the calling thread owns
     */
    static TaskGroup open() {
        return Group.open(Options.DEFAULT);
    }

    /**
     * As {@link #open()}, with options.
     *
     * @param options from the defaults to those wanted
     * @return a group that the calling thread owns
     */
    static TaskGroup open(UnaryOperator<Options> options) {
        return Group.open(options.apply(Options.DEFAULT));
    }

    /**
     * Starts a task. Under a limit it waits for a place first, in turn.
     *
     * <p><b>Cancellation.</b> Never throws because of it: if the group is cancelled, or the caller is while it waits for a place, the task does not run,
     * its status is {@link TaskStatus#CANCELLED}, and the caller's interrupt status stays set. A task that has its place always runs.
     *
     * @param body what the task does, on a thread of its own
     * @param <T> what it returns
     * @return its handle
     * @throws IllegalStateException if the group has completed; or if every place is held by a task that itself waits to fork here
     * @throws java.util.concurrent.RejectedExecutionException if the backend cannot make or start a thread
     */
    <T extends @Nullable Object> Task<T> fork(Callable<? extends T> body);

    /**
     * As {@link #fork(Callable)}, with a name for messages and tools.
     *
     * @param name the task's and its thread's
     * @param body what the task does, on a thread of its own
     * @param <T> what it returns
     * @return its handle
     * @throws IllegalStateException as {@link #fork(Callable)}
     */
    <T extends @Nullable Object> Task<T> fork(String name, Callable<? extends T> body);

    /**
     * As {@link #fork(Callable)}, for a task without a result.
     *
     * @param body what the task does, on a thread of its own
     * @return its handle
     * @throws IllegalStateException as {@link #fork(Callable)}
     */
    Task<Void> fork(Action body);

    /**
     * As {@link #fork(Action)}, with a name for messages and tools.
     *
     * @param name the task's and its thread's
     * @param body what the task does, on a thread of its own
     * @return its handle
     * @throws IllegalStateException as {@link #fork(Callable)}
     */
    Task<Void> fork(String name, Action body);

    /**
     * Hands a resource over to a task, and closes it in every outcome: when the body has ended, when the task never ran because the group is
     * cancelled, and when this method throws.
     *
     * @param resource closed on the task's thread, or here if the task never runs
     * @param body what the task does with it
     * @param <R> the resource
     * @param <T> what the task returns
     * @return its handle
     * @throws IllegalStateException as {@link #fork(Callable)}
     */
    <R extends AutoCloseable, T extends @Nullable Object> Task<T> forkWith(R resource, ResourceBody<R, T> body);

    /**
     * Starts a task if there is a place for it now.
     *
     * @param body what the task does, on a thread of its own
     * @param <T> what it returns
     * @return its handle, or empty if all places are taken or waited for; a handle if the group is cancelled, as {@code fork}
     * @throws IllegalStateException if the group has completed
     */
    <T extends @Nullable Object> Optional<Task<T>> tryFork(Callable<? extends T> body);

    /**
     * Starts a daemon: a task that {@code join} does not wait for, and that is cancelled when the body and all other tasks have ended. Its
     * failure is a failure like another.
     *
     * @param name the task's and its thread's
     * @param body what it does
     * @return its handle
     * @throws IllegalStateException as {@link #fork(Callable)}
     */
    Task<Void> forkDaemon(String name, Action body);

    /**
     * Starts a task and waits until it reports that it is ready.
     *
     * {@snippet class="dev.espalier.GuideExamples" region="start"}
     *
     * <p><b>Failure.</b> What the task throws before it is ready is thrown here, and does not cancel the group; after it, the failure is the group's.
     *
     * <p><b>Cancellation.</b> A cancellation point. Cancelling the caller cancels the task and awaits it, and not the group.
     *
     * @param body reports itself with {@code status.started(value)}; the lambda's parameter needs its type
     * @param <V> what it reports
     * @return the value and the task, which goes on
     * @throws TaskFailedException if the task failed before it was ready
     * @throws TaskCancelledException if the task alone was cancelled before it was ready
     * @throws CancelledException if the group or the caller is cancelled
     * @throws InterruptedException if the caller is interrupted by somebody else
     * @throws IllegalStateException if the task returned without reporting; or as {@link #fork(Callable)}
     */
    <V extends @Nullable Object> Started<V> start(Startable<V> body) throws InterruptedException;

    /**
     * As {@link #start(Startable)}, with a name for messages and tools.
     *
     * @param name the task's and its thread's
     * @param body reports itself with {@code status.started(value)}
     * @param <V> what it reports
     * @return the value and the task, which goes on
     * @throws InterruptedException as {@link #start(Startable)}
     */
    <V extends @Nullable Object> Started<V> start(String name, Startable<V> body) throws InterruptedException;

    /**
     * Waits until all tasks that are not daemons have terminated; repeatable, and more may be forked afterwards.
     *
     * <p><b>Cancellation.</b> A cancellation point, that leaves only when the tasks have terminated: if the owner is interrupted or cancelled here, the
     * group is cancelled, the tasks are awaited, and then it throws. A second interrupt does not shorten the wait. Returns normally if
     * nothing was cut short, and if the group was cancelled by its own {@code cancel}.
     *
     * @throws TaskGroupException if tasks failed since the last {@code join}, or a deadline of the group cut something short
     * @throws InterruptedException if the owner was interrupted or cancelled
     * @throws WrongThreadException if the caller is not the owner
     * @throws IllegalStateException if the group is closed
     */
    void join() throws InterruptedException;

    /** Cancels the group: its tasks, and in the forms with a lambda its body. Returns at once. Idempotent. */
    void cancel();

    /**
     * As {@link #cancel()}, with a reason. The first reason stays.
     *
     * @param reason one line that says why
     */
    void cancel(String reason);

    /**
     * Whether the group is asked to end, by its own {@code cancel}, a failure, a deadline or a scope around it.
     *
     * @return whether it is effectively cancelled
     */
    boolean isCancelled();

    /**
     * The scope of the group, the parent of its tasks' scopes: for its deadline, its reason, its shield.
     *
     * @return always the same
     */
    CancelScope scope();

    /**
     * The name given by {@link Options#name}, or one made of a number.
     *
     * @return never empty
     */
    String name();

    /**
     * The tasks that have not terminated, daemons included, in the order of forking.
     *
     * @return a snapshot
     */
    List<Task<?>> activeTasks();

    /**
     * Tasks that have terminated and were not cancelled, failed ones included, in the order of forking.
     *
     * @return a snapshot of the last ones that the history holds
     */
    List<Task<?>> completedTasks();

    /**
     * Tasks that ended cancelled, or never ran, in the order of forking.
     *
     * @return a snapshot of the last ones that the history holds
     */
    List<Task<?>> cancelledTasks();

    /**
     * Tasks that failed, in the order of forking.
     *
     * @return a snapshot of the last ones that the history holds
     */
    List<Task<?>> failedTasks();

    /**
     * What tasks threw, in the order in which it happened. Looking at this list does not count as observing a failure.
     *
     * @return a snapshot; with {@link FailurePolicy#CANCEL} the first ones, else the last ones
     */
    List<Throwable> failures();

    /**
     * Counts.
     *
     * @return of this moment
     */
    GroupStats stats();

    /**
     * Ends a group that was made by {@link #open()}: cancels what still runs, waits for it without leaving, and reports what no {@code join} has thrown.
     * Idempotent. The interrupt status of the caller is as it was before.
     *
     * @throws TaskGroupException if tasks failed, or a deadline of the group cut something short, and no {@code join} has thrown it
     * @throws IllegalStateException if tasks that no {@code join} waited for were cut short; or inside {@code run} and {@code call}, where the group
     *     closes by itself
     * @throws StructureException if groups that were opened later on this thread were still open; they are closed first
     * @throws WrongThreadException if the caller is not the owner
     */
    @Override
    void close();
}
