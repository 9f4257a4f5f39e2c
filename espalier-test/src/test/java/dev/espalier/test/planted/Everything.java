// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * No bug: a program that uses of each kind of thing that blocks one, in a class that is woven, with classes that are
 * loaded and initialized on the way.
 */
@SuppressWarnings({"UnusedVariable", "NonAtomicVolatileUpdate", "ImmutableEnumChecker"
}) // accesses to memory for their own sake
public final class Everything {
    private static final class Turnstile {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition moved = lock.newCondition();
        private int inside;

        void enter() throws InterruptedException {
            lock.lock();
            try {
                while (inside == 2) {
                    moved.await();
                }
                inside++;
            } finally {
                lock.unlock();
            }
        }

        void leave() {
            lock.lock();
            try {
                inside--;
                moved.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class Slot {
        private String value;

        synchronized void put(String text) throws InterruptedException {
            while (value != null) {
                wait();
            }
            value = text;
            notifyAll();
        }

        synchronized String take() throws InterruptedException {
            while (value == null) {
                wait();
            }
            var taken = value;
            value = null;
            notifyAll();
            return taken;
        }
    }

    /** Its initializer runs woven code: only in the first run of a JVM. */
    private static final class Table {
        private static final List<Slot> SLOTS = filled();
        private static volatile int lookups;

        private static List<Slot> filled() {
            var slots = new ArrayList<Slot>();
            for (int i = 0; i < 10; i++) {
                var slot = new Slot();
                slot.value = "slot " + i;
                slots.add(slot);
            }
            return slots;
        }

        static int size() {
            lookups++;
            return SLOTS.size();
        }
    }

    private enum Colour {
        RED,
        GREEN;

        private int uses;

        static Colour of(int number) {
            var colour = values()[number % values().length];
            colour.uses++;
            return colour;
        }
    }

    /** Returns what happened, in order. */
    public static List<String> run(Simulation simulation) throws Exception {
        var log = new ArrayList<String>();
        var turnstile = new Turnstile();
        var slot = new Slot();
        var queue = new ArrayBlockingQueue<Integer>(1);
        var future = new CompletableFuture<Integer>();
        TaskGroup.run(group -> {
            for (int t = 0; t < 3; t++) {
                int number = t;
                var _ = group.fork("visitor " + t, () -> {
                    turnstile.enter();
                    try {
                        log.add(Colour.of(number) + " " + number + " of " + Table.size());
                        Thread.sleep(number);
                        queue.put(number);
                    } finally {
                        turnstile.leave();
                    }
                });
            }
            var _ = group.fork("puts", () -> {
                slot.put("first");
                slot.put("second");
            });
            var _ = group.fork(() -> {
                log.add(slot.take() + " at " + System.nanoTime());
                log.add(slot.take());
            });
            var _ = group.fork(() -> {
                int sum = 0;
                for (int i = 0; i < 3; i++) {
                    sum += queue.take();
                }
                future.complete(sum);
            });
            var limit = Duration.ofMillis(1 + simulation.random().nextInt(3));
            var _ = group.fork(
                    "late",
                    () -> log.add(CancelScope.moveOnAfter(limit, () -> {
                                Tasks.sleep(Duration.ofMillis(2));
                                return "in time";
                            })
                            .toString()));
            var own = Thread.startVirtualThread(() -> log.add("a thread of its own: " + future.join()));
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                var _ = CompletableFuture.runAsync(() -> log.add("async"), pool)
                        .thenRunAsync(() -> log.add("and then"), pool);
                log.add("sum " + future.get());
            }
            own.join();
        });
        log.add("after " + simulation.elapsed());
        return log;
    }
}
