// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Scope;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An instant on a backend's clock: pass one through many calls instead of adding up timeouts.
 *
 * {@snippet class="dev.espalier.GuideExamples" region="deadline"}
 *
 * <p>The clock runs evenly and knows no calendar: it is {@link System#nanoTime} on the given backends. Deadlines of different
 * clocks cannot be compared.
 *
 * <p><b>Threads.</b> Immutable. <b>Cancellation.</b> Never a cancellation point.
 *
 * @since 0.1
 */
public final class Deadline implements Comparable<Deadline> {
    /** A deadline that never comes. */
    public static final Deadline NONE = new Deadline(null, 0);

    private final @Nullable Backend clock; // null: never
    private final long nanos;

    private Deadline(@Nullable Backend clock, long nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /**
     * An instant from now, on the clock of the calling thread's backend.
     *
     * @param timeout how long from now; zero or negative gives a deadline that has passed; more than 146 years is {@link #NONE}
     * @return the deadline
     */
    public static Deadline after(Duration timeout) {
        return after(timeout, Scope.current().backend());
    }

    /**
     * An instant from now, on the clock of a backend.
     *
     * @param timeout how long from now; zero or negative gives a deadline that has passed; more than 146 years is {@link #NONE}
     * @param clock the backend whose clock it is
     * @return the deadline
     */
    public static Deadline after(Duration timeout, Backend clock) {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(clock, "clock");
        long nanos = toNanos(timeout);
        return nanos == Long.MAX_VALUE ? NONE : new Deadline(clock, clock.nanoTime() + nanos);
    }

    private static long toNanos(Duration timeout) {
        long seconds = timeout.toSeconds();
        long most = Long.MAX_VALUE / 2 / 1_000_000_000;
        if (seconds >= most) {
            return Long.MAX_VALUE;
        }
        return seconds < -most ? -Long.MAX_VALUE / 2 : timeout.toNanos();
    }

    /**
     * The time that is left.
     *
     * @return negative if the deadline has passed; the largest duration for {@link #NONE}
     */
    public Duration remaining() {
        return clock == null
                ? Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)
                : Duration.ofNanos(nanos - clock.nanoTime());
    }

    /**
     * The time that is left, in nanoseconds.
     *
     * @return negative or zero if the deadline has passed; {@link Long#MAX_VALUE} for {@link #NONE}
     */
    public long remainingNanos() {
        return clock == null ? Long.MAX_VALUE : nanos - clock.nanoTime();
    }

    /**
     * Whether the deadline has passed.
     *
     * @return true from its instant on
     */
    public boolean isExpired() {
        return clock != null && nanos - clock.nanoTime() <= 0;
    }

    /**
     * Compares by instant; {@link #NONE} comes last.
     *
     * @param other a deadline of the same clock, or {@link #NONE}
     * @return as {@link Comparable} says
     * @throws IllegalArgumentException if the two are of different clocks
     */
    @Override
    public int compareTo(Deadline other) {
        if (clock == null || other.clock == null) {
            return Boolean.compare(clock == null, other.clock == null);
        }
        if (clock != other.clock) {
            throw new IllegalArgumentException("deadlines of different backends' clocks (" + clock + ", " + other.clock
                    + ") cannot be compared; make both inside the same Espalier.run");
        }
        return Long.signum(nanos - other.nanos);
    }

    /**
     * The earlier of two.
     *
     * @param other a deadline of the same clock, or {@link #NONE}
     * @return this one if they are equal
     */
    public Deadline earlier(Deadline other) {
        return compareTo(other) <= 0 ? this : other;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Deadline d && clock == d.clock && nanos == d.nanos;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(nanos);
    }

    /**
     * What is left, for people.
     *
     * @return for example {@code Deadline[in PT1.5S]}
     */
    @Override
    public String toString() {
        return clock == null ? "Deadline[NONE]" : "Deadline[in " + remaining() + "]";
    }
}
