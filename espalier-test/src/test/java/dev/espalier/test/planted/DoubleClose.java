// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;

/** Closes once, says a flag; two threads read the flag before either sets it. */
public final class DoubleClose {
    private static final class Connection implements AutoCloseable {
        private volatile boolean closed;
        private int closings;

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                if (++closings > 1) {
                    throw new AssertionError("closed twice");
                }
            }
        }
    }

    /** Closes twice. */
    public static void run(Simulation simulation) throws Exception {
        var connection = new Connection();
        TaskGroup.run(group -> {
            var _ = group.fork(connection::close);
            var _ = group.fork(connection::close);
        });
    }
}
