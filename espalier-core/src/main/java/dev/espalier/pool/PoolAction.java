// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

/**
 * What is done with a resource of a pool, without a result: see {@link ResourcePool#run}, {@link PoolOptions#closer},
 * {@link PoolOptions#reset}.
 *
 * @param <T> the resource
 * @param <X> the checked exception that it throws, inferred as for {@link dev.espalier.Body}
 * @since 0.1
 */
@FunctionalInterface
public interface PoolAction<T, X extends Exception> {
    /**
     * Runs on the thread of whoever borrows or returns the resource.
     *
     * @param resource not to be used after this has returned
     * @throws X what the code throws
     * @throws InterruptedException if it is cancelled or interrupted
     */
    void call(T resource) throws X, InterruptedException;
}
