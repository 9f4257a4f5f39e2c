// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * A piece of code without a result that runs on the caller's thread, inside a scope.
 *
 * @param <X> the checked exception that it throws, inferred as for {@link Body}
 * @since 0.1
 */
@FunctionalInterface
public interface VoidBody<X extends Exception> {
    /**
     * Runs the code.
     *
     * @throws X what the code throws
     * @throws InterruptedException if it is cancelled or interrupted
     */
    void call() throws X, InterruptedException;
}
