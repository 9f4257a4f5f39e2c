// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A second thread to race with, many times, and the seed of the random delays. */
final class Race implements AutoCloseable {
    private final Random random;
    private final ExecutorService rival =
            Executors.newSingleThreadExecutor(Threads.aside("rival").factory());

    /** Prints the seed; {@code -Despalier.race=n} replays one. */
    Race(String name) {
        long seed = Long.getLong("espalier.race", System.nanoTime());
        System.out.println(name + ": -Despalier.race=" + seed);
        random = new Random(seed);
    }

    /** How often a race is tried: where the tests are passed through many times, each pass tries its part; in a simulation each seed does. */
    static int rounds(int all) {
        return BackendExtension.isSimulated() ? 4 : Math.max(100, all / BackendExtension.PASSES);
    }

    /** A number for {@link #spin}, or for a choice. */
    int draw(int bound) {
        return random.nextInt(bound);
    }

    /** Runs the action on the other thread after a random delay. */
    Rival start(Action action) {
        int spins = random.nextInt(3_000);
        return new Rival(rival.submit(() -> {
            spin(spins);
            action.run();
            return null;
        }));
    }

    /** Passes a little time without blocking. */
    static void spin(int times) {
        if (BackendExtension.isSimulated()) {
            Thread.yield(); // there, time passes by others' having their turn
            return;
        }
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        rival.shutdownNow();
    }

    /** One action of the other thread. */
    record Rival(Future<?> future) {
        /** Waits for its end. */
        void await() throws InterruptedException {
            try {
                var _ = future.get();
            } catch (ExecutionException e) {
                throw new AssertionError("the rival failed", e.getCause());
            }
        }
    }
}
