// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

import dev.espalier.pool.ResourcePool;

/** Espalier's pool, by the form that lends for a body. */
final class FromEspalier implements Borrower {
    private final ResourcePool<Thing> pool;

    FromEspalier(Things things) {
        pool = ResourcePool.open(things::make, o -> o.maxSize(things.size()).closer(_ -> {}));
    }

    @Override
    public void once() throws InterruptedException {
        pool.run(Thing::use);
    }

    @Override
    public void close() {
        pool.close();
    }
}
