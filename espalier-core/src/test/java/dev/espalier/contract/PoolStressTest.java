// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.OpenFailedException;
import dev.espalier.pool.ResourcePool;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Many borrowings under random cancellation: no resource leaks, no place is lost, none is lent twice. */
public class PoolStressTest {
    private static final int SIZE = 3;

    private final Things things = new Things();
    private final AtomicInteger calls = new AtomicInteger();

    /** Whatever can happen to a resource, now and then; with places to switch and to be cancelled at. */
    private ResourcePool<Thing> pool() {
        return ResourcePool.open(
                () -> {
                    Thread.yield();
                    if (calls.incrementAndGet() % 13 == 0) {
                        throw new IOException("now and then");
                    }
                    return things.open();
                },
                o -> o.maxSize(SIZE)
                        .idleTimeout(Duration.ofMillis(2))
                        .maxLifetime(Duration.ofMillis(20))
                        .validateAfterIdle(Duration.ofNanos(20_000))
                        .validate(_ -> {
                            Thread.yield();
                            return calls.incrementAndGet() % 11 != 0;
                        })
                        .keepIf((_, _) -> calls.incrementAndGet() % 2 == 0)
                        .reset(_ -> Thread.yield()));
    }

    private static void borrow(ResourcePool<Thing> pool, Stress.Worker worker) throws Exception {
        try {
            switch (worker.draw(5)) {
                case 0 -> {
                    try (var lease = pool.tryAcquire().orElse(null)) {
                        if (lease != null) {
                            lease.resource().use(worker::work);
                        }
                    }
                }
                case 1 -> {
                    try (var lease = pool.acquire(Duration.ofNanos(worker.draw(500_000)))) {
                        lease.resource().use(worker::work);
                        if (worker.draw(4) == 0) {
                            lease.discard();
                        }
                    }
                }
                case 2 ->
                    pool.run(thing -> {
                        thing.use(worker::work);
                        if (worker.draw(4) == 0) {
                            throw new IOException("use");
                        }
                    });
                default -> pool.run(thing -> thing.use(worker::work));
            }
            worker.did();
        } catch (IOException | OpenFailedException e) {
            assertThat(e).hasMessageMatching("use|.*now and then");
        }
    }

    @BackendTest
    @DisplayName(
            "S3 stress: ten thousand borrowings under random cancellation leak no resource, lose no place, and lend"
                    + " none twice")
    void stress() throws Exception {
        try (var pool = pool()) {
            new Stress("stress of ResourcePool").run(worker -> borrow(pool, worker));
            var now = pool.statistics();
            assertThat(now.waiting()).isEmpty();
            assertThat(now.leased()).isEmpty();
            assertThat(now.opening()).isZero();
            TaskLeases.fill(pool, SIZE); // all places are there
        }
        assertThat(things.openNow()).isZero();
        assertThat(things.made()).isEqualTo(things.closed().size());
        assertThat(things.most()).isLessThanOrEqualTo(SIZE);
    }

    /** Acquires so many at once. */
    private static final class TaskLeases {
        static void fill(ResourcePool<Thing> pool, int count) throws InterruptedException {
            if (count == 0) {
                return;
            }
            while (true) {
                try (var _ = pool.acquire()) {
                    fill(pool, count - 1);
                    return;
                } catch (OpenFailedException e) {
                    assertThat(e).hasMessageContaining("now and then"); // again
                }
            }
        }
    }
}
