// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.PoolOptions;
import dev.espalier.pool.ResourcePool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** What is done with a resource between its uses: checked, reset, closed. */
public class PoolCareTest {
    private final Things things = new Things();

    @BackendTest
    @DisplayName("S3 a resource that fails its check, or whose check throws, is closed and replaced; the borrower sees"
            + " nothing of it")
    void checked() throws Exception {
        var bad = new AtomicInteger();
        try (var log = LogCapture.start();
                var pool = ResourcePool.open(
                        things::open,
                        o -> o.maxSize(1).validate(thing -> {
                            if (bad.get() == -thing.number()) {
                                throw new IOException("gone");
                            }
                            return bad.get() != thing.number();
                        }))) {
            pool.run(_ -> {});
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(1);
            bad.set(1);
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(2);
            assertThat(things.closed()).containsExactly(1);
            assertThat(log.warnings()).isEmpty();
            bad.set(-2);
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(3);
            assertThat(things.closed()).containsExactly(1, 2);
            assertThat(log.exceptions()).singleElement().isInstanceOf(IOException.class);
        }
        assertThat(things.most()).isEqualTo(1); // closed before the other was opened
    }

    @BackendTest
    @DisplayName("S3 what is returned is checked only when it has been idle for as long as was said")
    void checkedAfterIdle(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var checks = new AtomicInteger();
            try (var pool = ResourcePool.open(
                    things::open,
                    o -> o.validate(_ -> checks.incrementAndGet() > 0).validateAfterIdle(Duration.ofSeconds(5)))) {
                pool.run(_ -> {});
                clock.advance(Duration.ofMillis(4_999));
                pool.run(_ -> {});
                assertThat(checks).hasValue(0);
                clock.advance(Duration.ofSeconds(5));
                pool.run(_ -> {});
                assertThat(checks).hasValue(1);
            }
        });
    }

    @BackendTest
    @DisplayName(
            "S3 a resource whose lifetime ended in its use is closed when it is returned, neither lent once more, also"
                    + " to who waits, nor kept idle")
    void outlived(TestBackend backend) throws Exception {
        var life = Duration.ofSeconds(1);
        ManualClock.run(backend, clock -> {
            try (var log = LogCapture.start();
                    var pool = ResourcePool.open(things::open, o -> o.maxSize(1).maxLifetime(life))) {
                var old = pool.acquire();
                clock.advance(life);
                TaskGroup.run(group -> {
                    var waiter = group.fork(() -> pool.<Integer, RuntimeException>use(Thing::number));
                    Threads.until(() -> pool.statistics().waiting().size() == 1);
                    old.close();
                    assertThat(waiter.await()).isEqualTo(2);
                });
                assertThat(things.closed()).containsExactly(1);
                try (var second = pool.acquire()) {
                    assertThat(second.resource().number()).isEqualTo(2);
                    clock.advance(life);
                }
                assertThat(things.closed()).containsExactly(1, 2);
                assertThat(pool.statistics().open()).isZero();
                try (var third = pool.acquire()) { // in a place that counts
                    assertThat(third.resource().number()).isEqualTo(3);
                    assertThat(pool.statistics().leased()).hasSize(1);
                    assertThat(pool.tryAcquire()).isEmpty();
                }
                assertThat(log.warnings()).isEmpty(); // nothing was closed twice
            }
            assertThat(things.most()).isEqualTo(1);
        });
    }

    @BackendTest
    @DisplayName("C7 a resource whose check is cancelled is closed, even if the check then says that it is good")
    void cancelledWhileChecking() throws Exception {
        var scope = new AtomicReference<CancelScope>();
        var throwing = new AtomicBoolean(true);
        try (var log = LogCapture.start();
                var pool = ResourcePool.open(
                        things::open,
                        o -> o.maxSize(1).validate(_ -> {
                            scope.get().cancel();
                            if (throwing.get()) {
                                Tasks.sleep(Duration.ofDays(1));
                            }
                            return true;
                        }))) {
            for (int i = 1; i <= 2; i++) {
                pool.run(_ -> {}); // opens, and checks nothing
                scope.set(CancelScope.create());
                assertThat(scope.get()
                                .run(() -> assertThatThrownBy(pool::acquire)
                                        .isExactlyInstanceOf(CancelledException.class)))
                        .isTrue();
                assertThat(things.closed()).hasSize(i);
                assertThat(pool.statistics().open()).isZero();
                throwing.set(false);
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName(
            "S3 reset runs before a resource goes back, and not on one that is closed; one whose reset fails is closed")
    void reset() throws Exception {
        var resets = new ArrayList<Integer>();
        try (var log = LogCapture.start();
                var pool = ResourcePool.open(
                        things::open,
                        o -> o.reset(thing -> {
                            resets.add(thing.number());
                            if (resets.size() == 2) {
                                throw new IOException("cannot");
                            }
                        }))) {
            pool.run(_ -> {});
            assertThat(resets).containsExactly(1);
            assertThat(things.closed()).isEmpty();
            pool.run(_ -> {});
            assertThat(things.closed()).containsExactly(1);
            assertThat(log.messages()).singleElement().asString().contains("resetting a resource of pool 'pool-");
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw new IOException("use");
                    }))
                    .hasMessage("use");
            assertThat(resets).hasSize(2);
        }
    }

    @BackendTest
    @DisplayName("S3 a close that throws frees its place; its exception is suppressed in that of the use, or logged")
    void closeThrows() throws Exception {
        var problem = new IOException("close");
        try (var log = LogCapture.start();
                var pool = ResourcePool.open(
                        things::open,
                        o -> o.maxSize(1).closer(thing -> {
                            thing.close();
                            throw problem;
                        }))) {
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw new IllegalStateException("use");
                    }))
                    .hasMessage("use")
                    .hasSuppressedException(problem);
            assertThat(log.warnings()).isEmpty();
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw problem; // cannot be suppressed in itself
                    }))
                    .isSameAs(problem)
                    .hasNoSuppressedExceptions();
            assertThat(log.exceptions()).containsExactly(problem);
            try (var lease = pool.acquire()) {
                lease.discard();
            }
            assertThat(log.exceptions()).containsExactly(problem, problem);
            assertThat(pool.statistics().open()).isZero();
        }
        assertThat(things.most()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("S3 a close that overflows the stack frees its place")
    void closeOverflows() throws Exception {
        try (var log = LogCapture.start();
                var pool = ResourcePool.open(things::open, o -> o.maxSize(1).closer(PoolCareTest::overflow))) {
            try (var lease = pool.acquire()) {
                lease.discard();
            }
            assertThat(log.exceptions()).singleElement().isInstanceOf(StackOverflowError.class);
            assertThat(pool.statistics().open()).isZero();
        }
    }

    @SuppressWarnings("InfiniteRecursion") // it is what is meant
    private static void overflow(Thing thing) {
        overflow(thing);
    }

    @BackendTest
    @DisplayName("S3 closing a cancelled resource is shielded: it may block, and the interrupt comes after it")
    void closedInShield() throws Exception {
        var blocked = new AtomicBoolean();
        var pool = ResourcePool.open(
                things::open,
                o -> o.closer(thing -> {
                    Tasks.sleep(Duration.ofMillis(1));
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    blocked.set(true);
                    thing.close();
                }));
        try (pool) {
            var scope = CancelScope.create();
            assertThat(scope.run(() -> {
                        pool.run(_ -> scope.cancel());
                        assertThat(things.openNow()).isZero();
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
            assertThat(blocked).isTrue();
        }
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere is set aside while a resource is closed, and not lost")
    void foreignInterrupt() throws Exception {
        var seen = new AtomicReference<Boolean>();
        try (var pool = ResourcePool.open(
                things::open,
                o -> o.closer(thing -> {
                    seen.set(Thread.currentThread().isInterrupted());
                    thing.close();
                }))) {
            try (var lease = pool.acquire()) {
                lease.discard();
                Thread.currentThread().interrupt();
            }
            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).hasValue(false);
        }
    }

    @BackendTest
    @DisplayName("S3 who opens in place of what had become bad is seen to open, and then where it was acquired")
    void replacementIsNamed() throws Exception {
        var opening = new AtomicReference<ResourcePool.Statistics>();
        var self = new AtomicReference<ResourcePool<Thing>>();
        try (var pool = ResourcePool.open(
                () -> {
                    opening.set(self.get().statistics());
                    return things.open();
                },
                (PoolOptions<Thing> o) -> o.maxSize(1).leaseSites(true).validate(_ -> false))) {
            self.set(pool);
            for (int i = 0; i < 2; i++) {
                try (var _ = pool.acquire()) {
                    assertThat(opening.get().opening()).isEqualTo(1);
                    assertThat(opening.get().closing()).isZero();
                    assertThat(pool.statistics().leased())
                            .singleElement()
                            .extracting(ResourcePool.Borrower::site)
                            .isNotNull();
                }
            }
            assertThat(things.made()).isEqualTo(2);
        }
    }
}
