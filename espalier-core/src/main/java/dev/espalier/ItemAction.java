// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * What is done with each item of a source, on a task of its own and without a result: see {@link Tasks#forEach}.
 *
 * @param <T> the item
 * @since 0.1
 */
@FunctionalInterface
public interface ItemAction<T extends @Nullable Object> {
    /**
     * Runs on the task's thread.
     *
     * @param item one item
     * @throws Exception whatever goes wrong: the task's failure
     */
    void call(T item) throws Exception;
}
