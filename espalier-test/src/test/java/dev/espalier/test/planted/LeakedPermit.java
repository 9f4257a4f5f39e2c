// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.Simulation;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** Takes a permit, does something that can be cancelled, and only then enters the try that gives it back. */
public final class LeakedPermit {
    private static void use(Semaphore semaphore) throws InterruptedException {
        semaphore.acquire();
        Tasks.sleep(Duration.ofMillis(1)); // connects
        try {
            Tasks.sleep(Duration.ofMillis(10));
        } finally {
            semaphore.release();
        }
    }

    /** Loses a permit. */
    public static void run(Simulation simulation) throws Exception {
        var semaphore = new Semaphore(2);
        TaskGroup.run(group -> {
            for (int i = 0; i < 3; i++) {
                var task = group.fork(() -> use(semaphore));
                if (i == 1) {
                    var _ = group.fork(() -> {
                        Tasks.sleep(Duration.ofMillis(simulation.random().nextInt(12)));
                        task.cancel();
                    });
                }
            }
        });
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }
}
