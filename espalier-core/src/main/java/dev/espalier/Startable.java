// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * The body of a task that says when it is ready: see {@link TaskGroup#start(Startable)}.
 *
 * @param <V> what it reports when it is ready: a port, an address
 * @since 0.1
 */
@FunctionalInterface
public interface Startable<V extends @Nullable Object> {
    /**
     * Runs on the task's thread: prepares, reports itself ready, and goes on with its work.
     *
     * @param status where to report readiness, once
     * @throws Exception whatever goes wrong
     */
    void run(Status<V> status) throws Exception;
}
