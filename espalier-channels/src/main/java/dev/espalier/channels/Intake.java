// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Subscribes to a publisher, and hands its items on to a channel. Numbers are those of the rules of reactive streams. */
final class Intake<T> implements Flow.Subscriber<T>, Producer<T> {
    /*
     * The publisher's threads put items into `room`, which never blocks them: it has as many places as are asked for. One task, the producer of the channel, takes them out, sends them, and
     * asks for one more when one has been received. It alone calls request and cancel, one after the other (2.7), with one exception: a subscription that comes too late, or second, is cancelled
     * where it comes (2.5).
     *
     * States of `subscription`: null -> the publisher's -> OVER, or null -> OVER; by compare-and-set and getAndSet. Who finds OVER cancels what it has.
     *
     * What the publisher ends with closes `room`; so items that came before an error are received before it. `error` is written before that, and read after `room` is done.
     */
    private static final Flow.Subscription OVER = new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    };

    private final Flow.Publisher<? extends T> publisher;
    private final int capacity;
    private final Channel<T> room;
    private final Event subscribed = new Event("subscription to a publisher");
    private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
    private volatile @Nullable Throwable error;
    private volatile boolean terminated; // by the publisher: nothing is left to be cancelled (2.4)

    Intake(Flow.Publisher<? extends T> publisher, int capacity) {
        this.publisher = publisher;
        this.capacity = capacity;
        this.room = Channel.buffered(capacity, o -> o.name("items of a publisher"));
    }

    static <T> Source<T> begin(TaskGroup group, int capacity, Flow.Publisher<? extends T> publisher) {
        Objects.requireNonNull(publisher, "publisher");
        return Source.produce(group, 0, o -> o.name("publisher"), List.of(new Intake<T>(publisher, capacity)));
    }

    // ---- the task

    @Override
    public void produce(Sink<T> sink) throws Exception {
        try {
            publisher.subscribe(this);
            subscribed.await();
            Flow.Subscription from = Objects.requireNonNull(subscription.get());
            from.request(capacity);
            room.forEach(item -> {
                sink.send(item);
                if (!terminated) {
                    from.request(1);
                }
            });
            throwError();
        } finally {
            Flow.Subscription from = subscription.getAndSet(OVER);
            if (from != null && !terminated) {
                from.cancel();
            }
        }
    }

    private void throwError() throws Exception {
        switch (error) {
            case null -> {}
            case Exception e -> throw e;
            case Error e -> throw e;
            case Throwable t ->
                throw new IllegalStateException("the publisher failed with neither an Exception nor an Error", t);
        }
    }

    // ---- the publisher, on any thread

    @Override
    public void onSubscribe(Flow.Subscription from) {
        Objects.requireNonNull(from, "subscription");
        if (subscription.compareAndSet(null, from)) {
            subscribed.set();
        } else {
            from.cancel();
        }
    }

    @Override
    public void onNext(T item) {
        Objects.requireNonNull(item, "item");
        if (room.conduit.isClosed()) {
            return; // 2.8: it may still come
        }
        if (!room.trySend(item)) {
            error = new IllegalStateException("the publisher sent more items than it was asked for (1.1): more than "
                    + capacity + " have not been received; the rest is ignored");
            boolean _ = room.close();
        }
    }

    @Override
    public void onError(Throwable thrown) {
        Objects.requireNonNull(thrown, "error");
        end(thrown);
    }

    @Override
    public void onComplete() {
        end(null);
    }

    private void end(@Nullable Throwable with) {
        if (!terminated && error == null) {
            error = with;
            terminated = true;
            boolean _ = room.close();
            subscribed.set();
        }
    }
}
