// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One of several callables of different types that run at once, and what it returned. Written by its task, read when all have ended.
 *
 * @param <T> what it returns
 */
public final class Part<T extends @Nullable Object> {
    private final Callable<? extends T> callable;
    private @Nullable T value;

    /**
     * A part that is still to run.
     *
     * @param callable what to run; {@link #run} says which one is null
     */
    public Part(Callable<? extends T> callable) {
        this.callable = callable;
    }

    /**
     * Runs all parts at once.
     *
     * @param parts what to run
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static void run(Part<?>... parts) throws InterruptedException {
        var callables = new ArrayList<Callable<?>>();
        for (Part<?> part : parts) {
            callables.add(part.callable);
        }
        List<?> _ = Pull.checked(callables);
        var storing = new ArrayList<Callable<?>>();
        for (Part<?> part : parts) {
            storing.add(() -> {
                part.call();
                return null;
            });
        }
        List<?> _ = Pull.<@Nullable Object>gather("zip", storing);
    }

    private void call() throws Exception {
        value = callable.call();
    }

    /**
     * What it returned.
     *
     * @return its result
     */
    public T value() {
        return Sneaky.cast(value);
    }
}
