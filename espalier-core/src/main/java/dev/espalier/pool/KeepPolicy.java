// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

/**
 * Whether a resource can be used again after a use that failed or was cancelled: see {@link PoolOptions#keepIf}.
 *
 * @param <T> the resource
 * @since 0.1
 */
@FunctionalInterface
public interface KeepPolicy<T> {
    /**
     * Runs on the borrower's thread, protected from its cancellation, for at most {@link PoolOptions#closeLimit}.
     *
     * @param resource what was used
     * @param failure what the use threw; a {@link dev.espalier.CancelledException} if it was cancelled and threw nothing, and if a lease
     *     was closed in cancelled code
     * @return whether it goes back to the pool
     * @throws Exception the same as false
     */
    boolean keep(T resource, Throwable failure) throws Exception;
}
