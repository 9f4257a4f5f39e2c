// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * What is done with each item of a source, on a task of its own: see {@link Tasks#map}.
 *
 * <p>{@link java.util.function.Function} with one difference: it may throw anything, {@link InterruptedException} included.
 *
 * @param <T> the item
 * @param <R> what becomes of it
 * @since 0.1
 */
@FunctionalInterface
public interface ItemBody<T extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Runs on the task's thread.
     *
     * @param item one item
     * @return its result
     * @throws Exception whatever goes wrong: the task's failure
     */
    R call(T item) throws Exception;
}
