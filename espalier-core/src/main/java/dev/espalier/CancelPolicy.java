// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.time.Duration;
import java.util.Objects;

/**
 * How insistently code is cancelled that does not end at once. Set with {@link Options#cancelPolicy}; groups inside inherit it.
 *
 * @param redeliverAfter how long after a cancellation threads that still run are interrupted again; then doubling, to at
 *     most 30 seconds
 * @param reportAfter how long after a cancellation threads that still run are reported as stuck; then at doubling intervals
 * @param hookGrace how long after the hook of {@link CancelScope#cancelling} began its thread is interrupted
 * @since 0.1
 */
public record CancelPolicy(Duration redeliverAfter, Duration reportAfter, Duration hookGrace) {
    /** Interrupts again after 1 s, reports after 10 s, gives hooks 250 ms. */
    public static final CancelPolicy DEFAULT =
            new CancelPolicy(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMillis(250));

    /** Checks that the first two are positive and the third is not negative. */
    public CancelPolicy {
        positive(redeliverAfter, "redeliverAfter");
        positive(reportAfter, "reportAfter");
        Objects.requireNonNull(hookGrace, "hookGrace");
        if (hookGrace.isNegative()) {
            throw new IllegalArgumentException("hookGrace is " + hookGrace + "; it must be zero or more");
        }
    }

    private static void positive(Duration value, String name) {
        Objects.requireNonNull(value, name);
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be more than zero");
        }
    }

    /**
     * The same with another time until the first redelivery.
     *
     * @param value more than zero
     * @return a new policy
     */
    public CancelPolicy redeliverAfter(Duration value) {
        return new CancelPolicy(value, reportAfter, hookGrace);
    }

    /**
     * The same with another time until the first report.
     *
     * @param value more than zero
     * @return a new policy
     */
    public CancelPolicy reportAfter(Duration value) {
        return new CancelPolicy(redeliverAfter, value, hookGrace);
    }

    /**
     * The same with another grace for hooks.
     *
     * @param value zero or more
     * @return a new policy
     */
    public CancelPolicy hookGrace(Duration value) {
        return new CancelPolicy(redeliverAfter, reportAfter, value);
    }
}
