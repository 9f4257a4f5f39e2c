// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * How a task ended: exactly one of three ways.
 *
 * @param <T> what the task returns
 * @since 0.1
 */
public sealed interface Outcome<T extends @Nullable Object> {
    /**
     * It returned a value.
     *
     * @param value what it returned; may be null
     * @param <T> its type
     */
    record Success<T extends @Nullable Object>(T value) implements Outcome<T> {}

    /**
     * It threw.
     *
     * @param exception what it threw
     * @param <T> what it would have returned
     */
    record Failure<T extends @Nullable Object>(Throwable exception) implements Outcome<T> {}

    /**
     * It was cancelled.
     *
     * @param reason why
     * @param <T> what it would have returned
     */
    record Cancelled<T extends @Nullable Object>(CancelReason reason) implements Outcome<T> {}
}
