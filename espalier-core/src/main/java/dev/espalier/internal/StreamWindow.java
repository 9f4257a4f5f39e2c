// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.ItemBody;
import dev.espalier.Options;
import dev.espalier.Registration;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.internal.Arrivals.Arrival;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Gatherer;
import java.util.stream.Gatherer.Downstream;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of mapConcurrent or mapConcurrentUnordered in a stream (K5).
 *
 * @param <T> the item
 * @param <R> the result
 */
public final class StreamWindow<T extends @Nullable Object, R extends @Nullable Object> {
    /*
     * A stream calls integrate for each item and finish at the end, one call after the other, but perhaps on several threads, and between the calls the stream's own code runs. So no
     * thread can own the group of the items' tasks: a StreamStrand does, which hangs below the scope in which the evaluation began. From there tasks inherit
     * deadlines, backend and policies, and there a cancellation finds them, by a callback of that scope.
     *
     * States: new -> open, at the first item -> ended, once (compare-and-set of `ended`). Who ends it cancels what is left, waits for it and closes the group; the latch opens then, for
     * others who come to end it too.
     *
     * Who ends it
     *   finish, integrate:  the results are all there; the downstream wants no more; a task has failed; the downstream throws; the caller is cancelled or interrupted.
     *   the scope's exit:   nobody told us anything more. A stream whose source throws, and an iterator that is abandoned, call no method of a gatherer; so the scope around
     *                       remembers what was begun in it, and ends it with itself. Outside of every scope there is nobody to do that.
     *
     * The window: what has been pulled and not been handed on is at most `limit`; integrate hands on until there is room for one more, so that the stream pulls
     * an item only when there is. In order, results wait for the first one; what has ended is taken at once all the same, so that a failure ends the stream without waiting
     * for the items before it.
     *
     * Lock order: none held here. The monitor of Extras is taken alone.
     *
     * Fields: `ended` and `closed` any thread; the others by the calls of the stream, which it orders; `group` is also read by the callback and the scope's exit, and is written
     * before these know of this object.
     */
    private final String name;
    private final int limit;
    private final boolean ordered;
    private final ItemBody<? super T, ? extends R> body;
    private final Scope around = Scope.current();
    private final ArrayDeque<Arrival> waiting =
            new ArrayDeque<>(); // pulled, and not handed on: all of them in order, else those that have ended
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Latch closed = new Latch();
    private @Nullable Group group;
    private @Nullable Harvest harvest;
    private Registration cancelled = () -> {};
    private long index;

    private StreamWindow(String name, int limit, boolean ordered, ItemBody<? super T, ? extends R> body) {
        this.name = name;
        this.limit = limit;
        this.ordered = ordered;
        this.body = body;
    }

    /**
     * A gatherer that runs a body for each item, at most so many at once.
     *
     * @param ordered whether the results have the order of the items
     * @param limit how many at once
     * @param body what is done with each
     * @param <T> the item
     * @param <R> the result
     * @return usable for any number of streams
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> Gatherer<T, ?, R> gatherer(
            boolean ordered, int limit, ItemBody<? super T, ? extends R> body) {
        Pull.checkLimit("limit", limit);
        Objects.requireNonNull(body, "body");
        String name = ordered ? "mapConcurrent" : "mapConcurrentUnordered";
        return Gatherer.<T, StreamWindow<T, R>, R>ofSequential(
                () -> new StreamWindow<>(name, limit, ordered, body),
                Gatherer.Integrator.ofGreedy(StreamWindow::integrate),
                StreamWindow::finish);
    }

    /** The group of its tasks; null before the first item. */
    @Nullable
    Group group() {
        return group;
    }

    // ---- what the stream calls

    private boolean integrate(T item, Downstream<? super R> downstream) {
        return evaluate(() -> {
            if (downstream.isRejecting()) {
                return Next.ENOUGH;
            }
            Harvest tasks = open();
            if (!takeEnded(tasks)) {
                return Next.FAILED;
            }
            Arrival forked = tasks.fork(() -> body.call(item), index++);
            if (ordered) {
                waiting.add(forked);
            }
            return handOn(tasks, downstream, limit - 1);
        });
    }

    private void finish(Downstream<? super R> downstream) {
        Harvest tasks = harvest;
        if (tasks != null && !ended.get()) {
            boolean _ = evaluate(() -> {
                Next next = handOn(tasks, downstream, 0);
                return next == Next.ITEM ? Next.ENOUGH : next;
            });
        }
    }

    private enum Next {
        /** The stream goes on. */
        ITEM,
        /** Nothing more is wanted, or nothing more will come. */
        ENOUGH,
        /** A task has failed; the group knows. */
        FAILED
    }

    /** A call of the stream. */
    private interface Step {
        Next run() throws InterruptedException;
    }

    private boolean evaluate(Step step) {
        Next next;
        try {
            next = step.run();
        } catch (InterruptedException e) {
            TaskGroupException failures = end(Objects.requireNonNullElse(e.getMessage(), "interrupted"));
            CancellationException unchecked = Completions.unchecked(e); // restores what has to be restored
            throw failures == null ? unchecked : failures; // F2
        } catch (RuntimeException | Error e) {
            TaskGroupException failures = end("the stream failed: " + Shown.of(e));
            if (failures != null) {
                Failures.attach(e, List.of(failures)); // F3
            }
            throw e;
        }
        if (next == Next.ITEM) {
            return true;
        }
        TaskGroupException failures = end("the stream needs no more results");
        if (failures != null && next == Next.FAILED) {
            throw failures;
        }
        if (failures != null) {
            log(failures, "a task of a stream failed when its result was not needed any more");
        }
        return false;
    }

    private static void log(TaskGroupException failures, String message) {
        failures.failures().forEach(failure -> Log.warn(message, failure));
    }

    // ---- the window

    private Harvest open() {
        if (harvest == null) {
            var opened = new Group(Options.DEFAULT.name(name), new StreamStrand(around), /* runForm= */ false);
            opened.begin();
            group = opened;
            harvest = new Harvest(opened, /* settles= */ false);
            if (!(around instanceof ForeignStrand)) {
                if (!around.extras().addStream(this)) {
                    throw over();
                }
                cancelled = around.onCancel(this::cancelledFromAround);
            }
        }
        if (ended.get()) {
            throw over();
        }
        return harvest;
    }

    private IllegalStateException over() {
        return new IllegalStateException(
                "this stream has ended with its tasks, because it failed or because what it was begun in, "
                        + around.describe() + ", has ended; consume a stream where it is evaluated");
    }

    /** Takes what has ended, without waiting: so a failure ends the stream at once. False if there is one. */
    private boolean takeEnded(Harvest tasks) throws InterruptedException {
        Scope.checkpoint();
        for (Arrival arrival = tasks.poll(); arrival != null; arrival = tasks.poll()) {
            if (!took(tasks, arrival)) {
                return false;
            }
        }
        return true;
    }

    /** Hands results on until at most so many items are ahead. */
    private Next handOn(Harvest tasks, Downstream<? super R> downstream, int most) throws InterruptedException {
        while (true) {
            if (!takeEnded(tasks)) {
                return Next.FAILED;
            }
            Arrival next = waiting.peek();
            while (next != null && Harvest.succeeded(next)) {
                Arrival _ = waiting.remove();
                if (!downstream.push(Sneaky.<R>cast(Harvest.value(next)))) {
                    return Next.ENOUGH;
                }
                next = waiting.peek();
            }
            if ((ordered ? waiting.size() : tasks.ahead()) <= most) {
                return Next.ITEM;
            }
            if (!took(tasks, tasks.take())) {
                return Next.FAILED;
            }
        }
    }

    /** Looks at what has ended; false if it is a failure, or was cancelled because of one. */
    private boolean took(Harvest tasks, Arrival arrival) throws InterruptedException {
        if (Harvest.succeeded(arrival)) {
            if (!ordered) {
                waiting.add(arrival);
            }
            return true;
        }
        if (tasks.group().failures.isPending()) {
            return false;
        }
        throw tasks.selfCancelled((TaskCancelledException) tasks.failure(arrival));
    }

    // ---- the end

    private void cancelledFromAround(CancelReason reason) {
        Group open = Objects.requireNonNull(group);
        open.cancelWith(new CancelReason(
                Kind.PARENT_CANCELLED,
                around.describe() + ", in which a stream is evaluated, was cancelled: " + reason.message(),
                open,
                reason.task(),
                reason.exception(),
                reason));
    }

    /** The scope in which the stream was begun ends, and nobody has finished the stream. */
    void abandon() {
        TaskGroupException failures = end(around.describe() + " ended before the stream that was begun in it");
        if (failures != null) {
            log(failures, "a task of a stream that was not finished failed");
        }
    }

    /** Cancels what is left, waits for it, closes the group; what has failed. Only the first call does anything. */
    private @Nullable TaskGroupException end(String why) {
        Group open = group;
        if (open == null) {
            return null;
        }
        if (!ended.compareAndSet(false, true)) {
            closed.awaitUninterruptibly(open.backend());
            return null;
        }
        Strand here = Strands.current();
        Object waitedFor = here == null ? null : here.waitingFor;
        if (here != null) {
            here.waitingFor = open; // it is not deaf to its cancellation
        }
        try {
            if (!open.hasNo(Ledger.Which.TASKS) && open.isCancelledFromAround()) {
                cancelledFromAround(Reasons.of(around)); // the callback is perhaps still to come
            } else if (!open.hasNo(Ledger.Which.TASKS)) {
                open.cancelWith(open.reasonOf(Kind.ASKED, why, null));
            }
            GroupExit.end(open);
        } finally {
            if (here != null) {
                here.waitingFor = waitedFor;
            }
            Extras extras = around.extras;
            if (extras != null) {
                extras.removeStream(this);
            }
            cancelled.close();
            closed.open();
        }
        return open.failures.isPending() ? open.failures.takeException(open) : null;
    }
}
