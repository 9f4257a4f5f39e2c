// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * How long a {@link Retry} waits before the next attempt, or an application before it starts a managed task again. Immutable.
 *
 * @since 0.1
 */
public final class Backoff {
    private static final Backoff NONE = new Backoff(Duration.ZERO, Duration.ZERO, 1, /* jitter= */ false);

    private final Duration first;
    private final Duration cap;
    private final double factor;
    private final boolean jitter;

    private Backoff(Duration first, Duration cap, double factor, boolean jitter) {
        this.first = first;
        this.cap = cap;
        this.factor = factor;
        this.jitter = jitter;
    }

    /**
     * No delay: the next attempt follows at once.
     *
     * @return always the same
     */
    public static Backoff none() {
        return NONE;
    }

    /**
     * Always the same delay, without jitter.
     *
     * @param delay zero or more
     * @return a new value
     */
    public static Backoff fixed(Duration delay) {
        checked(delay, "delay");
        return new Backoff(delay, delay, 1, /* jitter= */ false);
    }

    /**
     * Delays that double up to a cap, with full jitter: each is a random one between zero and what it would be without. So clients that failed together do
     * not come back together.
     *
     * @param first the longest delay after the first failure; positive
     * @param cap the longest delay; not less than the first
     * @return a new value
     */
    public static Backoff exponential(Duration first, Duration cap) {
        checked(first, "first");
        checked(cap, "cap");
        if (first.isZero() || cap.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "first is " + first + " and cap is " + cap + "; the first must be positive, and the cap not less");
        }
        return new Backoff(first, cap, 2, /* jitter= */ true);
    }

    /**
     * With another factor than two.
     *
     * @param factor what each delay is multiplied with for the next; at least 1
     * @return a new value
     */
    public Backoff factor(double factor) {
        if (!(factor >= 1) || factor == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("factor is " + factor + "; it must be at least 1, and finite");
        }
        return new Backoff(first, cap, factor, jitter);
    }

    /**
     * With full jitter, or without any.
     *
     * @param full whether each delay is a random one between zero and what it would be without
     * @return a new value
     */
    public Backoff jitter(boolean full) {
        return new Backoff(first, cap, factor, full);
    }

    private static void checked(Duration delay, String what) {
        Objects.requireNonNull(delay, what);
        if (delay.isNegative() || delay.toSeconds() > Long.MAX_VALUE / 2 / 1_000_000_000) {
            throw new IllegalArgumentException(
                    what + " is " + delay + "; it must be zero or more, and less than a century");
        }
    }

    /**
     * The delay after a failed attempt.
     *
     * @param attempt counted from 1
     * @param random what jitter is drawn from
     * @return zero or more
     */
    public Duration after(int attempt, RandomGenerator random) {
        double grown = first.toNanos() * Math.pow(factor, attempt - 1.0);
        long most = grown < cap.toNanos() ? (long) grown : cap.toNanos();
        return Duration.ofNanos(jitter && most > 0 ? random.nextLong(most + 1) : most);
    }

    @Override
    public String toString() {
        return cap.isZero()
                ? "no delay"
                : first
                        + (first.equals(cap) ? "" : " times " + factor + " up to " + cap)
                        + (jitter ? " with jitter" : "");
    }
}
