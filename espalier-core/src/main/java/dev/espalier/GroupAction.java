// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * The body of a group that has no result: see {@link TaskGroup#run(GroupAction)}.
 *
 * @param <X> the checked exception that it throws, inferred as for {@link Body}
 * @since 0.1
 */
@FunctionalInterface
public interface GroupAction<X extends Exception> {
    /**
     * Runs the body on the owner's thread.
     *
     * @param group the group that it is the body of
     * @throws X what the body throws
     * @throws InterruptedException if it is cancelled or interrupted
     */
    void call(TaskGroup group) throws X, InterruptedException;
}
