// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that do the same operation many times, each in a scope of its own, which the others, the task itself, and a foreign thread cancel at random moments.
 * Prints its seed, and what came of the operations; {@code -Despalier.race=n} draws the same numbers again.
 */
final class Stress {
    private static final int OPERATIONS = Integer.getInteger("espalier.operations", BackendExtension.volume(6_000));
    private static final int WORKERS = 6;

    interface Operation {
        void run(Worker worker) throws Exception;
    }

    private final String name;
    private final long seed = Long.getLong("espalier.race", System.nanoTime());
    private final Worker[] workers;
    private volatile boolean over;

    Stress(String name) {
        this.name = name;
        var random = new SplittableRandom(seed);
        this.workers = IntStream.range(0, WORKERS)
                .mapToObj(i -> new Worker(i, random.split()))
                .toArray(Worker[]::new);
    }

    /** Does the operations, returns when all have ended, and fails if none was cancelled or none succeeded. */
    void run(Operation operation) throws InterruptedException {
        System.out.println(name + ": -Despalier.race=" + seed);
        long began = System.nanoTime();
        var random = new SplittableRandom(~seed);
        try (var _ = Foreign.run(() -> {
            while (!over) {
                Race.spin(random.nextInt(2_000));
                workers[random.nextInt(WORKERS)].cancel();
                Thread.yield();
            }
        })) {
            try {
                TaskGroup.run(group -> {
                    for (Worker worker : workers) {
                        var _ = group.fork("worker " + worker.number, () -> worker.run(operation));
                    }
                });
            } finally {
                over = true;
            }
        }
        long did = 0;
        long cancelled = 0;
        long late = 0;
        for (Worker worker : workers) {
            did += worker.did;
            cancelled += worker.cancelled;
            late += worker.late;
        }
        System.out.printf(
                "%s: %,d operations in %.1f s: %,d done, %,d cancelled, %,d too late%n",
                name, OPERATIONS, (System.nanoTime() - began) / 1e9, did, cancelled, late);
        if (!BackendExtension.isSimulated() && (did == 0 || cancelled == 0)) {
            throw new AssertionError(did + " operations done, " + cancelled + " cancelled: this tests nothing");
        }
    }

    /** One of the tasks. */
    final class Worker {
        private final int number;
        private final SplittableRandom random;
        private volatile @Nullable CancelScope scope;
        private long did;
        private long cancelled;
        private long late;

        Worker(int number, SplittableRandom random) {
            this.number = number;
            this.random = random;
        }

        int number() {
            return number;
        }

        int draw(int bound) {
            return random.nextInt(bound);
        }

        /** Counts an operation that came through. */
        void did() {
            did++;
        }

        /** Passes a little time, in which others come. */
        void work() {
            switch (draw(4)) {
                case 0 -> Thread.yield();
                case 1 -> Race.spin(draw(500));
                case 2 -> workers[draw(WORKERS)].cancel();
                default -> {}
            }
        }

        private void cancel() {
            CancelScope now = scope;
            if (now != null) {
                now.cancel();
            }
        }

        private void run(Operation operation) throws Exception {
            for (int i = 0; i < OPERATIONS / WORKERS; i++) {
                var now = CancelScope.create();
                scope = now;
                boolean ended = now.run(() -> {
                    try {
                        operation.run(this);
                    } catch (DeadlineExceededException e) {
                        late++;
                    }
                });
                if (!ended) {
                    cancelled++;
                }
                if (draw(16) == 0) {
                    workers[draw(WORKERS)].cancel();
                }
                scope = null;
                if (Thread.currentThread().isInterrupted()) {
                    throw new AssertionError("an interrupt leaked from operation " + i);
                }
            }
        }
    }
}
