// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.TaskGroup;
import dev.espalier.internal.Shown;
import dev.espalier.sync.Party;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hands items from tasks to tasks: first in, first out, each to one receiver.
 *
 * {@snippet class="dev.espalier.channels.GuideChannelsExamples" region="channel"}
 *
 * <p>A <em>buffered</em> channel holds some items, and a sender waits when it is full. A <em>rendezvous</em> holds none: a sender waits for a receiver. An <em>unlimited</em> one never makes
 * a sender wait, and holds as much as memory can. A channel ends once, by {@link #close} (done: what was sent is still received) or by {@link #fail} (failed: what was not received is discarded,
 * and all get the cause).
 *
 * <p>Give producers the {@link Sink} and consumers the {@link Source}, so that only who should can close. Where the producers are tasks of a group, {@link Source#produce} closes for you. Do not
 * use a channel to run something for each item of a list: that is {@link dev.espalier.Tasks#map}; nor to share state: for that there is {@link dev.espalier.sync.Lock}.
 *
 * <p><b>Failure.</b> See {@link ChannelException}. <b>Cancellation.</b> {@code send} and {@code receive} are always cancellation points; neither loses an item: see there. To wait for a time, put
 * a scope around: {@code CancelScope.moveOnAfter(time, channel::receive)}. It returns an item that came at the last moment.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. <b>Memory.</b> What happens before a send happens-before the return of the receive that gets the item. A buffer takes room when the channel is made, some bytes for each place.
 * It needs not be closed to be collected.
 *
 * <p>Pitfall: a producer that waits for a consumer that has ended. Nothing tells it. Producers of {@link Source#produce} are cancelled then.
 *
 * <p>Pitfall: to expect an item in a buffer to be handled. Whoever receives it may be cancelled before it has done anything with it: say what becomes of it in a {@code finally}.
 *
 * <p>From: Go. The algorithm is that of the library <a href="https://github.com/softwaremill/jox">Jox</a>, after <a href="https://arxiv.org/abs/2211.04986">Fast and Scalable
 * Channels in Kotlin Coroutines</a>.
 *
 * @param <T> the items; never null
 * @since 0.1
 */
public final class Channel<T> implements Source<T>, Sink<T> {
    final Conduit<T> conduit;

    /**
     * What can be seen of a channel at a moment. The counts are of calls that have returned: a send that was cancelled is in none.
     *
     * @param name for messages and tools
     * @param capacity how many items it can hold: 0 for a rendezvous, {@link Integer#MAX_VALUE} for an unlimited one
     * @param sent how many items were handed over by senders
     * @param received how many were received
     * @param senders who is in a call that sends: who waits, and who is just passing through
     * @param receivers who is in a call that receives
     * @param closed whether it has ended, one way or the other
     * @param failure what it has failed with; null if it has not
     * @since 0.1
     */
    public record Statistics(
            String name,
            int capacity,
            long sent,
            long received,
            List<Party> senders,
            List<Party> receivers,
            boolean closed,
            @Nullable Throwable failure) {
        /**
         * How many items are in the channel.
         *
         * @return 0 if it has failed
         */
        public long buffered() {
            return failure == null ? sent - received : 0;
        }

        /**
         * How many items were in the channel when it failed, and will never be received.
         *
         * @return 0 if it has not failed
         */
        public long discarded() {
            return failure == null ? 0 : sent - received;
        }
    }

    Channel(int capacity, UnaryOperator<ChannelOptions> options) {
        conduit = new Conduit<>(capacity, options.apply(ChannelOptions.DEFAULT));
    }

    // ---- making

    /**
     * A channel that holds some items.
     *
     * @param capacity how many; at least 1
     * @param <T> the items
     * @return a new channel
     */
    public static <T> Channel<T> buffered(int capacity) {
        return buffered(capacity, options -> options);
    }

    /**
     * A channel that holds some items.
     *
     * @param capacity how many; at least 1
     * @param options from the default ones
     * @param <T> the items
     * @return a new channel
     */
    public static <T> Channel<T> buffered(int capacity, UnaryOperator<ChannelOptions> options) {
        if (capacity < 1 || capacity == Conduit.UNLIMITED) {
            throw new IllegalArgumentException("capacity is " + capacity
                    + (capacity < 1 ? "; it must be at least 1: use rendezvous() to hold none" : "; use unlimited()"));
        }
        return new Channel<>(capacity, options);
    }

    /**
     * A channel that holds nothing: a sender and a receiver wait for each other.
     *
     * @param <T> the items
     * @return a new channel
     */
    public static <T> Channel<T> rendezvous() {
        return rendezvous(options -> options);
    }

    /**
     * A channel that holds nothing: a sender and a receiver wait for each other.
     *
     * @param options from the default ones
     * @param <T> the items
     * @return a new channel
     */
    public static <T> Channel<T> rendezvous(UnaryOperator<ChannelOptions> options) {
        return new Channel<>(0, options);
    }

    /**
     * A channel that holds everything: a sender never waits. Nothing keeps a fast producer from filling the memory; prefer a buffered one.
     *
     * @param <T> the items
     * @return a new channel
     */
    public static <T> Channel<T> unlimited() {
        return unlimited(options -> options);
    }

    /**
     * A channel that holds everything: a sender never waits. Nothing keeps a fast producer from filling the memory; prefer a buffered one.
     *
     * @param options from the default ones
     * @param <T> the items
     * @return a new channel
     */
    public static <T> Channel<T> unlimited(UnaryOperator<ChannelOptions> options) {
        return new Channel<>(Conduit.UNLIMITED, options);
    }

    // ---- moving

    @Override
    public void send(T item) throws InterruptedException {
        conduit.send(item);
    }

    @Override
    public boolean trySend(T item) {
        return conduit.trySend(item);
    }

    @Override
    public T receive() throws InterruptedException {
        T item = conduit.receive();
        if (item == null) {
            throw conduit.closedForReceiving();
        }
        return item;
    }

    @Override
    public Optional<T> receiveOrDone() throws InterruptedException {
        return Optional.ofNullable(conduit.receive());
    }

    @Override
    public Optional<T> tryReceive() {
        return Optional.ofNullable(conduit.tryReceive());
    }

    @Override
    public Stream<T> stream() {
        return Receiving.stream(conduit);
    }

    @Override
    public Flow.Publisher<T> toPublisher(TaskGroup group) {
        return Publication.of(this, group);
    }

    // ---- ending

    /**
     * Nothing more is sent: the channel is done as soon as it is empty. What has been sent is still received, also from senders that wait at this moment. Who sends later gets
     * {@link ChannelClosedException}. Never blocks.
     *
     * @return whether this call did it; false if it had been closed, or had failed
     */
    public boolean close() {
        return conduit.close();
    }

    /**
     * Something went wrong: who waits, and who sends or receives later, gets {@link ChannelFailedException}. What has been sent and not received is discarded.
     * Does not block, but takes time for each item that is discarded.
     *
     * <p>After {@link #close} it does nothing: what is in a channel that was closed is complete. To end senders that still wait on one, cancel them.
     *
     * @param cause why
     * @return whether this call did it; false if it had been closed, or had failed
     */
    public boolean fail(Throwable cause) {
        return conduit.fail(cause);
    }

    @Override
    public Statistics statistics() {
        return conduit.statistics();
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        Throwable failure = now.failure();
        return conduit.describe() + " [" + now.sent() + " sent, " + now.received() + " received, "
                + now.senders().size() + " sending, " + now.receivers().size() + " receiving"
                + (failure != null ? ", failed: " + Shown.of(failure) : now.closed() ? ", closed" : "") + "]";
    }
}
