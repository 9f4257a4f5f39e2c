// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.util.Objects;

/**
 * Thrown by Espalier's blocking calls in code that is cancelled. It is an {@link InterruptedException}, so that
 * {@code catch (InterruptedException e)} is the one way to meet a cancellation, whether the JDK or Espalier noticed it.
 *
 * <p>Let it pass, after cleaning up: the scope that was cancelled catches it. It never leaves that scope.
 *
 * <p>Pitfall: catching it and going on. Every further blocking call of Espalier in the cancelled scope throws it again; cleanup
 * that has to block belongs in {@link CancelScope#shielded}.
 *
 * @since 0.1
 */
public final class CancelledException extends InterruptedException {
    private static final long serialVersionUID = 1;

    private final transient CancelReason reason;

    /**
     * Made by Espalier; public for other implementations of its interfaces, and for tests.
     *
     * @param reason why the code is cancelled
     */
    public CancelledException(CancelReason reason) {
        super(reason.message());
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * The same, with what the cancelled code threw.
     *
     * @param reason why the code is cancelled
     * @param cause what it threw
     */
    public CancelledException(CancelReason reason, Throwable cause) {
        this(reason);
        initCause(cause);
    }

    /**
     * Why the code was cancelled: by a deadline, by the failure of a sibling, on demand.
     *
     * @return the effective reason at the place of the call
     */
    public CancelReason reason() {
        return reason;
    }
}
