// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.BackendScope;
import dev.espalier.spi.Backend;
import org.jspecify.annotations.Nullable;

/**
 * Where a program chooses what its tasks run on. Most never need it: without it, tasks run on virtual threads.
 *
 * @since 0.1
 */
public final class Espalier {
    private Espalier() {}

    /**
     * Runs code on the calling thread in which groups, timeouts and sleeps use the given backend. Groups inherit it from the group
     * or the code around them.
     *
     * <p><b>Cancellation.</b> Not a cancellation point itself.
     *
     * @param backend makes the threads, tells the time
     * @param body the code
     * @param <R> its result
     * @param <X> the checked exception that it throws
     * @return its result
     * @throws X what the body throws
     * @throws InterruptedException if the body throws it
     */
    public static <R extends @Nullable Object, X extends Exception> R run(Backend backend, Body<R, X> body)
            throws X, InterruptedException {
        return BackendScope.run(backend, body);
    }
}
