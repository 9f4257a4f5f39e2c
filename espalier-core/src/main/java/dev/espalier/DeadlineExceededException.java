// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A deadline cut work short: thrown by {@link CancelScope#failAfter}, and the cause of the {@link TaskGroupException} of a group
 * whose {@link Options#timeout} ran out. For everything outside it is an ordinary failure, not a cancellation.
 *
 * @since 0.1
 */
public final class DeadlineExceededException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient CancelReason reason;

    /**
     * Made by Espalier.
     *
     * @param reason the cancellation by the deadline
     * @param cause how the cancelled code ended, if it threw
     */
    public DeadlineExceededException(CancelReason reason, @Nullable Throwable cause) {
        super(reason.message(), cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * The cancellation by the deadline.
     *
     * @return of kind {@link CancelReason.Kind#DEADLINE}
     */
    public CancelReason reason() {
        return reason;
    }
}
