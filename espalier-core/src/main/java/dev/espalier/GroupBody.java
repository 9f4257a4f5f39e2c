// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * The body of a group that has a result: see {@link TaskGroup#call(GroupBody)}.
 *
 * @param <R> what it returns
 * @param <X> the checked exception that it throws, inferred as for {@link Body}
 * @since 0.1
 */
@FunctionalInterface
public interface GroupBody<R extends @Nullable Object, X extends Exception> {
    /**
     * Runs the body on the owner's thread.
     *
     * @param group the group that it is the body of
     * @return the result of the whole
     * @throws X what the body throws
     * @throws InterruptedException if it is cancelled or interrupted
     */
    R call(TaskGroup group) throws X, InterruptedException;
}
