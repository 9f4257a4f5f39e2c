// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.Lease;
import dev.espalier.pool.OpenFailedException;
import dev.espalier.pool.PoolOptions;
import dev.espalier.pool.ResourcePool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of a resource: lent again, or closed; opened, checked, reset. */
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
            assertThat(pool.statistics().open()).isZero();
        }
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
                var pool = ResourcePool.open(things::open, o -> o.maxSize(1).closer(ResourcePoolTest::overflow))) {
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
    @DisplayName(
            "S3 what the factory throws arrives as the cause of OpenFailedException, an Error as it is; no place is"
                    + " lost")
    void factoryThrows() throws Exception {
        var next = new AtomicReference<Throwable>(new IOException("refused"));
        try (var pool = ResourcePool.open(
                () -> {
                    return switch (next.get()) {
                        case Exception e -> throw e;
                        case Error e -> throw e;
                        default -> things.open();
                    };
                },
                (PoolOptions<Thing> o) -> o.name("db").maxSize(1))) {
            assertThatThrownBy(() -> pool.run(_ -> {}))
                    .isExactlyInstanceOf(OpenFailedException.class)
                    .hasMessageContaining("pool 'db'")
                    .hasMessageContaining("refused")
                    .cause()
                    .isSameAs(next.get());
            next.set(new IllegalArgumentException("unchecked"));
            assertThatThrownBy(pool::acquire)
                    .isExactlyInstanceOf(OpenFailedException.class)
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            next.set(new OutOfMemoryError("planted"));
            assertThatThrownBy(pool::tryAcquire).isSameAs(next.get());
            next.set(new InterruptedException("by somebody else"));
            assertThatThrownBy(pool::acquire).isSameAs(next.get());
            next.set(new Throwable());
            pool.run(_ -> {});
        }
        assertThat(things.most()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName(
            "S3 a factory that returns null, the same resource twice, or what nobody can close, is told what is wrong")
    void factoryWrong() throws Exception {
        try (ResourcePool<Thing> pool = ResourcePool.open(() -> null)) {
            assertThatThrownBy(pool::acquire)
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessageContaining("returned null");
            assertThat(pool.statistics().open()).isZero();
        }
        var same = things.open();
        try (var pool = ResourcePool.open(() -> same)) {
            try (var _ = pool.acquire()) {
                assertThatThrownBy(pool::acquire)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("in the pool already");
                assertThat(pool.statistics().open()).isEqualTo(1);
            }
        }
        assertThat(same.isClosed()).isTrue();
        try (var pool = ResourcePool.open(StringBuilder::new, o -> o.maxSize(1))) {
            assertThatThrownBy(pool::acquire)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("java.lang.StringBuilder")
                    .hasMessageContaining("closer(...)");
        }
        try (var pool = ResourcePool.open(StringBuilder::new, o -> o.closer(_ -> {}))) {
            pool.run(builder -> builder.append('x'));
        }
    }

    @BackendTest
    @DisplayName(
            "C7 a factory that is cancelled ends the borrowing with CancelledException; a resource that it opened all"
                    + " the same is in the pool")
    void cancelledWhileOpening() throws Exception {
        var opened = new AtomicBoolean();
        var scope = CancelScope.create();
        var checks = new AtomicInteger();
        try (var pool = ResourcePool.open(
                () -> {
                    if (opened.get()) {
                        scope.cancel();
                        return things.open();
                    }
                    Tasks.sleep(Duration.ofDays(1));
                    return things.open();
                },
                (PoolOptions<Thing> o) -> o.maxSize(1)
                        .validateAfterIdle(Duration.ofDays(1))
                        .validate(_ -> checks.incrementAndGet() > 0))) {
            var sleeping = CancelScope.create();
            try (var _ = WhenBlocked.me(sleeping::cancel)) {
                assertThat(sleeping.run(
                                () -> assertThatThrownBy(pool::acquire).isExactlyInstanceOf(CancelledException.class)))
                        .isTrue();
            }
            assertThat(pool.statistics().open()).isZero();
            opened.set(true);
            assertThat(scope.run(() -> {
                        assertThatThrownBy(() -> pool.run(_ -> {
                                    throw new AssertionError("not lent to cancelled code");
                                }))
                                .isExactlyInstanceOf(CancelledException.class);
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    }))
                    .isTrue();
            assertThat(pool.statistics().idle()).isEqualTo(1);
            assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(1);
            assertThat(checks).hasValue(1); // it was opened by an interrupted thread
        }
    }

    @BackendTest
    @DisplayName(
            "C7 an exception by which the factory ends when it is cancelled is the cause of the CancelledException;"
                    + " another failure is a failure")
    void cancelledFactoryThrows() throws Exception {
        var scope = new AtomicReference<CancelScope>();
        var failure = new AtomicReference<IOException>();
        try (var pool = ResourcePool.<Thing>open(() -> {
            scope.get().cancel();
            throw failure.get();
        })) {
            scope.set(CancelScope.create());
            failure.set(new java.io.InterruptedIOException("socket"));
            assertThat(scope.get()
                            .run(() -> assertThatThrownBy(pool::acquire)
                                    .isExactlyInstanceOf(CancelledException.class)
                                    .hasCause(failure.get())))
                    .isTrue();
            scope.set(CancelScope.create());
            failure.set(new IOException("no route"));
            assertThat(scope.get()
                            .run(() -> assertThatThrownBy(pool::acquire)
                                    .isExactlyInstanceOf(OpenFailedException.class)
                                    .hasCause(failure.get())))
                    .isTrue();
        }
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
            "S3 warming up opens as many as were asked for, at most maxSize; one that fails is thrown, and the others"
                    + " stay")
    void warmUp() throws Exception {
        var failing = new AtomicInteger(-1);
        try (var pool = ResourcePool.open(
                () -> {
                    if (things.made() == failing.get()) {
                        throw new IOException("third");
                    }
                    return things.open();
                },
                (PoolOptions<Thing> o) -> o.maxSize(4))) {
            pool.warmUp(2);
            assertThat(pool.statistics().idle()).isEqualTo(2);
            pool.warmUp(2);
            assertThat(things.made()).isEqualTo(2);
            failing.set(2);
            assertThatThrownBy(() -> pool.warmUp(3)).hasCauseInstanceOf(OpenFailedException.class);
            assertThat(pool.statistics().idle()).isEqualTo(2);
            failing.set(-1);
            pool.warmUp(100);
            assertThat(pool.statistics().idle()).isEqualTo(4);
            var scope = CancelScope.create();
            scope.cancel();
            assertThat(scope.run(() -> pool.warmUp(4))).isTrue(); // nothing to do
        }
        assertThat(things.openNow()).isZero();
        assertThat(things.most()).isEqualTo(4);
    }

    @BackendTest
    @DisplayName("C7 warming up that is cancelled loses no place")
    void warmUpCancelled() throws Exception {
        try (var pool = ResourcePool.open(
                () -> {
                    Tasks.sleep(Duration.ofDays(1));
                    return things.open();
                },
                (PoolOptions<Thing> o) -> o.maxSize(3))) {
            var scope = CancelScope.create();
            try (var _ = WhenBlocked.me(scope::cancel)) {
                assertThat(scope.run(() -> pool.warmUp(3))).isFalse();
            }
            var before = CancelScope.create();
            before.cancel();
            var _ = before.run(() -> pool.warmUp(3));
            assertThat(pool.statistics().open()).isZero();
        }
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
