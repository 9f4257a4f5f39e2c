// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.FailurePolicy;
import dev.espalier.ItemBody;
import dev.espalier.Options;
import dev.espalier.Outcome;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.internal.Arrivals.Arrival;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One run over a source of items, each in a task, at most so many at once: gather, map, forEach, batches and the settled forms (K2, K3, K5).
 *
 * @param <T> the item
 */
public final class Pull<T extends @Nullable Object> {
    /*
     * The source is pulled by the owner in the body of a group: an item only when there is room for its task, so that what has been pulled and has not ended is never
     * more than the limit. What has ended is taken before each pull, so that a failure ends the pulling at once, and nothing piles up.
     *
     * A failure is the group's (F1, F2): the body leaves with TaskFailedException, and the group throws all of them. A task that cancelled itself is no failure of the
     * group; the body leaves with TaskCancelledException then, and it is thrown as a failure would be. The body does not end before every result has been taken: so a list is
     * never short, whatever cancelled what.
     */
    enum Refill {
        /** A new item as soon as one has ended. */
        SLIDING,
        /** New items when all have ended. */
        BATCHES
    }

    private final Options options;
    private final int limit;
    private final Refill refill;
    private final ItemBody<? super T, ?> body;
    private final boolean settles;
    private final @Nullable List<@Nullable Object> results;

    private Pull(
            String name, int limit, Refill refill, ItemBody<? super T, ?> body, boolean settles, boolean keepsResults) {
        this.options = Options.DEFAULT.name(name).failurePolicy(settles ? FailurePolicy.COLLECT : FailurePolicy.CANCEL);
        this.limit = limit;
        this.refill = refill;
        this.body = body;
        this.settles = settles;
        this.results = keepsResults ? new ArrayList<>() : null;
    }

    // ---- the forms

    /**
     * All results of callables, in order.
     *
     * @param name of the combinator
     * @param callables what to run at once
     * @param <T> their result
     * @return as many results as callables
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> List<T> gather(String name, List<Callable<? extends T>> callables)
            throws InterruptedException {
        Pull<Callable<? extends T>> pull = of(name, callables, /* settles= */ false);
        return Sneaky.cast(pull.run(callables));
    }

    /**
     * All outcomes of callables, in order.
     *
     * @param callables what to run at once
     * @param <T> their result
     * @return as many outcomes as callables
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> List<Outcome<T>> gatherSettled(List<Callable<? extends T>> callables)
            throws InterruptedException {
        Pull<Callable<? extends T>> pull = of("gatherSettled", callables, /* settles= */ true);
        return Sneaky.cast(pull.run(callables));
    }

    private static <T extends @Nullable Object> Pull<Callable<? extends T>> of(
            String name, List<Callable<? extends T>> callables, boolean settles) {
        return new Pull<>(name, Math.max(1, callables.size()), Refill.SLIDING, Callable::call, settles, true);
    }

    /**
     * All results of a body, in the order of the items.
     *
     * @param items the source
     * @param limit how many at once
     * @param body what is done with each
     * @param <T> the item
     * @param <R> the result
     * @return as many results as items
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
            Iterable<? extends T> items, int limit, ItemBody<? super T, ? extends R> body) throws InterruptedException {
        checkLimit("limit", limit);
        Objects.requireNonNull(body, "body");
        return Sneaky.cast(new Pull<T>("map", limit, Refill.SLIDING, body, false, true).run(items));
    }

    /**
     * All outcomes of a body, in the order of the items.
     *
     * @param items the source
     * @param limit how many at once
     * @param body what is done with each
     * @param <T> the item
     * @param <R> the result
     * @return as many outcomes as items
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> List<Outcome<R>> mapSettled(
            Iterable<? extends T> items, int limit, ItemBody<? super T, ? extends R> body) throws InterruptedException {
        checkLimit("limit", limit);
        Objects.requireNonNull(body, "body");
        return Sneaky.cast(new Pull<T>("mapSettled", limit, Refill.SLIDING, body, true, true).run(items));
    }

    /**
     * Does something with each item, and keeps nothing.
     *
     * @param items the source
     * @param limit how many at once
     * @param body what is done with each
     * @param <T> the item
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> void forEach(
            Iterable<? extends T> items, int limit, ItemBody<? super T, @Nullable Void> body)
            throws InterruptedException {
        checkLimit("limit", limit);
        List<?> _ = new Pull<T>("forEach", limit, Refill.SLIDING, body, false, false).run(items);
    }

    /**
     * Does something with each item, so many at once, and the next ones when all these have ended.
     *
     * @param items the source
     * @param size how many at once
     * @param body what is done with each
     * @param <T> the item
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> void batches(
            Iterable<? extends T> items, int size, ItemBody<? super T, @Nullable Void> body)
            throws InterruptedException {
        checkLimit("size", size);
        List<?> _ = new Pull<T>("batches", size, Refill.BATCHES, body, false, false).run(items);
    }

    static void checkLimit(String what, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException(what + " is " + limit + "; it must be at least 1");
        }
    }

    /**
     * The callables of a combinator, all of them there.
     *
     * @param callables what a user passed
     * @param <C> their type
     * @return a copy
     */
    public static <C extends Callable<?>> List<C> checked(Collection<? extends C> callables) {
        var copy = new ArrayList<C>(callables);
        for (int i = 0; i < copy.size(); i++) {
            if (copy.get(i) == null) {
                throw new NullPointerException(
                        "callable " + i + " of " + copy.size() + " is null; nothing was started");
            }
        }
        return copy;
    }

    // ---- the run

    private List<?> run(Iterable<? extends T> items) throws InterruptedException {
        Objects.requireNonNull(items, "items");
        Harvest.cancellationPoint();
        var harvests = new Harvest[1]; // for the exception of a task that cancelled itself
        try {
            Group.<@Nullable Object, RuntimeException>call(options, group -> {
                var harvest = new Harvest((Group) group, settles);
                harvests[0] = harvest;
                pull(harvest, items.iterator());
                return null;
            });
        } catch (TaskCancelledException e) {
            if (harvests[0] != null && ((TaskNode<?>) e.task()).group() == harvests[0].group()) {
                throw harvests[0].selfCancelled(e);
            }
            throw e; // of the source
        }
        return results == null ? List.of() : Collections.unmodifiableList(results);
    }

    private void pull(Harvest harvest, Iterator<? extends T> source) throws InterruptedException {
        long index = 0;
        while (true) {
            makeRoom(harvest, index);
            if (!source.hasNext()) {
                break;
            }
            T item = source.next();
            if (results != null) {
                results.add(null);
            }
            Arrival _ = harvest.fork(() -> body.call(item), index++);
        }
        while (harvest.ahead() > 0) {
            took(harvest, harvest.take());
        }
    }

    private void makeRoom(Harvest harvest, long index) throws InterruptedException {
        harvest.group().owner.checkCancelled();
        for (Arrival ended = harvest.poll(); ended != null; ended = harvest.poll()) {
            took(harvest, ended);
        }
        boolean full = refill == Refill.SLIDING ? harvest.ahead() == limit : index % limit == 0;
        int most = refill == Refill.SLIDING ? limit - 1 : 0;
        while (full && harvest.ahead() > most) {
            took(harvest, harvest.take());
        }
    }

    private void took(Harvest harvest, Arrival ended) throws InterruptedException {
        Object result;
        if (settles) {
            result = Harvest.outcome(ended);
        } else if (Harvest.succeeded(ended)) {
            result = Harvest.value(ended);
        } else {
            Throwable failure = harvest.failure(ended);
            throw failure instanceof TaskCancelledException cancelled && cancelled.task() == ended.task()
                    ? cancelled
                    : new TaskFailedException(ended.task(), failure);
        }
        if (results != null) {
            results.set((int) ended.index, result);
        }
    }
}
