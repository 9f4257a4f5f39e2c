// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;

/** A bug of depth 3: a short thread stops in its window while a long one passes, and that one in its own while a third does. */
@SuppressWarnings("UnusedVariable") // its updates are points
public final class Staircase {
    private static final int WINDOW = 6;
    private static final int WAY = 20;

    private int a;
    private int b;
    private int noise;

    private void walk(int points) {
        for (int i = 0; i < points; i++) {
            noise++; // a read and a write
        }
    }

    /** Fails if it sees both windows. */
    public static void run(Simulation simulation) throws Exception {
        var stairs = new Staircase();
        TaskGroup.run(group -> {
            var _ = group.fork(() -> {
                stairs.a = 1;
                stairs.walk(WINDOW);
                stairs.a = 0;
            });
            var _ = group.fork(() -> {
                stairs.walk(WAY);
                if (stairs.a == 1) {
                    stairs.b = 1;
                    stairs.walk(WINDOW);
                    stairs.b = 0;
                }
            });
            var _ = group.fork(() -> {
                stairs.walk(WAY);
                if (stairs.b == 1) {
                    throw new IllegalStateException("both windows are open");
                }
            });
        });
    }
}
