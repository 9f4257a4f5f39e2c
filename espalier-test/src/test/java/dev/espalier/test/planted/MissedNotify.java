// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;
import java.util.ArrayDeque;
import java.util.Queue;

/** A bounded buffer that wakes one waiter, with producers and consumers waiting for the same monitor: the wrong one may be woken. */
public final class MissedNotify {
    private static final class Buffer {
        private final Queue<Integer> items = new ArrayDeque<>();

        synchronized void put(int item) throws InterruptedException {
            while (items.size() == 1) {
                wait();
            }
            items.add(item);
            notify();
        }

        synchronized int take() throws InterruptedException {
            while (items.isEmpty()) {
                wait();
            }
            int item = items.remove();
            notify();
            return item;
        }
    }

    /** Hangs. */
    public static void run(Simulation simulation) throws Exception {
        var buffer = new Buffer();
        TaskGroup.run(group -> {
            for (int t = 0; t < 2; t++) {
                var _ = group.fork("producer " + t, () -> {
                    buffer.put(1);
                    buffer.put(2);
                });
                var _ = group.fork("consumer " + t, () -> {
                    int _ = buffer.take();
                    int _ = buffer.take();
                });
            }
        });
    }
}
