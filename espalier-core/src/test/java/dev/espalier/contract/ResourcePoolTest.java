// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.Lease;
import dev.espalier.pool.PoolOptions;
import dev.espalier.pool.ResourcePool;
import dev.espalier.spi.Backend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of a resource that was used: lent again, or closed; and of its lease. */
public class ResourcePoolTest {
    private final Things things = new Things();

    @BackendTest
    @DisplayName("S3 a resource whose use ended well is lent again, the one returned last first")
    void lentAgain() throws Exception {
        try (var pool = ResourcePool.open(things::open)) {
            assertThat(pool.statistics().open()).isZero(); // none before somebody wants one
            int first = pool.use(Thing::number);
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(first);
            try (var one = pool.acquire();
                    var two = pool.acquire()) {
                assertThat(one.resource().number()).isEqualTo(first);
                assertThat(two.resource().number()).isNotEqualTo(first);
                assertThat(one.resource()).isSameAs(one.resource());
            }
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(first); // closed after the other
            assertThat(things.openNow()).isEqualTo(2);
        }
        assertThat(things.openNow()).isZero();
    }

    @BackendTest
    @DisplayName("S3 a resource whose use failed is closed before the failure goes on, which passes as it is")
    void failed() throws Exception {
        try (var pool = ResourcePool.open(things::open)) {
            var failure = new IOException("broken");
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw failure;
                    }))
                    .isSameAs(failure)
                    .hasNoSuppressedExceptions();
            assertThat(things.closed()).containsExactly(1);
            assertThat(pool.statistics().open()).isZero();
            var error = new StackOverflowError("planted");
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw error;
                    }))
                    .isSameAs(error);
            assertThat(things.closed()).containsExactly(1, 2);
        }
    }

    @BackendTest
    @DisplayName("S3 a resource whose use was cancelled is closed, whether the use threw, returned, or was a lease")
    void cancelled() throws Exception {
        try (var pool = ResourcePool.open(things::open)) {
            var threw = CancelScope.create();
            assertThat(threw.run(() -> pool.run(_ -> {
                        threw.cancel();
                        Tasks.sleep(Duration.ofDays(1));
                    })))
                    .isFalse();
            assertThat(things.closed()).containsExactly(1);
            var returned = CancelScope.create();
            assertThat(returned.call(() -> pool.use(thing -> {
                        returned.cancel();
                        return thing.number();
                    })))
                    .contains(2);
            assertThat(things.closed()).containsExactly(1, 2);
            var leased = CancelScope.create();
            assertThat(leased.run(() -> {
                        try (var _ = pool.acquire()) {
                            leased.cancel();
                        }
                    }))
                    .isTrue();
            assertThat(things.closed()).containsExactly(1, 2, 3);
            var shielded = CancelScope.create(); // closing behind a shield hides nothing
            assertThat(shielded.run(() -> {
                        var lease = pool.acquire();
                        shielded.cancel();
                        CancelScope.shielded(Duration.ofDays(1), () -> lease.close());
                    }))
                    .isTrue();
            assertThat(things.closed()).containsExactly(1, 2, 3, 4);
            var elsewhere = CancelScope.create(); // where it is closed, not where it was acquired
            var handed = pool.acquire();
            assertThat(elsewhere.run(() -> {
                        elsewhere.cancel();
                        handed.close();
                    }))
                    .isTrue();
            assertThat(things.closed()).containsExactly(1, 2, 3, 4, 5);
            assertThat(pool.statistics().open()).isZero();
        }
    }

    @BackendTest
    @DisplayName("S3 keepIf decides by resource and failure; what it keeps is checked before it is lent again")
    void kept() throws Exception {
        var asked = new ArrayList<String>();
        var checked = new AtomicInteger();
        try (var pool = ResourcePool.open(
                things::open,
                o -> o.keepIf((thing, failure) -> {
                            asked.add(thing + ": " + failure.getMessage());
                            return !(failure instanceof IOException);
                        })
                        .validateAfterIdle(Duration.ofDays(1))
                        .validate(_ -> checked.incrementAndGet() > 0))) {
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw new IllegalStateException("harmless");
                    }))
                    .hasMessage("harmless");
            assertThat(checked).hasValue(0);
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(1);
            assertThat(checked).hasValue(1); // though it was hardly idle
            pool.run(_ -> {});
            assertThat(checked).hasValue(1); // and only once
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw new IOException("bad");
                    }))
                    .hasMessage("bad");
            assertThat(things.closed()).containsExactly(1);
            var scope = CancelScope.create();
            assertThat(scope.run(() -> {
                        try (var _ = pool.acquire()) {
                            scope.cancel("enough");
                        }
                    }))
                    .isTrue();
            assertThat(asked).containsExactly("thing 1: harmless", "thing 1: bad", "thing 2: enough");
            assertThat(pool.statistics().idle()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName("S3 a policy that throws keeps nothing, and what it threw is suppressed in the failure of the use")
    void policyThrows() throws Exception {
        var problem = new IOException("cannot tell");
        try (var pool = ResourcePool.open(
                things::open,
                o -> o.keepIf((_, _) -> {
                    throw problem;
                }))) {
            assertThatThrownBy(() -> pool.run(_ -> {
                        throw new IllegalStateException("use");
                    }))
                    .hasMessage("use")
                    .hasSuppressedException(problem);
            assertThat(things.closed()).containsExactly(1);
        }
    }

    @BackendTest
    @DisplayName("S3 a discarded resource is closed with its lease, not before")
    void discarded() throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.keepIf((_, _) -> true))) {
            try (var lease = pool.acquire()) {
                lease.discard();
                lease.discard();
                assertThat(lease.resource().isClosed()).isFalse();
            }
            assertThat(things.closed()).containsExactly(1);
        }
    }

    @BackendTest
    @DisplayName("S2 a lease is closed once; afterwards it gives nothing out, and disturbs nobody")
    void closedOnce() throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(1))) {
            var lease = pool.acquire();
            lease.close();
            try (var other = pool.acquire()) {
                assertThatThrownBy(lease::close)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed before")
                        .hasMessageContaining("try statement");
                assertThatThrownBy(lease::resource).isExactlyInstanceOf(IllegalStateException.class);
                assertThatThrownBy(lease::discard).isExactlyInstanceOf(IllegalStateException.class);
                assertThat(other.resource().isClosed()).isFalse();
                assertThat(pool.tryAcquire()).isEmpty();
            }
            assertThat(pool.statistics().idle()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName(
            "S2 of two threads that close a lease at once, one gets IllegalStateException, and one resource is there")
    void closedTwiceAtOnce() throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(2));
                var race = new Race("lease close against close")) {
            for (int i = 0; i < Race.rounds(500); i++) {
                var lease = pool.acquire();
                var refused = new AtomicInteger();
                dev.espalier.Action close = () -> {
                    try {
                        lease.close();
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                };
                var rival = race.start(close);
                Race.spin(race.draw(3_000));
                close.run();
                rival.await();
                assertThat(refused).hasValue(1);
                assertThat(pool.statistics().idle()).isEqualTo(1);
            }
        }
    }

    @BackendTest
    @DisplayName("S3 a lease may be closed by another task than the one that acquired it")
    void handedOver() throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(1))) {
            TaskGroup.run(group -> {
                for (int i = 0; i < 20; i++) {
                    Lease<Thing> lease = pool.acquire(); // waits for the task before, and is no circle
                    var _ = group.forkWith(lease, l -> l.resource().number());
                }
            });
            assertThat(things.made()).isEqualTo(1);
        }
    }

    /** Somebody comes whenever the pool looks at its clock on one thread, while what it returns is on the shelf and another waits. */
    private static final class Newcomer extends FilterBackend {
        private final AtomicReference<Thread> returning = new AtomicReference<>();
        private final AtomicReference<ResourcePool<Thing>> pool = new AtomicReference<>();
        private final List<Lease<Thing>> lent = new ArrayList<>();
        private int tries;

        Newcomer(Backend backend) {
            super(backend);
        }

        @Override
        public long nanoTime() {
            var thread = Thread.currentThread();
            if (returning.compareAndSet(thread, null)) { // what follows looks at the clock too
                var now = pool.get().statistics();
                if (now.idle() == 1 && now.waiting().size() == 1) {
                    tries++;
                    try {
                        pool.get().tryAcquire().ifPresent(lent::add);
                    } catch (InterruptedException e) {
                        throw new AssertionError("nobody interrupts", e);
                    }
                }
                returning.set(thread);
            }
            return super.nanoTime();
        }

        /** Returns what is leased. */
        void during(ResourcePool<Thing> from, Lease<Thing> lease) {
            pool.set(from);
            returning.set(Thread.currentThread());
            lease.close();
            returning.set(null);
            lent.forEach(Lease::close); // then who waits gets it, if late
        }
    }

    @BackendTest
    @DisplayName("S1 who comes while a resource is on the shelf, about to be handed to who waits, does not get it")
    void onTheShelf(TestBackend backend) throws Exception {
        var newcomer = new Newcomer(backend);
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(1).backend(newcomer))) {
            TaskGroup.run(group -> {
                var lease = pool.acquire();
                var waiter = group.fork(() -> pool.run(_ -> {}));
                Threads.until(() -> pool.statistics().waiting().size() == 1);
                newcomer.during(pool, lease);
                waiter.await();
            });
        }
        assertThat(newcomer.tries)
                .as("looks at the clock while it was on the shelf")
                .isPositive();
        assertThat(newcomer.lent).isEmpty();
    }

    @Test
    @DisplayName("S3 options that make no sense are refused with a message that says which do")
    void options() {
        var o = PoolOptions.<Thing>defaults();
        assertThatThrownBy(() -> o.maxSize(0)).hasMessage("maxSize is 0; it must be at least 1");
        assertThatThrownBy(() -> o.name(" ")).hasMessageContaining("blank");
        for (var wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> o.idleTimeout(wrong)).hasMessageContaining("idleTimeout is " + wrong);
            assertThatThrownBy(() -> o.maxLifetime(wrong)).hasMessageContaining("maxLifetime is " + wrong);
            assertThatThrownBy(() -> o.closeLimit(wrong)).hasMessageContaining("closeLimit is " + wrong);
        }
        var changed = o.name("n").maxSize(3).idleTimeout(Duration.ofSeconds(1)).leaseSites(true);
        assertThat(o.name()).isNull();
        assertThat(o.maxSize()).isEqualTo(10);
        assertThat(changed.name()).isEqualTo("n");
        assertThat(changed.maxSize()).isEqualTo(3);
        assertThat(changed.idleTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(changed.leaseSites()).isTrue();
        assertThat(o.drainLimit()).isEqualTo(Duration.ofSeconds(30));
        assertThat(o.closeLimit()).isEqualTo(Duration.ofSeconds(5));
    }
}
