// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;
import java.util.concurrent.ArrayBlockingQueue;

/** Catches the interruption of a blocking call in a loop, and goes on. */
public final class SwallowedCancellation {
    private static int drain(ArrayBlockingQueue<Integer> queue) {
        int sum = 0;
        while (true) {
            try {
                int item = queue.take();
                if (item < 0) {
                    return sum;
                }
                sum += item;
            } catch (InterruptedException e) {
                // ignored: it is only a wake-up
            }
        }
    }

    /** A task that should have been cancelled succeeds, or the group never ends. */
    public static void run(Simulation simulation) throws Exception {
        var queue = new ArrayBlockingQueue<Integer>(3);
        TaskGroup.run(group -> {
            var reader = group.fork(() -> drain(queue));
            var _ = group.fork(() -> {
                queue.put(1);
                if (reader.isDone()) {
                    return;
                }
                reader.cancel();
                queue.put(-1);
            });
            group.join();
            assertThat(reader.isCancelled()).isTrue();
        });
    }
}
