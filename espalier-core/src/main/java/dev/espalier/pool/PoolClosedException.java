// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

/**
 * A pool lends nothing any more, because it was closed: before the call, or while the caller waited.
 *
 * @since 0.1
 */
public final class PoolClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Made by Espalier.
     *
     * @param message which pool
     */
    public PoolClosedException(String message) {
        super(message);
    }
}
