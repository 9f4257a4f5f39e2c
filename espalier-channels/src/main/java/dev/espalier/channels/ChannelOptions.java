// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How a channel is called and watched. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.channels.GuideChannelsExamples" region="options"}
 *
 * @since 0.1
 */
public final class ChannelOptions {
    /** What a channel has when nothing is said: a name made of a number, and no reports. */
    public static final ChannelOptions DEFAULT = new ChannelOptions(null, null);

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final @Nullable String name;
    private final @Nullable Duration stalledAfter;

    private ChannelOptions(@Nullable String name, @Nullable Duration stalledAfter) {
        this.name = name;
        this.stalledAfter = stalledAfter;
    }

    /**
     * A name, for messages and tools.
     *
     * @param name not blank; default: a number
     * @return these options with it
     */
    public ChannelOptions name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name is blank; leave it out or give one");
        }
        return new ChannelOptions(name, stalledAfter);
    }

    /**
     * Reports the channel when somebody has waited on it for so long while nothing was sent or received: logged to {@code dev.espalier} at WARNING, with who waits
     * on which side; once when the time has passed, and again whenever it has doubled. What a call costs that has to wait grows by a timer, and what one costs that has not, by about as
     * much as a channel's call costs.
     *
     * <p>Do not use it for a channel whose receivers wait by nature, such as one of requests: an idle server is not stalled.
     *
     * @param stalledAfter on the backend's clock; positive; default: never. A report is late by at most this time
     * @return these options with it
     */
    public ChannelOptions stalledAfter(Duration stalledAfter) {
        if (!Objects.requireNonNull(stalledAfter, "stalledAfter").isPositive()) {
            throw new IllegalArgumentException(
                    "stalledAfter is " + stalledAfter + "; it must be positive: leave it out for no reports");
        }
        return new ChannelOptions(name, stalledAfter);
    }

    String nameOrNext() {
        return name == null ? "channel-" + NUMBERS.incrementAndGet() : name;
    }

    @Nullable
    Duration stalledAfter() {
        return stalledAfter;
    }
}
