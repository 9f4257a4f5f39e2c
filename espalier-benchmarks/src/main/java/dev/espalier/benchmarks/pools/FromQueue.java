// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

import java.util.concurrent.ArrayBlockingQueue;

/** The least that one could call a pool: a queue of what is free. */
final class FromQueue implements Borrower {
    private final ArrayBlockingQueue<Thing> free;

    FromQueue(Things things) {
        free = new ArrayBlockingQueue<>(things.size());
        for (int i = 0; i < things.size(); i++) {
            free.add(things.make());
        }
    }

    @Override
    public void once() throws InterruptedException {
        Thing thing = free.take();
        try {
            thing.use();
        } finally {
            free.add(thing);
        }
    }

    @Override
    public void close() {
        free.clear();
    }
}
