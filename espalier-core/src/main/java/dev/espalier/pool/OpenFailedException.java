// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

/**
 * A pool could not open a resource: its factory threw. The cause is what it threw; the pool has lost nothing, and the next borrower tries again.
 *
 * @since 0.1
 */
public final class OpenFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Made by Espalier.
     *
     * @param message which pool
     * @param cause what the factory threw
     */
    public OpenFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
