// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import org.jspecify.annotations.Nullable;

/** Passes everything on to another backend: tests override what they want to disturb or count. */
class FilterBackend implements Backend {
    private final Backend backend;

    FilterBackend(Backend backend) {
        this.backend = backend;
    }

    @Override
    public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        return backend.newThread(task, name, inheritThreadLocals);
    }

    @Override
    public long nanoTime() {
        return backend.nanoTime();
    }

    @Override
    public Registration schedule(Runnable action, long delayNanos) {
        return backend.schedule(action, delayNanos);
    }

    @Override
    public void park(Object blocker) {
        backend.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        backend.parkNanos(blocker, nanos);
    }

    @Override
    public void checkpoint() {
        backend.checkpoint();
    }

    @Override
    public void unpark(Thread thread) {
        backend.unpark(thread);
    }

    @Override
    public String toString() {
        return "filtered(" + backend + ")";
    }
}
