// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.contract.Things.Thing;
import dev.espalier.internal.Wait;
import dev.espalier.pool.OpenFailedException;
import dev.espalier.pool.ResourcePool;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Waiting for a resource: order, cancellation, time, circles. */
public class PoolWaitTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final Things things = new Things();

    private ResourcePool<Thing> pool(int size) {
        return ResourcePool.open(things::open, o -> o.name("db").maxSize(size));
    }

    /** Moves the clock as soon as one thread sleeps on it. */
    private static Foreign advanceWhenAsleep(ManualClock clock, Duration time) {
        return Foreign.run(() -> {
            clock.awaitSleepers(1);
            clock.advance(time);
        });
    }

    private static void awaitWaiting(ResourcePool<?> pool, int count) {
        Threads.until(() -> pool.statistics().waiting().size() == count);
    }

    @BackendTest
    @DisplayName(
            "S1 who waits is served first come first served, also when one in the middle was cancelled; nobody comes"
                    + " between")
    void order() throws Exception {
        try (var pool = pool(1)) {
            TaskGroup.run(group -> {
                var served = new ConcurrentLinkedQueue<Integer>();
                var tasks = new ArrayList<Task<?>>();
                try (var _ = pool.acquire()) {
                    for (int i = 0; i < 5; i++) {
                        int number = i;
                        tasks.add(group.fork(() -> pool.run(_ -> served.add(number))));
                        awaitWaiting(pool, i + 1);
                    }
                    tasks.get(2).cancel();
                    tasks.get(0).cancel();
                    awaitWaiting(pool, 3);
                    assertThat(pool.tryAcquire()).isEmpty();
                }
                for (var task : List.of(tasks.get(1), tasks.get(3), tasks.get(4))) {
                    var _ = task.await();
                }
                assertThat(served).containsExactly(1, 3, 4);
            });
            assertThat(things.made()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName("S1 a resource that is returned belongs to who waits for it: tryAcquire does not take it away")
    void notOvertaken() throws Exception {
        try (var pool = pool(1)) {
            TaskGroup.run(group -> {
                var leave = new Event();
                var lease = pool.acquire();
                var _ = group.fork(() -> pool.run(_ -> leave.await()));
                awaitWaiting(pool, 1);
                lease.close();
                assertThat(pool.tryAcquire()).isEmpty();
                leave.set();
            });
        }
    }

    @BackendTest
    @DisplayName("S1 a resource handed over to a task at the moment of its cancellation goes to the next one")
    void handedToCancelled() throws Exception {
        try (var pool = pool(1);
                var race = new Race("return against cancel")) {
            for (int i = 0; i < Race.rounds(1_000); i++) {
                TaskGroup.run(group -> {
                    var lease = pool.acquire();
                    var first = group.fork(() -> pool.run(_ -> {}));
                    awaitWaiting(pool, 1);
                    var second = group.fork(() -> pool.run(_ -> {}));
                    awaitWaiting(pool, 2);
                    var rival = race.start(lease::close);
                    Race.spin(race.draw(3_000));
                    first.cancel();
                    rival.await();
                    second.await();
                });
                assertThat(pool.statistics().open()).isLessThanOrEqualTo(1);
                assertThat(pool.statistics().leased()).isEmpty();
            }
        }
        assertThat(things.openNow()).isZero();
        assertThat(things.most()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("S1 a place that becomes free by a failed use, or a factory that failed, goes to who waits")
    void freedPlace() throws Exception {
        var first = new AtomicBoolean(true);
        var entered = new Event();
        var fail = new Event();
        try (var pool = ResourcePool.<Thing>open(
                () -> {
                    if (first.compareAndSet(true, false)) {
                        entered.set();
                        fail.await();
                        throw new IOException("refused");
                    }
                    return things.open();
                },
                o -> o.maxSize(1))) {
            TaskGroup.run(group -> {
                var failing =
                        group.fork(() -> assertThatThrownBy(pool::acquire).isInstanceOf(OpenFailedException.class));
                entered.await();
                assertThat(pool.statistics().opening()).isEqualTo(1);
                var second = group.fork(() -> assertThatThrownBy(() -> pool.run(_ -> {
                            throw new IOException("use");
                        }))
                        .hasMessage("use"));
                awaitWaiting(pool, 1);
                var third = group.fork(() -> pool.<Integer, RuntimeException>use(Thing::number));
                awaitWaiting(pool, 2);
                fail.set();
                var _ = failing.await();
                var _ = second.await();
                assertThat(third.await()).isEqualTo(2);
            });
        }
        assertThat(things.most()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName(
            "C7 in cancelled code every borrowing throws CancelledException, also if a resource is idle, and nothing"
                    + " is lent")
    void inCancelledCode() throws Exception {
        try (var pool = pool(2)) {
            pool.run(_ -> {});
            var scope = CancelScope.create();
            assertThat(scope.run(() -> {
                        scope.cancel();
                        for (int i = 0; i < 2; i++) {
                            assertThatThrownBy(pool::acquire).isExactlyInstanceOf(CancelledException.class);
                            assertThatThrownBy(() -> pool.acquire(LONG)).isExactlyInstanceOf(CancelledException.class);
                            assertThatThrownBy(pool::tryAcquire).isExactlyInstanceOf(CancelledException.class);
                            assertThatThrownBy(() -> pool.run(_ -> {})).isExactlyInstanceOf(CancelledException.class);
                            assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        }
                    }))
                    .isTrue();
            assertThat(pool.statistics().idle()).isEqualTo(1);
            assertThat(pool.statistics().open()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName("C7 a cancellation, or an interrupt from elsewhere, ends the wait, which leaves no trace")
    void whileWaiting() throws Exception {
        try (var pool = pool(1)) {
            try (var _ = pool.acquire()) {
                var scope = CancelScope.create();
                try (var _ = WhenBlocked.me(scope::cancel)) {
                    assertThat(scope.run(() ->
                                    assertThatThrownBy(pool::acquire).isExactlyInstanceOf(CancelledException.class)))
                            .isTrue();
                }
                try (var _ = WhenBlocked.interruptMe()) {
                    assertThatThrownBy(pool::acquire).isExactlyInstanceOf(InterruptedException.class);
                }
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                assertThat(pool.statistics().waiting()).isEmpty();
            }
            assertThat(pool.statistics().idle()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName("C7 a timeout ends the wait, the opening or the check, with an exception that says which, and loses no"
            + " place")
    void timeouts(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var slow = new AtomicBoolean();
            try (var pool = ResourcePool.<Thing>open(
                    () -> {
                        if (slow.get()) {
                            Tasks.sleep(LONG);
                        }
                        return things.open();
                    },
                    o -> o.name("db").maxSize(1).validate(_ -> {
                        Tasks.sleep(LONG);
                        return true;
                    }))) {
                try (var _ = pool.acquire()) {
                    try (var _ = advanceWhenAsleep(clock, Duration.ofSeconds(2))) {
                        assertThatThrownBy(() -> pool.acquire(Duration.ofSeconds(2)))
                                .isExactlyInstanceOf(DeadlineExceededException.class)
                                .hasMessageContaining("waited PT2S for pool 'db'")
                                .hasMessageContaining("held by thread");
                    }
                    assertThatThrownBy(() -> pool.acquire(Duration.ZERO))
                            .isExactlyInstanceOf(DeadlineExceededException.class);
                }
                try (var _ = advanceWhenAsleep(clock, Duration.ofSeconds(2))) { // the check sleeps
                    assertThatThrownBy(() -> pool.acquire(Duration.ofSeconds(2)))
                            .isExactlyInstanceOf(DeadlineExceededException.class)
                            .hasMessageContaining("opening or checking a resource of pool 'db'");
                }
                assertThat(things.closed()).containsExactly(1);
                slow.set(true);
                try (var _ = advanceWhenAsleep(clock, Duration.ofSeconds(2))) {
                    assertThatThrownBy(() -> pool.acquire(Duration.ofSeconds(2)))
                            .isExactlyInstanceOf(DeadlineExceededException.class)
                            .hasMessageContaining("opening or checking a resource of pool 'db'");
                }
                assertThat(pool.statistics().open()).isZero();
                slow.set(false);
                pool.acquire(Duration.ofSeconds(2)).close();
            }
        });
    }

    @BackendTest
    @DisplayName("C7 a timeout that is still to come when the resource is lent does not disturb its use")
    void timeoutIsForBorrowing(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var pool = pool(1)) {
                try (var lease = pool.acquire(Duration.ofSeconds(2))) {
                    assertThat(clock.timers()).isZero();
                    clock.advance(Duration.ofSeconds(3));
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    assertThat(lease.resource().isClosed()).isFalse();
                }
                assertThat(pool.statistics().idle()).isEqualTo(1);
            }
        });
    }

    @BackendTest
    @DisplayName(
            "D1 in a pool of one, who uses the resource and wants another gets IllegalStateException, and so does what"
                    + " it waits for")
    void circle() throws Exception {
        try (var pool = pool(1)) {
            pool.run(_ -> {
                assertThatThrownBy(pool::acquire)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("would never end")
                        .hasMessageContaining("pool 'db'");
                var owner = Thread.currentThread();
                assertThatThrownBy(() -> TaskGroup.run(group -> group.fork("child", () -> {
                            Threads.awaitBlocked(owner); // in join
                            pool.run(_ -> {});
                        })))
                        .hasMessageContaining("task 'child'")
                        .hasCauseExactlyInstanceOf(IllegalStateException.class);
                assertThat(pool.statistics().waiting()).isEmpty();
            });
            assertThat(pool.statistics().open()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName("D1 a lease whose resource replaced one that had become bad may be given back by anyone: no circle")
    void replacedUnderLease() throws Exception {
        try (var pool = ResourcePool.open(things::open, o -> o.maxSize(1).validate(_ -> false))) {
            pool.run(_ -> {});
            var lease = pool.acquire();
            assertThat(lease.resource().number()).isEqualTo(2);
            TaskGroup.run(group -> {
                var _ = group.fork(() -> {
                    awaitWaiting(pool, 1);
                    lease.close();
                });
                assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(3);
            });
        }
    }

    @BackendTest
    @DisplayName("D1 in a pool of one, a factory that borrows from it gets IllegalStateException")
    void circleInFactory() throws Exception {
        var self = new AtomicReference<ResourcePool<Thing>>();
        try (var pool = ResourcePool.<Thing>open(() -> self.get().use(thing -> thing), o -> o.maxSize(1))) {
            self.set(pool);
            assertThatThrownBy(pool::acquire)
                    .isExactlyInstanceOf(OpenFailedException.class)
                    .cause()
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would never end");
            assertThat(pool.statistics().open()).isZero();
        }
    }

    @BackendTest
    @DisplayName(
            "S3 who waits, and who has what it waits for, can be seen: in statistics, in toString, and as what a task"
                    + " waits for")
    void seen(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var pool = pool(1)) {
                TaskGroup.run(o -> o.name("crawl"), group -> {
                    var leave = new Event();
                    var holder = group.fork("holder", () -> pool.run(_ -> leave.await()));
                    Threads.until(() -> pool.statistics().leased().size() == 1);
                    clock.advance(Duration.ofSeconds(3));
                    var waiter = group.fork("waiter", () -> pool.run(_ -> {}));
                    awaitWaiting(pool, 1);
                    var now = pool.statistics();
                    assertThat(now.leased()).singleElement().satisfies(borrower -> {
                        assertThat(borrower.party().task()).isSameAs(holder);
                        assertThat(borrower.age()).isEqualTo(Duration.ofSeconds(3));
                        assertThat(borrower.path()).contains("group 'crawl' > task 'holder'");
                        assertThat(borrower.site()).isNotNull();
                    });
                    assertThat(now.waiting().getFirst().task()).isSameAs(waiter);
                    assertThat(now.open()).isEqualTo(1);
                    assertThat(pool).hasToString("pool 'db' [1 of 1 open, 1 leased, 0 idle, 1 waiting]");
                    Threads.until(() -> Wait.of(waiter).isPresent());
                    assertThat(Wait.of(waiter).orElseThrow()).hasToString("pool 'db', held by task 'holder'");
                    leave.set();
                });
                assertThat(pool).hasToString("pool 'db' [1 of 1 open, 0 leased, 1 idle, 0 waiting]");
            }
        });
    }
}
