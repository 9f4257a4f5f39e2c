// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

import dev.espalier.CancelledException;
import dev.espalier.ItemAction;
import dev.espalier.ItemBody;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.internal.Workers;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

/**
 * A number of workers that handle items as they are submitted, with a queue between that makes who submits too fast wait.
 *
 * {@snippet class="dev.espalier.GuideWorkerExamples" region="run"}
 *
 * <p>{@link #run} is for a piece of code: it returns when every item has been handled. {@link #start} is for a pool that lives in a group, such as that of a
 * server: it is to be ended by {@link #stop} or {@link #cancel}, or the group does not end.
 *
 * <p>No item is lost. One that was submitted is handled; or, if that failed or was cut short, given to the {@linkplain WorkerOptions#onFailure failure handler} with the
 * exception; or returned by {@link #cancel}. Each item goes exactly one of these ways, whatever is cancelled, interrupted or thrown. What it does not do: remember
 * items beyond the life of the process; try again (use {@link dev.espalier.Retry} in the work, or submit again from the failure handler); return results to who submits (fork
 * tasks for that).
 *
 * <p>Do not use it if all items are there already: {@link dev.espalier.Tasks#forEach} is simpler. Nor where only the number of tasks has to be limited: that is
 * {@link dev.espalier.Options#limit}.
 *
 * <p><b>Failure.</b> An item that fails stops nothing. A failure handler that throws fails its worker, and so, unless the group of the pool
 * {@linkplain dev.espalier.FailurePolicy#COLLECT collects}, ends the pool, like the failure of any task: throw from it what shall end everything.
 *
 * <p><b>Cancellation.</b> {@link #submit} and {@link #stop} are always cancellation points. If {@code submit} throws, the item has not been submitted, if it returns, it has,
 * also if the caller is cancelled at that moment. Each item is worked on in a scope of its own: {@code CancelScope.current()} in the work is that of the item. If
 * the pool is cancelled by a scope around it, what runs is cut short, and that and what is queued goes to the failure handler with a {@link CancelledException}.
 * A worker whose task alone is cancelled gives up its item in that way and is replaced; so is one that is interrupted by somebody else.
 *
 * <p><b>Threads.</b> Any thread may use the pool. Work and handlers run on the workers; they see the scoped values and the context of who opened the pool, and
 * not of who submitted: put into the item what belongs to it. Who waits to submit is let in first come, first served; items are begun in the order in which
 * they were submitted.
 *
 * <p><b>Memory.</b> What happens before an item is submitted happens-before the work on it; what work and handlers do happens-before what follows {@code stop} or the return of
 * {@code run}. A pool keeps the items that are queued or running, and nothing of others.
 *
 * <p>Pitfall: work that submits to its own pool waits for a worker while it is one. If all of them do, the last gets an {@link IllegalStateException}; use
 * {@link #trySubmit} there, and do the item at once if there is no room.
 *
 * <p>From: {@link java.util.concurrent.ThreadPoolExecutor}, whose items are lost to an interrupt or {@code shutdownNow} more easily; worker pools of Go.
 *
 * @param <I> the item
 * @since 0.1
 */
public sealed interface WorkerPool<I> permits Workers {
    /**
     * What a pool does with an item that was not handled.
     *
     * @param <I> the item
     * @since 0.1
     */
    @FunctionalInterface
    interface FailureHandler<I> {
        /**
         * Runs on a worker's thread, and is part of what that does with the item. It is protected from a cancellation of the pool for
         * {@link WorkerOptions#failureLimit}.
         *
         * @param item what was submitted
         * @param failure what the work threw; or a {@link CancelledException} if it was cut short or not begun
         * @throws Exception whatever is to end the pool
         */
        void failed(I item, Throwable failure) throws Exception;
    }

    /**
     * What is done with the result of an item.
     *
     * @param <I> the item
     * @param <R> the result
     * @since 0.1
     */
    @FunctionalInterface
    interface ResultHandler<I, R> {
        /**
         * Runs on a worker's thread, and is part of the work on the item: what it throws is the item's failure.
         *
         * @param item what was submitted
         * @param result what the work returned
         * @throws Exception whatever goes wrong
         */
        void completed(I item, R result) throws Exception;
    }

    /**
     * The code that a pool is for: see {@link WorkerPool#run}.
     *
     * @param <I> the item
     * @param <X> the checked exception that it throws
     * @since 0.1
     */
    @FunctionalInterface
    interface Submitter<I, X extends Exception> {
        /**
         * Runs on the calling thread.
         *
         * @param pool where to submit
         * @throws X what it throws
         * @throws InterruptedException if it is cancelled or interrupted
         */
        void call(WorkerPool<I> pool) throws X, InterruptedException;
    }

    /**
     * An item that is being worked on, or is with the failure handler.
     *
     * @param item what was submitted
     * @param worker who has it
     * @param age for how long, on the backend's clock
     * @param <I> the item
     * @since 0.1
     */
    record Running<I>(I item, Party worker, Duration age) {}

    /**
     * What can be seen of a pool at a moment. At any moment, {@code submitted} is the sum of those done, failed, running and queued, those that {@link #cancel}
     * returned, and those that are about to go from the queue to the failure handler.
     *
     * @param workers how many workers there are
     * @param queued how many items wait for a worker
     * @param running what is being worked on, in the order in which it was begun
     * @param waiting who waits to submit, in the order of service
     * @param submitted items that were ever submitted
     * @param done items whose work has returned
     * @param failed items that the failure handler has had
     * @param <I> the item
     * @since 0.1
     */
    record Statistics<I>(
            int workers,
            int queued,
            List<Running<I>> running,
            List<Party> waiting,
            long submitted,
            long done,
            long failed) {}

    /**
     * Opens a pool, runs a body that submits to it, and returns when that has ended and every item has been handled. The work itself may go on
     * submitting until nothing is left.
     *
     * <p><b>Cancellation.</b> If the body throws, or the caller is cancelled or interrupted, the pool is cancelled.
     *
     * @param options from the defaults to those wanted: {@code o -> o.workers(4).queue(100)}
     * @param work what is done with each item; the lambda's parameter needs its type
     * @param body gets the pool; runs on the calling thread
     * @param <I> the item
     * @param <X> the checked exception that the body throws
     * @throws X what the body throws
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws TaskGroupException if a failure handler threw
     */
    static <I, X extends Exception> void run(
            UnaryOperator<WorkerOptions<I>> options, ItemAction<? super I> work, Submitter<I, X> body)
            throws X, InterruptedException {
        Workers.run(options.apply(WorkerOptions.defaults()), work, body);
    }

    /**
     * As {@link #run(UnaryOperator, ItemAction, Submitter)}, for work that has a result.
     *
     * @param options from the defaults to those wanted
     * @param work what is done with each item; the lambda's parameter needs its type
     * @param onResult what is done with its result, by several workers at once
     * @param body gets the pool; runs on the calling thread
     * @param <I> the item
     * @param <R> the result
     * @param <X> the checked exception that the body throws
     * @throws X what the body throws
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws TaskGroupException if a failure handler threw
     */
    static <I, R, X extends Exception> void run(
            UnaryOperator<WorkerOptions<I>> options,
            ItemBody<? super I, ? extends R> work,
            ResultHandler<? super I, ? super R> onResult,
            Submitter<I, X> body)
            throws X, InterruptedException {
        Workers.run(options.apply(WorkerOptions.defaults()), Workers.both(work, onResult), body);
    }

    /**
     * Opens a pool in a group, in which it takes one place and is one task, named like the pool. The pool ends with {@link #stop} or {@link #cancel}; the group does not
     * end before it.
     *
     * {@snippet class="dev.espalier.GuideWorkerExamples" region="start"}
     *
     * <p><b>Failure.</b> A failure handler that throws fails that task, and so the group.
     *
     * @param group as long-lived as the pool is to be
     * @param options from the defaults to those wanted: {@code o -> o.workers(4).queue(100)}
     * @param work what is done with each item
     * @param <I> the item
     * @return the pool, which takes items
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws dev.espalier.TaskFailedException if not all workers could be started
     */
    static <I> WorkerPool<I> start(TaskGroup group, UnaryOperator<WorkerOptions<I>> options, ItemAction<? super I> work)
            throws InterruptedException {
        return Workers.start(group, options.apply(WorkerOptions.defaults()), work);
    }

    /**
     * As {@link #start(TaskGroup, UnaryOperator, ItemAction)}, for work that has a result.
     *
     * @param group as long-lived as the pool is to be
     * @param options from the defaults to those wanted
     * @param work what is done with each item
     * @param onResult what is done with its result, by several workers at once
     * @param <I> the item
     * @param <R> the result
     * @return the pool, which takes items
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws dev.espalier.TaskFailedException if not all workers could be started
     */
    static <I, R> WorkerPool<I> start(
            TaskGroup group,
            UnaryOperator<WorkerOptions<I>> options,
            ItemBody<? super I, ? extends R> work,
            ResultHandler<? super I, ? super R> onResult)
            throws InterruptedException {
        return Workers.start(group, options.apply(WorkerOptions.defaults()), Workers.both(work, onResult));
    }

    /**
     * Submits an item; waits while the queue is full.
     *
     * @param item what to work on; not null
     * @throws CancelledException if the calling code is cancelled; the item has not been submitted
     * @throws InterruptedException if the thread is interrupted by somebody else; the item has not been submitted
     * @throws RejectedExecutionException if the pool takes no more items, also if that begins while this method waits; the item has not been submitted
     * @throws IllegalStateException if every worker waits to submit to this pool; the item has not been submitted
     */
    void submit(I item) throws InterruptedException;

    /**
     * Submits an item if there is room for it now, and nobody waits to submit. Never blocks, and is no cancellation point.
     *
     * @param item what to work on; not null
     * @return whether it has been submitted
     * @throws RejectedExecutionException if the pool takes no more items
     */
    boolean trySubmit(I item);

    /**
     * Submits items, in order, as {@link #submit} does. An item is asked for when the one before has been submitted. If it throws, those that were submitted before remain so, and
     * at most one has been asked for and not submitted; where you have to know which, call {@code submit} for each.
     *
     * @param items a source, which may be without end
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws RejectedExecutionException if the pool takes no more items
     */
    void submitAll(Iterable<? extends I> items) throws InterruptedException;

    /**
     * Takes no more items from now on, and waits until every one that was submitted has been handled. May be called by several, and again.
     *
     * <p><b>Cancellation.</b> A cancellation point, also if there is nothing to wait for. If it throws, the pool takes no more items nevertheless, and handles those that it
     * has. For a wait with a limit, put a scope around it, and {@link #cancel} if the time was not enough:
     *
     * {@snippet class="dev.espalier.GuideWorkerExamples" region="shutDown"}
     *
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws IllegalStateException in the work of the pool itself
     */
    void stop() throws InterruptedException;

    /** Takes no more items from now on. Returns at once; those that were submitted are handled. Idempotent. */
    void stopIntake();

    /**
     * Takes no more items from now on, cancels the work on those that are being worked on, which go to the failure handler unless they are completed nevertheless, and
     * returns those that were not begun. Returns at once; to wait for the end of what runs, call {@link #stop}. The group of the pool is not cancelled.
     *
     * @return items that were submitted and will not be worked on; of several calls, one gets each
     */
    List<I> cancel();

    /**
     * As {@link #cancel()}, with a reason.
     *
     * @param reason one line that says why
     * @return items that were submitted and will not be worked on; of several calls, one gets each
     */
    List<I> cancel(String reason);

    /**
     * The name given by {@link WorkerOptions#name}, or one made of a number.
     *
     * @return never empty
     */
    String name();

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    Statistics<I> statistics();
}
