// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value was expected, but the scope or group was cancelled by its own {@code cancel}, so that there is none. Forms without a
 * value end quietly in this case. For everything outside it is an ordinary failure, not a cancellation.
 *
 * @since 0.1
 */
public final class ScopeCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient CancelReason reason;

    /**
     * Made by Espalier.
     *
     * @param reason why the scope was cancelled
     * @param cause how the cancelled code ended, if it threw
     */
    public ScopeCancelledException(CancelReason reason, @Nullable Throwable cause) {
        super(reason.message(), cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Why the scope was cancelled.
     *
     * @return the reason given to {@code cancel}
     */
    public CancelReason reason() {
        return reason;
    }
}
