// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.Simulation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A pool hands a connection to a waiter that has just timed out: nobody has it, and it does not come back. */
public final class TimeoutAgainstAcquisition {
    private static final class Pool {
        private final ConcurrentLinkedQueue<CompletableFuture<String>> waiters = new ConcurrentLinkedQueue<>();
        private final AtomicInteger idle = new AtomicInteger();

        String borrow(Duration timeout) throws InterruptedException {
            var waiter = new CompletableFuture<String>();
            waiters.add(waiter);
            return CancelScope.<String, RuntimeException>moveOnAfter(timeout, () -> {
                        try {
                            return waiter.get();
                        } catch (java.util.concurrent.ExecutionException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .orElse(null); // and the waiter stays in the queue
        }

        void giveBack(String connection) {
            var waiter = waiters.poll();
            if (waiter == null || !waiter.complete(connection)) {
                idle.incrementAndGet();
            }
        }
    }

    /** Loses a connection. */
    public static void run(Simulation simulation) throws Exception {
        var pool = new Pool();
        TaskGroup.run(group -> {
            var _ = group.fork("borrows", () -> {
                var connection = pool.borrow(Duration.ofSeconds(1));
                if (connection != null) {
                    pool.idle.incrementAndGet();
                }
            });
            var _ = group.fork("gives back", () -> {
                Tasks.sleep(Duration.ofSeconds(1));
                pool.giveBack("connection");
            });
        });
        assertThat(pool.idle.get()).isEqualTo(1);
    }
}
