// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A thread of a given factory for each task. */
public final class FactoryBackend extends RealTime {
    private final ThreadFactory factory;

    /**
     * A backend of a factory.
     *
     * @param factory makes a new thread at every call
     */
    public FactoryBackend(ThreadFactory factory) {
        this.factory = Objects.requireNonNull(factory, "factory");
    }

    @Override
    public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        Thread thread = factory.newThread(task);
        if (thread != null && name != null && thread.getState() == Thread.State.NEW) {
            thread.setName(name);
        }
        return thread;
    }

    @Override
    public String toString() {
        return "threads of " + factory;
    }
}
