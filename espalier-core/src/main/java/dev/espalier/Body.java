// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * A piece of code with a result that runs on the caller's thread, inside a scope.
 *
 * <p>The compiler infers {@code X} as the one checked exception that a lambda throws besides
 * {@link InterruptedException}: none gives {@link RuntimeException}, several give their common supertype. So the
 * enclosing method throws what its code throws, and nothing is wrapped.
 *
 * @param <T> what it returns
 * @param <X> the checked exception that it throws
 * @since 0.1
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
    /**
     * Runs the code.
     *
     * @return the result
     * @throws X what the code throws
     * @throws InterruptedException if it is cancelled or interrupted
     */
    T call() throws X, InterruptedException;
}
