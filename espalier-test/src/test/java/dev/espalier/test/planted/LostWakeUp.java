// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;
import java.util.concurrent.locks.LockSupport;

/** Looks at a flag and parks, and the flag is set and the thread unparked in between: before it said who it is. */
public final class LostWakeUp {
    private static final class Gate {
        private volatile boolean open;
        private volatile Thread waiting;

        void await() {
            if (!open) {
                waiting = Thread.currentThread();
                while (!Thread.currentThread().isInterrupted()) {
                    LockSupport.park(this);
                    if (open) {
                        return;
                    }
                }
            }
        }

        void open() {
            open = true;
            Thread thread = waiting;
            if (thread != null) {
                LockSupport.unpark(thread);
            }
        }
    }

    /** Hangs. */
    public static void run(Simulation simulation) throws Exception {
        var gate = new Gate();
        TaskGroup.run(group -> {
            var _ = group.fork("waits", gate::await);
            var _ = group.fork("opens", gate::open);
        });
    }
}
