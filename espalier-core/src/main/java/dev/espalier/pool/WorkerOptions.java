// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

import dev.espalier.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a worker pool behaves. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.GuideWorkerExamples" region="options"}
 *
 * @param <I> the item
 * @since 0.1
 */
public final class WorkerOptions<I> {
    private static final Duration FAILURE_LIMIT = Duration.ofSeconds(10);

    private final int workers;
    private final int queue;
    private final Duration failureLimit;
    private final WorkerPool.@Nullable FailureHandler<? super I> failureHandler;
    private final Options group;

    private WorkerOptions(
            int workers,
            int queue,
            Duration failureLimit,
            WorkerPool.@Nullable FailureHandler<? super I> failureHandler,
            Options group) {
        this.workers = workers;
        this.queue = queue;
        this.failureLimit = failureLimit;
        this.failureHandler = failureHandler;
        this.group = group;
    }

    /**
     * What a pool has when nothing is said.
     *
     * @param <I> the item
     * @return the defaults
     */
    public static <I> WorkerOptions<I> defaults() {
        return new WorkerOptions<>(
                Runtime.getRuntime().availableProcessors(), -1, FAILURE_LIMIT, null, Options.DEFAULT);
    }

    /**
     * The pool's name, for messages and tools; its workers are named after it: {@code index[0]}. Default: one made of a number.
     *
     * @param name not blank
     * @return new options
     */
    public WorkerOptions<I> name(String name) {
        return group(o -> o.name(name));
    }

    /**
     * How many items are worked on at once, each by a task of its own. Default: the number of processors, which is right for work that computes; work that waits
     * may have hundreds.
     *
     * @param workers at least 1
     * @return new options
     */
    public WorkerOptions<I> workers(int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("workers is " + workers + "; it must be at least 1");
        }
        return new WorkerOptions<>(workers, queue, failureLimit, failureHandler, group);
    }

    /**
     * How many items may wait for a worker; {@code submit} waits when there are so many. With 0, an item is submitted when a worker takes it. Default: as many as
     * workers.
     *
     * @param queue zero or more
     * @return new options
     */
    public WorkerOptions<I> queue(int queue) {
        if (queue < 0) {
            throw new IllegalArgumentException("queue is " + queue + "; it must be zero or more");
        }
        return new WorkerOptions<>(workers, queue, failureLimit, failureHandler, group);
    }

    /**
     * Who gets the items that failed, those that a cancellation cut short, and those that it kept from being begun. Default: they are logged at WARNING.
     *
     * @param handler called on the worker's thread, by several workers at once
     * @return new options
     */
    public WorkerOptions<I> onFailure(WorkerPool.FailureHandler<? super I> handler) {
        Objects.requireNonNull(handler, "handler");
        return new WorkerOptions<>(workers, queue, failureLimit, handler, group);
    }

    /**
     * How long a call of the failure handler is protected from a cancellation of the pool, so that it can still write an item down; the items of the queue share one
     * such time. Default: 10 s.
     *
     * @param limit as in {@link dev.espalier.CancelScope#shielded}
     * @return new options
     */
    public WorkerOptions<I> failureLimit(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return new WorkerOptions<>(workers, queue, limit, failureHandler, group);
    }

    /**
     * Options of the group whose tasks the workers are: its backend, its observer, a timeout, what it inherits. With
     * {@link dev.espalier.FailurePolicy#COLLECT}, a failure handler that throws does not end the pool.
     *
     * @param options from those so far to those wanted; without a limit, which is {@link #workers}
     * @return new options
     */
    public WorkerOptions<I> group(UnaryOperator<Options> options) {
        Options changed = Objects.requireNonNull(options.apply(group), "what the operator of the options returned");
        if (changed.limit() != Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the group of a worker pool has a limit of " + changed.limit()
                    + "; leave it out: workers(n) says how many run at once");
        }
        return new WorkerOptions<>(workers, queue, failureLimit, failureHandler, changed);
    }

    /**
     * The number of workers.
     *
     * @return at least 1
     */
    public int workers() {
        return workers;
    }

    /**
     * The length of the queue.
     *
     * @return zero or more
     */
    public int queue() {
        return queue < 0 ? workers : queue;
    }

    /**
     * The failure handler.
     *
     * @return null if failures are logged
     */
    public WorkerPool.@Nullable FailureHandler<? super I> onFailure() {
        return failureHandler;
    }

    /**
     * The time for which a call of the failure handler is protected.
     *
     * @return as it was given
     */
    public Duration failureLimit() {
        return failureLimit;
    }

    /**
     * The options of the group.
     *
     * @return without a limit
     */
    public Options group() {
        return group;
    }
}
