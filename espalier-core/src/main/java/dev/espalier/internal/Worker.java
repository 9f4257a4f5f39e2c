// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.sync.Party;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker of a pool: a task that takes item after item.
 *
 * @param <I> the item
 */
final class Worker<I> implements Action {
    /*
     * A worker takes items until there will be none, and then leaves. Each item is worked on in a scope of its own: so its deadline, its cancellation,
     * the groups that it left open and the interrupts that were meant for it end with it, and the next item finds nothing of them.
     *
     * A worker that cannot go on as it was leaves too, and another takes its place: its task was cancelled; an interrupt from elsewhere has come
     * or was left behind, which is nobody's here, and must neither hit the next item nor be swallowed (C4); or the failure handler threw.
     *
     * Whatever the work throws is the item's failure, and goes to the failure handler, in a shield with a limit: so a handler that blocks can do
     * its part also in a pool that is cancelled. Between taking an item and handing it over nothing else can throw, but for a lack of memory
     * or stack in here; the handler is then called without the shield.
     *
     * Fields
     *   entry, since  the item, and when it was taken; guarded by the monitor of the Conveyor. The worker reads its entry without: only the hand-over to
     *           it, which it sees by its turn, and it itself change it.
     *   scope   of the item; written by the worker before it joins the line for that item, read by others under the monitor while it is running.
     *   begun   own thread.
     *   task, thread  own thread, before it first takes an item; read by others under the monitor, while it is running.
     */
    private final Workers<I> pool;

    Stock.@Nullable Entry<I> entry;

    @Nullable
    PlainScope scope;

    @Nullable
    TaskNode<?> task;

    private @Nullable Thread thread;
    long since;
    private boolean begun;

    Worker(Workers<I> pool) {
        this.pool = pool;
    }

    Party party() {
        return new Party(Objects.requireNonNull(thread), task);
    }

    @Override
    public void run() throws Exception {
        Throwable thrown = null;
        try {
            thread = Thread.currentThread();
            task = (TaskNode<?>) Strands.current();
            while (takes()) {
                handle();
            }
        } catch (
                Throwable t) { // the worker's end, and rethrown below unless it was only an interrupt while it was idle
            thrown = t;
        }
        thrown = pool.left(this, thrown);
        if (thrown != null) {
            throw Sneaky.<Exception>rethrow(thrown);
        }
    }

    /** Waits for an item; false if the worker is to leave. */
    private boolean takes() throws InterruptedException {
        scope = PlainScope.create(null, null);
        try {
            pool.conveyor.supply.acquire(Turn.here(this), null);
        } catch (CancelledException e) {
            throw e;
        } catch (InterruptedException e) { // from elsewhere, now or while the item before was worked on
            Thread.currentThread().interrupt();
            return false;
        } finally {
            pool.conveyor.pass();
        }
        return entry != null;
    }

    private boolean isCancelled() {
        return Objects.requireNonNull(task).isEffectivelyCancelled();
    }

    private void handle() throws Exception {
        I item = Objects.requireNonNull(entry).item;
        boolean succeeded = false;
        try {
            Throwable failure = failureOf(item);
            succeeded = failure == null;
            if (failure != null) {
                handOver(item, failure);
            }
        } finally {
            pool.conveyor.finished(this, succeeded);
        }
    }

    /** Works on an item; what went wrong, or null. */
    private @Nullable Throwable failureOf(I item) {
        try {
            PlainScope own = Objects.requireNonNull(scope);
            if (!own.cancelCalled()) {
                boolean ended = own.run(() -> pool.work.call(item));
                if (ended) {
                    return null;
                }
            }
            CancelReason reason = Reasons.of(own);
            return reason.kind() == Kind.DEADLINE
                    ? new DeadlineExceededException(reason, null)
                    : new CancelledException(reason);
        } catch (Throwable t) { // any Throwable is the failure of the item (F4)
            return asCancelled(t);
        }
    }

    /** F5, C9: what the work threw because it was cancelled says why. */
    private Throwable asCancelled(Throwable thrown) {
        if (thrown instanceof CancelledException || !endsBy(thrown)) {
            return thrown;
        }
        return new CancelledException(Reasons.of(Objects.requireNonNull(task)), thrown);
    }

    /** Whether this is how a cancelled worker ends, and no failure. */
    boolean endsBy(Throwable thrown) {
        return isCancelled() && Cancellation.isCancellation(thrown);
    }

    /** Gives the item to the failure handler, in a shield. */
    private void handOver(I item, Throwable failure) throws Exception {
        begun = false;
        try {
            PlainScope.shield(pool.options.failureLimit()).runOrFail(() -> {
                begun = true;
                pool.handOver(item, failure);
            });
        } catch (Exception | Error e) {
            if (begun) {
                throw e;
            }
            Failures.attach(failure, List.of(e));
            pool.handOver(item, failure); // the shield could not be put up
        }
    }
}
