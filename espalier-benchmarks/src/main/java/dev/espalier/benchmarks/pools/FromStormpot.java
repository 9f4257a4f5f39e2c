// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

import java.util.concurrent.TimeUnit;
import stormpot.Allocator;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Pooled;
import stormpot.Slot;
import stormpot.Timeout;

/** Stormpot, by its tap for virtual threads. */
final class FromStormpot implements Borrower {
    private static final Timeout LIMIT = new Timeout(1, TimeUnit.MINUTES);

    private final Pool<Pooled<Thing>> pool;
    private final PoolTap<Pooled<Thing>> tap;

    FromStormpot(Things things) {
        pool = Pool.from(new Allocator<Pooled<Thing>>() {
                    @Override
                    public Pooled<Thing> allocate(Slot slot) {
                        return new Pooled<>(slot, things.make());
                    }

                    @Override
                    public void deallocate(Pooled<Thing> thing) {}
                })
                .setSize(things.size())
                .build();
        tap = pool.getVirtualThreadSafeTap();
    }

    @Override
    public void once() throws Exception {
        try (Pooled<Thing> thing = tap.claim(LIMIT)) {
            if (thing == null) {
                throw new IllegalStateException("Stormpot gave nothing for a minute");
            }
            thing.getObject().use();
        }
    }

    @Override
    public void close() {
        var _ = pool.shutdown();
    }
}
