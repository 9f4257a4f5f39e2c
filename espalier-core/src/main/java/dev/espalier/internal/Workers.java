// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.ItemAction;
import dev.espalier.ItemBody;
import dev.espalier.Options;
import dev.espalier.Status;
import dev.espalier.TaskGroup;
import dev.espalier.pool.WorkerOptions;
import dev.espalier.pool.WorkerPool;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A worker pool: a group whose tasks are the workers, and the conveyor that feeds them.
 *
 * @param <I> the item
 */
public final class Workers<I> implements WorkerPool<I> {
    /*
     * The states are the Conveyor's. The workers are ordinary tasks of a group of the pool's own, so that they cannot leak (L1), and their
     * number needs no place of the group in which the pool was started. The group ends when the workers have left: after stop, cancel, a
     * cancellation from around, a failure; or, if the pool has a body, when that has ended and no item is left.
     *
     * cancel() cancels the scopes of the items, and not the group: the body of the pool goes on, which got the items that were not begun.
     */
    private static final AtomicLong NUMBERS = new AtomicLong();

    final Group group;
    final WorkerOptions<I> options;
    final ItemAction<? super I> work;
    final Conveyor<I> conveyor;
    private final String name;
    private final AtomicLong forked = new AtomicLong();

    private Workers(Group group, WorkerOptions<I> options, ItemAction<? super I> work) {
        this.group = group;
        this.options = options;
        this.work = work;
        this.name = group.name();
        this.conveyor = new Conveyor<>(group, name, options.queue());
    }

    // ---- opening

    /**
     * A pool around a body.
     *
     * @param options its options
     * @param work what is done with each item
     * @param body submits
     * @param <I> the item
     * @param <X> what the body throws
     * @throws X what the body throws
     * @throws InterruptedException if it is cancelled from around
     */
    public static <I, X extends Exception> void run(
            WorkerOptions<I> options, ItemAction<? super I> work, Submitter<I, X> body) throws X, InterruptedException {
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(body, "body");
        Group.run(groupOptions(options), group -> {
            var pool = new Workers<>((Group) group, options, work);
            pool.begin();
            body.call(pool);
            pool.conveyor.stopWhenIdle();
        });
    }

    /**
     * A pool in a group.
     *
     * @param group of a longer life
     * @param options its options
     * @param work what is done with each item
     * @param <I> the item
     * @return the pool, which is open
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <I> WorkerPool<I> start(TaskGroup group, WorkerOptions<I> options, ItemAction<? super I> work)
            throws InterruptedException {
        Objects.requireNonNull(work, "work");
        Options own = groupOptions(options);
        return group.start(
                        Objects.requireNonNull(own.name()),
                        (Status<WorkerPool<I>> status) -> Group.run(own, inner -> {
                            var pool = new Workers<>((Group) inner, options, work);
                            pool.begin();
                            status.started(pool);
                        }))
                .value();
    }

    /**
     * Work with a result.
     *
     * @param work the work
     * @param onResult what is done with the result
     * @param <I> the item
     * @param <R> the result
     * @return both, one after the other
     */
    public static <I, R> ItemAction<I> both(
            ItemBody<? super I, ? extends R> work, ResultHandler<? super I, ? super R> onResult) {
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(onResult, "onResult");
        return item -> onResult.completed(item, work.call(item));
    }

    private static Options groupOptions(WorkerOptions<?> options) {
        Options own = options.group();
        return own.name() != null ? own : own.name("workers-" + NUMBERS.incrementAndGet());
    }

    private void begin() {
        for (int i = 0; i < options.workers(); i++) {
            conveyor.arrive();
            boolean started = false;
            try {
                started = forks();
            } finally {
                if (!started) {
                    List<?> _ = conveyor.depart(null); // nothing to hand over: nobody has the pool yet
                }
            }
        }
    }

    /** Starts a worker; false if the group is cancelled. */
    private boolean forks() {
        return !Forks.fork(group, name + "[" + forked.getAndIncrement() + "]", new Worker<>(this), TaskNode.ACTION)
                .isRefused();
    }

    // ---- a worker leaves, on its thread

    /**
     * Sees to it that nothing is left behind by a worker that leaves: another takes its place, or its pool goes on without, or what is queued is
     * handed over.
     *
     * @param thrown what ends the worker; null if it leaves by itself
     * @return what is to end it
     */
    @Nullable
    Throwable left(Worker<I> worker, @Nullable Throwable thrown) {
        boolean failed = thrown != null && !worker.endsBy(thrown);
        Throwable irreplaceable = null;
        boolean replaced = false;
        try {
            boolean dooms = failed && options.group().failurePolicy() == FailurePolicy.CANCEL;
            if (!dooms && conveyor.look(Stock::wantsWorkers)) {
                replaced = forks();
            }
        } catch (RuntimeException | Error e) { // L11
            irreplaceable = e;
        }
        if (replaced) {
            return thrown;
        }
        Throwable end = thrown;
        List<Stock.Entry<I>> rest = conveyor.depart(worker);
        if (irreplaceable != null) {
            Log.warn(
                    "a worker of " + describe() + " could not be replaced; others go on, if there are any",
                    irreplaceable);
            if (!failed && conveyor.look(stock -> stock.isGivenUpBy(worker))) {
                end = irreplaceable;
            }
        }
        return sweep(end, end != null && (failed || end == irreplaceable), rest);
    }

    /** Gives what nobody will work on to the failure handler; what is to end the worker. */
    private @Nullable Throwable sweep(@Nullable Throwable end, boolean isFailure, List<Stock.Entry<I>> rest) {
        if (rest.isEmpty()) {
            return end;
        }
        var thrown = new ArrayList<Throwable>();
        var left = rest.iterator();
        try {
            PlainScope.shield(options.failureLimit()).runOrFail(() -> handOver(left, thrown));
        } catch (Exception | Error e) {
            thrown.add(e);
        }
        handOver(left, thrown); // what is left if the shield could not be put up
        if (thrown.isEmpty()) {
            return end;
        }
        Throwable first = isFailure && end != null ? end : thrown.removeFirst();
        Failures.attach(first, thrown);
        return first;
    }

    private void handOver(Iterator<Stock.Entry<I>> items, List<Throwable> thrown) {
        CancelReason reason = group.isEffectivelyCancelled()
                ? Reasons.of(group)
                : Reasons.plain(group, describe() + " has no worker left");
        while (items.hasNext()) {
            I item = items.next().item;
            try {
                handOver(item, Traces.trimmed(new CancelledException(reason)));
            } catch (Exception | Error e) {
                thrown.add(e);
            } finally {
                conveyor.sweptUp();
            }
        }
    }

    /** Gives an item to the failure handler; throws what that throws. */
    void handOver(I item, Throwable failure) throws Exception {
        FailureHandler<? super I> handler = options.onFailure();
        try {
            if (handler != null) {
                handler.failed(item, failure);
            } else {
                log(item, failure);
            }
        } catch (Exception | Error e) {
            Failures.attach(e, List.of(failure));
            if (Scope.current().isEffectivelyCancelled() && Cancellation.isCancellation(e)) {
                Log.warn("the failure handler of " + describe() + " was cut short", e); // nobody sees it otherwise
            }
            throw e;
        }
    }

    /** What is done with failed items if nothing else was said. */
    private void log(I item, Throwable failure) {
        boolean cancelled = failure instanceof CancelledException;
        Log.warn(
                "an item of " + describe() + (cancelled ? " was not handled" : " failed") + ": " + Shown.of(item)
                        + (cancelled ? ": " + failure.getMessage() : "")
                        + "; give the pool an onFailure for such items",
                cancelled ? null : failure);
    }

    // ---- submitting

    @Override
    public void submit(I item) throws InterruptedException {
        var entry = new Stock.Entry<>(checked(item));
        conveyor.put(Turn.here(entry));
        checkTaken(entry);
    }

    @Override
    public boolean trySubmit(I item) {
        var entry = new Stock.Entry<>(checked(item));
        boolean decided = conveyor.offer(Turn.here(entry));
        checkTaken(entry);
        return decided;
    }

    @Override
    public void submitAll(Iterable<? extends I> items) throws InterruptedException {
        for (I item : items) {
            submit(item);
        }
    }

    private static <T> T checked(T item) {
        return Objects.requireNonNull(item, "the item is null; a pool takes only what is there");
    }

    private void checkTaken(Stock.Entry<I> entry) {
        if (entry.refused) {
            String why = conveyor.look(Stock::phase) == Stock.Phase.STOPPED
                    ? " was stopped: it takes no more items"
                    : group.isEffectivelyCancelled()
                            ? " takes no more items, since it was cancelled: "
                                    + Reasons.of(group).message()
                            : " was cancelled: it takes no more items";
            throw Traces.trimmed(new RejectedExecutionException(
                    describe() + why + "; this one was not submitted. Submit before stop() and cancel()"));
        }
    }

    // ---- the end

    @Override
    public void stop() throws InterruptedException {
        Strand here = Strands.current();
        TaskNode<?> worker = here == null ? null : here.memberOf(group);
        if (worker != null) {
            throw new IllegalStateException("the work of " + describe() + " stops it and waits for its own end, in "
                    + worker.describe() + ": that would never end; call stopIntake() there");
        }
        conveyor.stop();
        conveyor.drained.acquire(Turn.here(null), null);
    }

    @Override
    public void stopIntake() {
        conveyor.stop();
    }

    @Override
    public List<I> cancel() {
        return cancel(describe() + " was cancelled");
    }

    @Override
    public List<I> cancel(String reason) {
        Objects.requireNonNull(reason, "reason");
        Stock.Cancelled<I> found = conveyor.cancel();
        found.running().forEach(scope -> scope.cancel(reason));
        return found.notBegun().stream().map(entry -> entry.item).toList();
    }

    // ---- looking

    @Override
    public String name() {
        return name;
    }

    @Override
    public Statistics<I> statistics() {
        return conveyor.statistics(group.backend().nanoTime());
    }

    String describe() {
        return "worker pool '" + name + "'";
    }

    @Override
    public String toString() {
        Statistics<I> now = statistics();
        return describe() + " ["
                + switch (conveyor.look(Stock::phase)) {
                    case OPEN -> "open";
                    case STOPPED -> "stopped";
                    case CANCELLED -> "cancelled";
                }
                + ", " + now.running().size() + " of " + now.workers() + " workers busy, " + now.queued() + " queued]";
    }
}
