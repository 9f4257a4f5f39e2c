// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * Where a task that is being started reports that it is ready.
 *
 * <p><b>Threads.</b> May be called from any thread, once. <b>Cancellation.</b> Never a cancellation point.
 *
 * @param <V> what it reports
 * @since 0.1
 */
public interface Status<V extends @Nullable Object> {
    /**
     * Reports readiness; {@link TaskGroup#start(Startable)} returns with this value.
     *
     * @param value what the caller is to know
     * @throws IllegalStateException if readiness was reported before
     */
    void started(V value);

    /**
     * Reports readiness without a value.
     *
     * @throws IllegalStateException if readiness was reported before
     */
    void started();
}
