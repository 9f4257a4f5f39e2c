// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;
import java.util.concurrent.atomic.AtomicReference;

/** A timeout of somebody's own: interrupts the thread, if the operation has not ended, which it may between the look and the interrupt. */
public final class LeakedInterrupt {
    private static final class Guard {
        private final AtomicReference<Thread> inside = new AtomicReference<>();

        void run(Runnable operation) {
            inside.set(Thread.currentThread());
            try {
                operation.run();
            } finally {
                inside.set(null);
                boolean _ = Thread.interrupted();
            }
        }

        void abort() {
            Thread thread = inside.get();
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    /** Leaves the interrupt status set. */
    public static void run(Simulation simulation) throws Exception {
        var guard = new Guard();
        TaskGroup.run(group -> {
            var _ = group.fork(() -> {
                guard.run(() -> simulation.note("operation"));
                if (Thread.currentThread().isInterrupted()) {
                    throw new AssertionError("interrupted after the operation");
                }
            });
            var _ = group.fork(guard::abort);
        });
    }
}
