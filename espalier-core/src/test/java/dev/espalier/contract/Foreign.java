// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A plain thread that is in no scope of Espalier, for what has to happen while the owner is blocked. Closing joins it. */
final class Foreign implements AutoCloseable {
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    private final Thread thread;

    private Foreign(Action action) {
        thread = Threads.aside("foreign").unstarted(() -> {
            try {
                action.run();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
    }

    /** Starts the action on a thread of its own. */
    static Foreign run(Action action) {
        var foreign = new Foreign(action);
        foreign.thread.start();
        return foreign;
    }

    Thread thread() {
        return thread;
    }

    /** Waits for the end of the action, whatever the caller's interrupt status, and fails if it has thrown. */
    @Override
    public void close() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thrown.get() != null) {
            throw new AssertionError("the foreign thread failed", thrown.get());
        }
    }
}
