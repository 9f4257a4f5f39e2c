// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Starts threads, and says what was wrong where that fails. */
final class Launch {
    private Launch() {}

    /** Makes a thread that has not been started, or throws (L11). */
    static Thread thread(Backend backend, Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        Thread thread;
        try {
            thread = backend.newThread(task, name, inheritThreadLocals);
        } catch (RuntimeException | Error e) {
            throw new RejectedExecutionException(backend + " could not make a thread: " + Shown.of(e), e);
        }
        if (thread == null) {
            throw new RejectedExecutionException(backend + " made no thread: its factory returned null");
        }
        if (thread.getState() != Thread.State.NEW) {
            throw new RejectedExecutionException(backend + " made the thread " + thread
                    + ", which has been started already; the factory must return a new thread at every call");
        }
        return thread;
    }

    /** Starts a thread, or throws (L11). */
    static void start(Backend backend, Thread thread) {
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            throw new RejectedExecutionException(backend + " could not start a thread: " + Shown.of(e), e);
        }
    }

    /** Runs an action that cancelling must not wait for on a thread of a backend; where that has none left, on a timer's. */
    static void aside(Backend backend, String name, Runnable action) {
        try {
            thread(backend, action, name, /* inheritThreadLocals= */ false).start();
        } catch (RuntimeException | Error e) {
            Log.warn("no thread for '" + name + "'; it runs on a thread of the timer instead", e);
            RealTime.EXECUTOR.execute(action);
        }
    }
}
