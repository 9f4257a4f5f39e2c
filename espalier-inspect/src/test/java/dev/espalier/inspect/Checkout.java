// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.sync.Event;
import dev.espalier.sync.Semaphore;
import java.time.Duration;

/** A small program with something of everything, to be recorded: waits, a timeout, a failure and those whom it cancels. */
final class Checkout {
    private Checkout() {}

    private static void work(int millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000L;
        while (System.nanoTime() < end) {
            CancelScope.checkpoint();
            Thread.onSpinWait();
        }
    }

    static void run() throws InterruptedException {
        var carrier = new Event("the carrier is there");
        var connections = new Semaphore("connections", 2);
        try {
            TaskGroup.run(o -> o.name("checkout"), checkout -> {
                checkout.fork("cart", () -> work(4));
                checkout.fork(
                        "advice",
                        () -> CancelScope.moveOnAfter(Duration.ofMillis(25), () -> {
                            Tasks.sleep(Duration.ofHours(1));
                            return "none in time";
                        }));
                var prices = checkout.fork(
                        "prices",
                        () -> TaskGroup.run(o -> o.name("suppliers"), suppliers -> {
                            for (int i = 1; i <= 6; i++) {
                                suppliers.fork("supplier-" + i, () -> {
                                    try (var _ = connections.acquire()) {
                                        Tasks.sleep(Duration.ofMillis(9));
                                        work(1);
                                    }
                                });
                            }
                        }));
                var payment = checkout.fork("payment", () -> {
                    prices.await();
                    Tasks.sleep(Duration.ofMillis(14));
                    throw new IllegalStateException("the card was refused");
                });
                checkout.fork("invoice", () -> payment.await());
                checkout.fork("shipping", () -> {
                    work(3);
                    carrier.await();
                });
            });
        } catch (TaskGroupException e) {
            assertThat(e.leaves()).isNotEmpty();
        }
    }
}
