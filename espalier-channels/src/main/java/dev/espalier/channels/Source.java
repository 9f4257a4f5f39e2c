// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.TaskGroup;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The side of a {@link Channel} that gives items. Who has it can receive, and can neither send nor close. Each item is received once, by one of those who receive:
 * several consumers share the items of a source.
 *
 * <p>A source that {@link #produce} made belongs to a task group: when nobody is left there who could receive, its producers are cancelled.
 *
 * {@snippet class="dev.espalier.channels.GuideChannelsExamples" region="produce"}
 *
 * <p><b>Threads.</b> Any, any number at once. Items arrive in the order in which they were sent, and waiting consumers are served in the order in which they came.
 *
 * @param <T> the items
 * @since 0.1
 */
public sealed interface Source<T> permits Channel {
    // ---- receiving

    /**
     * Waits for the next item.
     *
     * <p><b>Cancellation.</b> Always a cancellation point, also if an item is there: in cancelled code it throws every time, and has received nothing. An item
     * that was handed over at the moment of the cancellation is returned; the next blocking call throws then.
     *
     * @return the item
     * @throws ChannelDoneException if the channel is closed and empty
     * @throws ChannelFailedException if it has failed
     * @throws dev.espalier.CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    T receive() throws InterruptedException;

    /**
     * Waits for the next item, or the end.
     *
     * <p><b>Cancellation.</b> As {@link #receive}.
     *
     * @return the item; empty if the channel is closed and empty
     * @throws ChannelFailedException if it has failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    Optional<T> receiveOrDone() throws InterruptedException;

    /**
     * Takes an item if one is there. Never blocks, and is no cancellation point.
     *
     * @return the item; empty if there is none now
     * @throws ChannelDoneException if the channel is closed and empty
     * @throws ChannelFailedException if it has failed
     */
    Optional<T> tryReceive();

    /**
     * Does something with each item, on the calling thread, until the channel is done. Several threads may do so at once.
     *
     * <p><b>Cancellation.</b> A cancellation point before each item.
     *
     * @param action gets each item that this call receives
     * @param <X> what it throws; it ends the loop, and the item that it got is gone
     * @throws X what the action throws
     * @throws ChannelFailedException if the channel has failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    default <X extends Exception> void forEach(Receiver<? super T, X> action) throws X, InterruptedException {
        for (Optional<T> item = receiveOrDone(); item.isPresent(); item = receiveOrDone()) {
            action.receive(item.get());
        }
    }

    /**
     * What is done with an item.
     *
     * @param <T> the items
     * @param <X> what it throws
     * @since 0.1
     */
    @FunctionalInterface
    interface Receiver<T, X extends Exception> {
        /**
         * Runs on the thread that received it.
         *
         * @param item one item
         * @throws X whatever goes wrong
         * @throws InterruptedException if it is cancelled or interrupted
         */
        void receive(T item) throws X, InterruptedException;
    }

    /**
     * The items as a stream that receives each when it is needed, on the thread that evaluates the stream. It ends when the channel is done. {@code parallel()} gains nothing: it is not split.
     *
     * <p><b>Cancellation.</b> As {@link #receive}; as a stream cannot throw {@link InterruptedException}, it is a
     * {@link java.util.concurrent.CancellationException} with that as its cause, and the scope that was cancelled knows it as its own.
     *
     * @return to be evaluated once
     */
    Stream<T> stream();

    /**
     * What can be seen of the channel now.
     *
     * @return a snapshot
     */
    Channel.Statistics statistics();

    // ---- bound to a group

    /**
     * A channel whose items come from a task: it is done when the task has ended, and fails when that fails or is cancelled.
     *
     * <p>The task is a daemon of the group ({@link TaskGroup#forkDaemon}): when the group's body and all tasks that are no daemons have ended, nobody is left to receive, and it is
     * cancelled. So a consumer that has enough simply ends; open a group of its own around it if other work goes on.
     *
     * <p><b>Failure.</b> The producer's is one of the group, like any task's. Consumers in the group are cancelled by it; consumers elsewhere get a {@link ChannelFailedException} with it as
     * cause. What the producer had sent and nobody received is discarded.
     *
     * @param group owns the task
     * @param capacity so many items are buffered; 0 for a rendezvous
     * @param producer sends the items
     * @param <T> the items
     * @return to receive from
     * @throws IllegalStateException if the group is closed
     */
    static <T> Source<T> produce(TaskGroup group, int capacity, Producer<T> producer) {
        return produce(group, capacity, options -> options, List.of(producer));
    }

    /**
     * As {@link #produce(TaskGroup, int, Producer)}, with several producers, each in a task: it is done when all have ended. When one fails, or is cancelled, the others are cancelled and
     * the channel fails.
     *
     * @param group owns the tasks
     * @param capacity so many items are buffered; 0 for a rendezvous
     * @param options the channel's, from the default ones; its name is also that of the tasks
     * @param producers send the items; if there are none, the channel is done at once
     * @param <T> the items
     * @return to receive from
     * @throws IllegalStateException if the group is closed
     */
    static <T> Source<T> produce(
            TaskGroup group,
            int capacity,
            UnaryOperator<ChannelOptions> options,
            Collection<? extends Producer<T>> producers) {
        return Production.begin(group, capacity, options, producers);
    }

    /**
     * Everything from several sources, as it comes: fan-in. Done when all are; fails when one does.
     *
     * @param group owns a task for each source, as in {@link #produce}
     * @param capacity so many items are buffered; 0 for a rendezvous
     * @param sources each is received from until it is done
     * @param <T> the items
     * @return to receive from
     * @throws IllegalStateException if the group is closed
     */
    static <T> Source<T> merge(TaskGroup group, int capacity, Collection<? extends Source<? extends T>> sources) {
        List<Producer<T>> producers = sources.stream()
                .<Producer<T>>map(source -> sink -> source.forEach(sink::send))
                .toList();
        return produce(group, capacity, options -> options, producers);
    }

    /**
     * What a publisher publishes: subscribes at once, asks for as many items as fit, and for one more whenever one has been received. The group's end
     * cancels the subscription.
     *
     * <p><b>Failure.</b> What the publisher signals with {@code onError} is a failure of the group and of the channel, after the items that came before it.
     *
     * @param group owns the task that hands the items on
     * @param capacity so many items are asked for in advance; at least 1
     * @param publisher any that follows the rules of reactive streams
     * @param <T> the items
     * @return to receive from
     * @throws IllegalStateException if the group is closed
     */
    static <T> Source<T> from(TaskGroup group, int capacity, Flow.Publisher<? extends T> publisher) {
        return Intake.begin(group, capacity, publisher);
    }

    /**
     * A publisher of the items, by the rules of reactive streams: each subscriber is a consumer with a task of its own, receives only what it has asked for, and several share the items. An item is
     * received from the channel only when it will be passed to {@code onNext}: a subscriber that cancels loses none.
     *
     * <p><b>Failure.</b> If the channel fails, the subscriber gets its cause; if the group is cancelled, the cancellation. What a subscriber's method throws is a failure of the group.
     *
     * @param group owns the tasks, which are daemons
     * @return may be subscribed to while the group is open
     */
    Flow.Publisher<T> toPublisher(TaskGroup group);
}
