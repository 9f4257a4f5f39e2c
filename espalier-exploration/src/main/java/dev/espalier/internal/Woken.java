// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import org.jspecify.annotations.Nullable;

/** Remembers whether it was asked to wake somebody, and does not. */
final class Woken implements Backend {
    boolean woken; // of the one thread that wakes

    @Override
    public void unpark(Thread thread) {
        woken = true;
    }

    @Override
    public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public Registration schedule(Runnable action, long delayNanos) {
        return () -> {};
    }

    @Override
    public void park(Object blocker) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        throw new UnsupportedOperationException();
    }
}
