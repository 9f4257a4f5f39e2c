// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Blocking;
import dev.espalier.sync.Event;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A subscriber to the items of a channel, and the task that serves it. Numbers are those of the rules of reactive streams. */
final class Publication<T> implements Flow.Subscription {
    /*
     * One task sends all signals, so they come one after the other (1.3). It receives an item only when one is asked for; so an item that it has is always passed on, also
     * if the subscriber cancels at that moment, which 2.8 allows.
     *
     * States of `demand`: how many items are asked for and not passed on; Long.MAX_VALUE: without a bound (3.17); INVALID: somebody has asked for none or fewer (3.9), which is final.
     * `cancelled`: once, by the subscriber, or when the task has ended.
     *
     * Waking. The task waits for two things, demand and an item, and each ends when the subscriber cancels. For demand, it writes `wake`, then reads demand and cancelled, then waits; request and
     * cancel write these, then take `wake` and set it. For an item, it writes `receiving`, a scope, then reads cancelled, then receives in it; cancel writes cancelled, then cancels
     * that scope. All are volatile: one of the two sees the other. So cancel interrupts a wait of ours and never the subscriber's code, and an item that came at that moment is
     * the scope's value (C5).
     *
     * request and cancel do not block, and may be called from within the signals (3.4, 3.5).
     *
     * `subscriber` is dropped when the task has ended (3.13).
     */
    private static final long INVALID = -1;

    private final Channel<T> channel;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicReference<@Nullable Event> wake = new AtomicReference<>();
    private volatile @Nullable CancelScope receiving;
    private volatile boolean cancelled;
    private volatile Flow.@Nullable Subscriber<? super T> subscriber;

    private Publication(Channel<T> channel, Flow.Subscriber<? super T> subscriber) {
        this.channel = channel;
        this.subscriber = subscriber;
    }

    static <T> Flow.Publisher<T> of(Channel<T> channel, TaskGroup group) {
        Objects.requireNonNull(group, "group");
        return subscriber -> {
            Objects.requireNonNull(subscriber, "subscriber");
            new Publication<T>(channel, subscriber).begin(group, subscriber);
        };
    }

    private void begin(TaskGroup group, Flow.Subscriber<? super T> to) {
        Task<Void> task;
        try {
            task = group.forkDaemon(channel.statistics().name() + "-subscriber", () -> serve(to));
        } catch (RuntimeException | Error e) { // 1.9: it is told by onError
            refuse(to, e);
            return;
        }
        Blocking.whenEnded(task, () -> {
            if (subscriber != null) { // it never ran
                refuse(to, new CancellationException(task + " was cancelled before it could serve the subscriber"));
            }
        });
    }

    private void refuse(Flow.Subscriber<? super T> to, Throwable why) {
        end();
        to.onSubscribe(this);
        to.onError(why);
    }

    private void end() {
        cancelled = true;
        subscriber = null;
    }

    // ---- the task

    private void serve(Flow.Subscriber<? super T> to) throws InterruptedException {
        try {
            to.onSubscribe(this);
            boolean more = true;
            while (more) {
                more = awaitDemand(to) && pass(to);
            }
        } finally {
            end();
        }
    }

    /** Whether there is demand. */
    private boolean awaitDemand(Flow.Subscriber<? super T> to) throws InterruptedException {
        while (!cancelled) {
            long asked = demand.get();
            if (asked > 0) {
                return true;
            }
            if (asked == INVALID) {
                to.onError(new IllegalArgumentException(
                        "a subscriber asked for less than one item (3.9); ask for one at least"));
                return false;
            }
            var event = new Event("demand of a subscriber of " + channel.conduit.describe());
            wake.set(event);
            if (demand.get() == 0 && !cancelled) {
                telling(to, () -> {
                    event.await();
                    return event;
                });
            }
        }
        return false;
    }

    /** Receives an item and passes it on; false if there is none, or nobody who wants it. */
    private boolean pass(Flow.Subscriber<? super T> to) throws InterruptedException {
        CancelScope scope = CancelScope.create();
        receiving = scope;
        if (cancelled) {
            return false;
        }
        Optional<Optional<T>> received;
        try {
            received = telling(to, () -> scope.call(channel::receiveOrDone));
        } catch (ChannelFailedException e) {
            if (!cancelled) {
                to.onError(Objects.requireNonNullElse(e.getCause(), e));
            }
            return false;
        }
        if (received.isEmpty()) {
            return false;
        }
        if (received.get().isEmpty()) {
            to.onComplete();
            return false;
        }
        long _ = demand.updateAndGet(n -> n == Long.MAX_VALUE || n == INVALID ? n : n - 1);
        to.onNext(received.get().get());
        return true;
    }

    /** What waits. */
    private interface Waiting<V> {
        V call() throws InterruptedException;
    }

    /** Waits; if the group is cancelled meanwhile, the subscriber is told. */
    private <V> V telling(Flow.Subscriber<? super T> to, Waiting<V> waiting) throws InterruptedException {
        try {
            return waiting.call();
        } catch (InterruptedException e) {
            if (!cancelled) {
                to.onError(e);
            }
            throw e;
        }
    }

    // ---- the subscriber, on any thread

    @Override
    public void request(long n) {
        long _ = demand.updateAndGet(
                asked -> n <= 0 || asked == INVALID ? INVALID : asked + n < 0 ? Long.MAX_VALUE : asked + n);
        wake();
    }

    @Override
    public void cancel() {
        cancelled = true;
        CancelScope scope = receiving;
        if (scope != null) {
            scope.cancel("the subscriber has cancelled");
        }
        wake();
    }

    private void wake() {
        Event event = wake.getAndSet(null);
        if (event != null) {
            event.set();
        }
    }
}
