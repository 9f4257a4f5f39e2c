// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.Action;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Lock;
import java.util.concurrent.atomic.AtomicReference;

/** Two tasks that wait for each other, for as long as something is looked at: one joins a group while it has the lock that a task of it wants. */
final class Standstill {
    private Standstill() {}

    static void during(TaskGroup group, Action look) throws Exception {
        var lock = new Lock("ledger");
        var booking = new AtomicReference<Task<Void>>();
        var booker = new AtomicReference<Thread>();
        var transfer = group.fork("transfer", () -> {
            try (var _ = lock.acquire();
                    var bookings = TaskGroup.open(o -> o.name("bookings"))) {
                booking.set(bookings.fork("book", () -> {
                    booker.set(Thread.currentThread());
                    lock.acquire().close();
                }));
                // in the line, and parked: it has looked for a circle, which the join would be one of
                Await.until(() ->
                        lock.statistics().waiting().size() == 1 && booker.get().getState() == Thread.State.WAITING);
                bookings.join();
            }
        });
        try {
            Await.until(() -> TaskTree.dump(o -> o.frames(0)).contains("deadlock: "));
            look.run();
        } finally {
            Await.until(() -> booking.get() != null);
            booking.get().cancel("to end the test");
            transfer.await();
        }
    }
}
