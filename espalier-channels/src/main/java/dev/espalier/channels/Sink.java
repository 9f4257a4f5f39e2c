// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

/**
 * The side of a {@link Channel} that takes items. Who has it can send, and can neither receive nor close.
 *
 * <p><b>Threads.</b> Any, any number at once. Items of one sender arrive in the order in which it sent them.
 *
 * @param <T> the items
 * @since 0.1
 */
public sealed interface Sink<T> permits Channel {
    /**
     * Sends an item: returns when it is in the buffer, or, with a rendezvous channel, when somebody has received it.
     *
     * <p><b>Failure.</b> A send that throws has not handed over its item. One that has returned may still see its item discarded, if the channel fails before it
     * is received.
     *
     * <p><b>Cancellation.</b> Always a cancellation point, also if there is room: in cancelled code it throws every time, and hands over nothing.
     *
     * @param item not null
     * @throws ChannelClosedException if the channel is closed
     * @throws ChannelFailedException if it has failed, before or while the caller waited
     * @throws dev.espalier.CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    void send(T item) throws InterruptedException;

    /**
     * Sends an item if it can be handed over at once: there is room in the buffer, or somebody waits for an item. Never blocks, and is no cancellation point.
     *
     * @param item not null
     * @return whether it was handed over
     * @throws ChannelClosedException if the channel is closed
     * @throws ChannelFailedException if it has failed
     */
    boolean trySend(T item);

    /**
     * Sends every item, in order, as {@link #send} does. If it throws, what was not sent stays in the iterator behind the items, and one item may have been pulled from it and not sent.
     *
     * @param items pulled one at a time, on the calling thread; of a stream, {@code stream::iterator}
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    default void sendAll(Iterable<? extends T> items) throws InterruptedException {
        for (T item : items) {
            send(item);
        }
    }

    /**
     * What can be seen of the channel now.
     *
     * @return a snapshot
     */
    Channel.Statistics statistics();
}
