// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * A task that has reported itself ready, and what it reported.
 *
 * @param value what it passed to {@link Status#started(Object)}; null if nothing
 * @param task the task, which goes on
 * @param <V> the type of the value
 * @since 0.1
 */
public record Started<V extends @Nullable Object>(V value, Task<Void> task) {}
