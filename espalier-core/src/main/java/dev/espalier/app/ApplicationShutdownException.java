// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import dev.espalier.CancelReason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Work was refused, or cut short, because its application shuts down. For everything outside it is an ordinary failure, not a cancellation: a server
 * would answer 503.
 *
 * @since 0.1
 */
public final class ApplicationShutdownException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient CancelReason reason;

    /**
     * Made by Espalier.
     *
     * @param message what was refused or cut short
     * @param reason why the application shuts down
     * @param cause how the work ended, if it threw
     */
    public ApplicationShutdownException(String message, CancelReason reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Why the application shuts down.
     *
     * @return of kind {@link CancelReason.Kind#SHUTDOWN}
     */
    public CancelReason reason() {
        return reason;
    }
}
