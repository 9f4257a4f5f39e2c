// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * The body of a task to which a resource was handed over: see {@link TaskGroup#forkWith}.
 *
 * @param <R> the resource
 * @param <T> what the task returns
 * @since 0.1
 */
@FunctionalInterface
public interface ResourceBody<R, T extends @Nullable Object> {
    /**
     * Runs on the task's thread; the resource is closed when it has returned or thrown.
     *
     * @param resource what was handed over
     * @return the task's result
     * @throws Exception whatever goes wrong: the task's failure
     */
    T call(R resource) throws Exception;
}
