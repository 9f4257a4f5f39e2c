// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.espalier.TaskGroup;
import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.ResourcePool;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;

/** L12: a stack that overflows in a pool. */
public class PoolOverflowTest {
    private static final int ROUNDS = 10;

    private final Things things = new Things();

    @BeforeEach
    void onRealThreads() {
        assumeFalse(BackendExtension.isSimulated(), "it is about the stacks of real threads");
    }

    /** Runs it where the stack ends soon, each time at another place of what it does. */
    private void overflow(TestBackend backend, ResourcePool<Thing> pool, Descent descent) throws Exception {
        var small = new FilterBackend(backend.real()) {
            @Override
            public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                return new Thread(null, task, "small stack", 160 * 1024);
            }
        };
        for (int i = 0; i < ROUNDS; i++) {
            int shift = 5 * i;
            TaskGroup.run(o -> o.backend(small), group -> {
                var task = group.fork(() -> {
                    try {
                        shifted(shift, descent);
                    } catch (StackOverflowError e) {
                        return true;
                    }
                    return false;
                });
                assertThat(task.await()).isTrue();
            });
            assertWhole(pool); // or the next round would wait for ever
        }
    }

    private static void shifted(int frames, Descent descent) throws Exception {
        if (frames == 0) {
            descent.down();
        } else {
            shifted(frames - 1, descent);
        }
    }

    @FunctionalInterface
    private interface Descent {
        void down() throws Exception;
    }

    @SuppressWarnings("InfiniteRecursion") // it is what is meant
    private static void useAtEachDepth(ResourcePool<Thing> pool) throws Exception {
        pool.run(_ -> {});
        useAtEachDepth(pool);
    }

    private static void useInUse(ResourcePool<Thing> pool) throws Exception {
        pool.run(_ -> useInUse(pool));
    }

    private void assertWhole(ResourcePool<Thing> pool) throws Exception {
        var now = pool.statistics();
        assertThat(now.leased()).isEmpty();
        assertThat(now.opening()).isZero();
        assertThat(now.closing()).isZero();
        assertThat(things.openNow()).isEqualTo(now.idle()); // some may be broken, and left to who comes next
        try (var one = pool.tryAcquire().orElse(null); // what is lost on its way to a borrower counts as idle
                var two = pool.tryAcquire().orElse(null)) {
            assertThat(one).as("first of two places").isNotNull();
            assertThat(two).as("second of two places").isNotNull();
        }
    }

    @BackendTest
    @DisplayName("L12 a stack that overflows while resources are borrowed and given back loses none, and no place")
    void overflowBeside(TestBackend backend) throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(2).drainLimit(Duration.ofSeconds(5)))) {
            overflow(backend, pool, () -> useAtEachDepth(pool));
        }
    }

    @BackendTest
    @DisplayName("L12 a stack that overflows in a use closes the resource, and no place is lost")
    void overflowWithin(TestBackend backend) throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(100_000))) {
            overflow(backend, pool, () -> useInUse(pool));
        }
    }
}
