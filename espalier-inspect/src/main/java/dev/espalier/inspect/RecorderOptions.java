// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Recorder} keeps. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="flightRecorder"}
 *
 * @since 0.1
 */
public final class RecorderOptions {
    /** The last million tasks, groups and events, however old; with waits. */
    public static final RecorderOptions DEFAULT = new RecorderOptions(1_000_000, null, true);

    private static final int MOST = 100_000_000;

    private final int limit;
    private final @Nullable Duration last;
    private final boolean waits;

    private RecorderOptions(int limit, @Nullable Duration last, boolean waits) {
        this.limit = limit;
        this.last = last;
        this.waits = waits;
    }

    /**
     * How many tasks to keep, the last ones; and as many groups, and as many waits and cancellations. It is rounded up: sheets of 4,096, one more than are needed, and a power of two of them. What is forgotten
     * is counted. Tasks that still live when it is written are in it, however old.
     *
     * @param limit 1 to 100,000,000; a million unless it is given
     * @return new options
     */
    public RecorderOptions limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be 1 to " + MOST);
        }
        return new RecorderOptions(limit, last, waits);
    }

    /**
     * How far back to write: what ended before that is left out. What is kept is what {@link #limit} says.
     *
     * @param last positive; everything that is kept unless it is given
     * @return new options
     */
    public RecorderOptions last(Duration last) {
        if (!Objects.requireNonNull(last, "last").isPositive()) {
            throw new IllegalArgumentException("last is " + last + "; it must be positive");
        }
        return new RecorderOptions(limit, last, waits);
    }

    /**
     * Whether waits are recorded: of programs with many channels they are most of what happens.
     *
     * @param waits true unless it is given
     * @return new options
     */
    public RecorderOptions waits(boolean waits) {
        return new RecorderOptions(limit, last, waits);
    }

    /**
     * How many tasks are kept at least.
     *
     * @return at least 1
     */
    public int limit() {
        return limit;
    }

    /**
     * How far back is written.
     *
     * @return null for as far as there is anything
     */
    public @Nullable Duration last() {
        return last;
    }

    /**
     * Whether waits are recorded.
     *
     * @return whether
     */
    public boolean waits() {
        return waits;
    }

    @Override
    public String toString() {
        return "RecorderOptions[limit=" + limit + (last == null ? "" : ", last=" + last) + ", waits=" + waits + "]";
    }
}
