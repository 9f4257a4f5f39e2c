// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

/**
 * Whether a resource can still be used: see {@link PoolOptions#validate}.
 *
 * @param <T> the resource
 * @since 0.1
 */
@FunctionalInterface
public interface ResourceCheck<T> {
    /**
     * Runs on the borrower's thread, before it gets the resource.
     *
     * @param resource one that was idle
     * @return false if it is to be closed and replaced
     * @throws Exception the same as false; it is logged
     */
    boolean test(T resource) throws Exception;
}
