// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import dev.espalier.channels.Channel;
import dev.espalier.micrometer.internal.Watched;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Gauges of a channel, as {@link Monitor} has them of other things. A class of its own, since it needs {@code espalier-channels}, which a program without channels need not have.
 *
 * <p><b>Failure.</b> {@code bindTo} throws what the registry throws. <b>Cancellation.</b> Never a cancellation point. <b>Threads.</b> Any.
 *
 * @since 0.1
 */
public final class ChannelMonitor {
    private ChannelMonitor() {}

    /**
     * Of a channel: {@code espalier.channel.capacity}, {@code espalier.channel.buffered}, {@code espalier.channel.senders}, {@code espalier.channel.receivers},
     * {@code espalier.channel.sent}, {@code espalier.channel.received}.
     *
     * @param name the value of the tag {@code name}
     * @param channel what is looked at
     * @return to be bound to a registry
     */
    @SuppressWarnings("exports") // not transitive: who has no channels must be able to compile without that module
    public static MeterBinder of(String name, Channel<?> channel) {
        return new Watched<Channel<?>>("espalier.channel", name, channel)
                .gauge(
                        "capacity",
                        "items",
                        "Items that it can hold",
                        c -> c.statistics().capacity())
                .gauge(
                        "buffered",
                        "items",
                        "Items that are in it",
                        c -> c.statistics().buffered())
                .gauge(
                        "senders",
                        "threads",
                        "Threads that are in a call that sends",
                        c -> c.statistics().senders().size())
                .gauge(
                        "receivers",
                        "threads",
                        "Threads that are in a call that receives",
                        c -> c.statistics().receivers().size())
                .counter(
                        "sent",
                        "items",
                        "Items that were handed over by senders",
                        c -> c.statistics().sent())
                .counter(
                        "received",
                        "items",
                        "Items that were received",
                        c -> c.statistics().received());
    }
}
