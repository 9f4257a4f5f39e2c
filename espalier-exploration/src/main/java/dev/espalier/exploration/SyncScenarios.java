// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.Espalier;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Locks, semaphores and events, against cancellations (S1, C7). */
final class SyncScenarios {
    private SyncScenarios() {}

    @Scenario("S1 three tasks that want a lock have it one after the other, and none is forgotten")
    static void lock() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var lock = new Lock("l");
            var inside = new AtomicInteger();
            TaskGroup.run(group -> {
                for (int i = 0; i < 3; i++) {
                    var _ = group.fork(() -> {
                        try (var _ = lock.acquire()) {
                            Claim.that(inside.incrementAndGet() == 1, "one is inside");
                            inside.decrementAndGet();
                        }
                    });
                }
            });
            Claim.that(!lock.statistics().isLocked(), "it is free");
            return null;
        });
    }

    @Scenario("S1 C7 a lock that is handed to a task which is cancelled at that moment goes to the next one")
    static void lockAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var lock = new Lock("l");
            TaskGroup.run(group -> {
                Task<Void> first;
                Task<Void> second;
                Rival rival;
                try (var _ = lock.acquire()) {
                    first = group.fork("first", () -> lock.acquire().close());
                    second = group.fork("second", () -> lock.acquire().close());
                    rival = Rival.start(first::cancel);
                }
                rival.await();
                second.await(); // never, if the lock was lost
            });
            Claim.that(!lock.statistics().isLocked(), "it is free");
            Claim.notInterrupted("after the group");
            return null;
        });
    }

    @Scenario("S1 C7 a permit that is handed to a task which is cancelled at that moment is not lost")
    static void permitAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var semaphore = new Semaphore("s", 1);
            TaskGroup.run(group -> {
                var permit = semaphore.acquire();
                Task<Void> waits = group.fork(() -> semaphore.acquire().close());
                Rival rival = Rival.start(waits::cancel);
                permit.close();
                rival.await();
            });
            Claim.that(semaphore.availablePermits() == 1, "it is free");
            return null;
        });
    }

    @Scenario("S1 C7 an event that is set as one who waits is cancelled lets the other go on")
    static void eventAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var event = new Event("e");
            TaskGroup.run(group -> {
                Task<Void> cancelled = group.fork(() -> event.await());
                Task<Void> other = group.fork(() -> event.await());
                Rival rival = Rival.start(cancelled::cancel);
                event.set();
                rival.await();
                other.await();
            });
            Claim.that(event.statistics().waiting().isEmpty(), "nobody waits");
            return null;
        });
    }
}
