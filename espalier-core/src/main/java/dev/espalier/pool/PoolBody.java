// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

import org.jspecify.annotations.Nullable;

/**
 * What is done with a resource of a pool, with a result: see {@link ResourcePool#use}.
 *
 * @param <T> the resource
 * @param <R> what it returns
 * @param <X> the checked exception that it throws, inferred as for {@link dev.espalier.Body}
 * @since 0.1
 */
@FunctionalInterface
public interface PoolBody<T, R extends @Nullable Object, X extends Exception> {
    /**
     * Runs on the borrower's thread.
     *
     * @param resource not to be used after this has returned
     * @return the result
     * @throws X what the code throws
     * @throws InterruptedException if it is cancelled or interrupted
     */
    R call(T resource) throws X, InterruptedException;
}
