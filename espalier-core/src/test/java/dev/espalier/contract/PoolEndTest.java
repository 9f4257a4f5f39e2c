// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.PoolClosedException;
import dev.espalier.pool.ResourcePool;
import dev.espalier.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** S3: the end of a pool, and of resources that take long to close. */
public class PoolEndTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** No limit: a simulation's clock jumps over any other. */
    private static final Duration FOREVER = Duration.ofDays(100_000);

    private final Things things = new Things();

    /** Moves the clock as soon as one thread sleeps on it. */
    private static Foreign advanceWhenAsleep(ManualClock clock, Duration time) {
        return Foreign.run(() -> {
            clock.awaitSleepers(1);
            clock.advance(time);
        });
    }

    @BackendTest
    @DisplayName(
            "S3 closing a pool closes what is idle, and waits for what is lent, which is closed when it comes back")
    void closeWaits() throws Exception {
        var pool = ResourcePool.open(things::open);
        pool.warmUp(3);
        TaskGroup.run(group -> {
            var lease = pool.acquire();
            try (var _ = WhenBlocked.me(lease::close)) {
                pool.close(FOREVER);
            }
            assertThat(things.openNow()).isZero();
            assertThat(pool.statistics().open()).isZero();
        });
        pool.close(FOREVER); // again
    }

    @BackendTest
    @DisplayName("S3 a closed pool lends nothing: who waits and who comes gets PoolClosedException, which says so")
    void closedLendsNothing(TestBackend backend) throws Exception {
        var pool = ResourcePool.open(things::open, o -> o.name("db").maxSize(1));
        TaskGroup.run(group -> {
            var lease = pool.acquire();
            var waiters = new ArrayList<dev.espalier.Task<?>>();
            for (int i = 0; i < 3; i++) {
                waiters.add(group.fork(() -> assertThatThrownBy(pool::acquire)
                        .isExactlyInstanceOf(PoolClosedException.class)
                        .hasMessageContaining("pool 'db' is closed")));
            }
            Threads.until(() -> pool.statistics().waiting().size() == 3);
            assertThatThrownBy(() -> pool.close(Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
            for (var waiter : waiters) {
                var _ = waiter.await();
            }
            lease.close();
        });
        assertThatThrownBy(pool::acquire).isExactlyInstanceOf(PoolClosedException.class);
        assertThatThrownBy(pool::tryAcquire).isExactlyInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> pool.run(_ -> {})).isExactlyInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> pool.warmUp(1)).isExactlyInstanceOf(PoolClosedException.class);
        assertThat(things.made()).isEqualTo(1);
        assertThat(things.openNow()).isZero();
        pool.close(FOREVER);
    }

    @BackendTest
    @DisplayName(
            "S3 what is not back when the limit is over is named: who has it, where, for how long, and where it was"
                    + " acquired")
    void stragglersAreNamed(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var pool = ResourcePool.open(things::open, o -> o.name("db"));
            TaskGroup.run(o -> o.name("crawl"), group -> {
                var leave = new Event();
                var holder = group.fork("holder", () -> pool.run(_ -> leave.await()));
                Threads.until(() -> pool.statistics().leased().size() == 1);
                clock.advance(SECOND);
                try (var _ = advanceWhenAsleep(clock, SECOND.multipliedBy(30))) {
                    assertThatThrownBy(pool::close)
                            .isExactlyInstanceOf(DeadlineExceededException.class)
                            .hasMessageContaining("waited PT30S for the end of pool 'db'")
                            .hasMessageContaining("group 'crawl' > task 'holder' for PT31S")
                            .satisfies(e -> assertThat(e.getSuppressed())
                                    .singleElement()
                                    .satisfies(site -> assertThat(site)
                                            .hasMessageContaining("task 'holder' acquired it here")
                                            .hasStackTraceContaining("PoolEndTest")));
                }
                assertThat(things.openNow()).isEqualTo(1);
                leave.set();
                holder.await();
                assertThat(things.openNow()).isZero(); // closed by who returned it
                pool.close(Duration.ZERO);
            });
        });
    }

    @BackendTest
    @DisplayName("S3 closing a pool waits in cancelled and in interrupted code too, and leaves both as they were")
    void closeInCancelledCode() throws Exception {
        var pool = ResourcePool.open(things::open);
        var lease = pool.acquire();
        var scope = CancelScope.create();
        assertThat(scope.run(() -> {
                    scope.cancel();
                    try (var _ = WhenBlocked.me(lease::close)) {
                        pool.close(FOREVER);
                    }
                    assertThat(things.openNow()).isZero();
                    assertThatThrownBy(CancelScope::checkpoint).isExactlyInstanceOf(CancelledException.class);
                }))
                .isTrue();
        var second = ResourcePool.open(things::open);
        var other = second.acquire();
        var me = Thread.currentThread();
        me.interrupt();
        try (var _ = WhenBlocked.me(() -> {
            me.interrupt();
            Threads.untilRegardless(() -> !me.isInterrupted());
            Threads.awaitBlocked(me);
            other.close();
        })) {
            second.close(FOREVER);
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(things.openNow()).isZero();
    }

    @BackendTest
    @DisplayName("S3 a resource that is being opened while the pool is closed is closed by who opened it")
    void closedWhileOpening() throws Exception {
        var opening = new Event();
        var go = new Event();
        var pool = ResourcePool.<Thing>open(
                () -> {
                    opening.set();
                    go.await();
                    return things.open();
                },
                o -> o.name("db"));
        TaskGroup.run(group -> {
            var borrower = group.fork(
                    "borrower", () -> assertThatThrownBy(pool::acquire).isExactlyInstanceOf(PoolClosedException.class));
            opening.await();
            assertThatThrownBy(() -> pool.close(Duration.ZERO))
                    .isExactlyInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("task 'borrower'")
                    .hasMessageContaining("being opened or checked");
            go.set();
            var _ = borrower.await();
            assertThat(things.openNow()).isZero();
        });
        pool.close(Duration.ZERO);
    }

    @BackendTest
    @DisplayName("S3 closing a pool is not kept waiting by a borrower that is cancelled as it gets a free place")
    void closeAgainstCancelledGrant() throws Exception {
        try (var race = new Race("close against a cancelled grant")) {
            for (int i = 0; i < Race.rounds(1_000); i++) {
                var pool = ResourcePool.open(things::open, o -> o.maxSize(1));
                TaskGroup.run(group -> {
                    var lease = pool.acquire();
                    lease.discard();
                    var waiter = group.fork(() -> {
                        try {
                            pool.run(_ -> {});
                        } catch (PoolClosedException e) {
                            assertThat(e).hasMessageContaining("is closed");
                        }
                    });
                    Threads.until(() -> pool.statistics().waiting().size() == 1);
                    var rival = race.start(() -> {
                        waiter.cancel();
                        pool.close(FOREVER);
                    });
                    Race.spin(race.draw(3_000));
                    lease.close(); // grants an empty place
                    rival.await();
                });
                assertThat(pool.statistics().open()).isZero();
            }
        }
    }

    @BackendTest
    @DisplayName("S3 closing a pool against acquire, return and cancel: nothing stays open, nothing is lent afterwards,"
            + " nobody hangs")
    void closeInARace() throws Exception {
        try (var race = new Race("close of a pool")) {
            for (int i = 0; i < Race.rounds(400); i++) {
                var pool = ResourcePool.open(things::open, o -> o.maxSize(2).idleTimeout(Duration.ofDays(1)));
                TaskGroup.run(group -> {
                    for (int t = 0; t < 4; t++) {
                        var task = group.fork(() -> {
                            try {
                                for (int n = 0; n < 5; n++) {
                                    pool.run(thing -> thing.use(Thread::yield));
                                }
                            } catch (PoolClosedException e) {
                                assertThat(pool).asString().contains("[");
                            }
                        });
                        if (t == 3) {
                            task.cancel();
                        }
                    }
                    var rival = race.start(() -> pool.close(FOREVER));
                    Race.spin(race.draw(3_000));
                    pool.close(FOREVER);
                    assertThat(pool.statistics().open()).isZero();
                    rival.await();
                });
                assertThat(things.openNow()).isZero();
            }
        }
        assertThat(things.most()).isLessThanOrEqualTo(2);
    }

    @BackendTest
    @DisplayName(
            "S3 a close that takes too long is interrupted and reported with its thread's stack, and its place is free"
                    + " then")
    void slowClose(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var log = LogCapture.start();
                    var pool = ResourcePool.open(
                            things::open,
                            o -> o.name("db").maxSize(1).closeLimit(SECOND).closer(thing -> {
                                thing.close();
                                Tasks.sleep(Duration.ofDays(1));
                            }))) {
                try (var _ = advanceWhenAsleep(clock, SECOND)) {
                    try (var lease = pool.acquire()) {
                        lease.discard();
                    }
                }
                assertThat(pool.statistics().open()).isZero();
                assertThat(log.messages())
                        .anySatisfy(message -> assertThat(message)
                                .contains("closing a resource of pool 'db' takes longer than PT1S")
                                .contains("PoolEndTest"))
                        .anySatisfy(message -> assertThat(message).contains("closing a resource of pool 'db' failed"));
                assertThat(log.exceptions()).singleElement().asString().contains("was cut short after PT1S");
            }
        });
    }

    @BackendTest
    @DisplayName("T7 closing a resource on a thread that is in no scope is limited on the clock of the pool's backend")
    void foreignClose(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var log = LogCapture.start()) {
                var pool = ResourcePool.open(
                        things::open,
                        o -> o.closeLimit(SECOND).closer(thing -> {
                            thing.close();
                            Tasks.sleep(FOREVER);
                        }));
                var lease = pool.acquire();
                lease.discard();
                try (var _ = Foreign.run(lease::close)) {
                    clock.awaitSleepers(1); // on the pool's clock too
                    clock.advance(SECOND);
                }
                assertThat(log.exceptions()).singleElement().asString().contains("was cut short after PT1S");
                pool.close(FOREVER);
            }
        });
    }

    @BackendTest
    @DisplayName(
            "S3 a close that hangs whatever comes costs its place, and is named; the pool goes on, and so does its own"
                    + " end")
    void deafClose(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var deaf = Blocker.stubborn();
            try (var log = LogCapture.start()) {
                var pool = ResourcePool.open(
                        things::open,
                        o -> o.name("db")
                                .maxSize(2)
                                .idleTimeout(SECOND)
                                .closeLimit(SECOND)
                                .closer(thing -> {
                                    if (thing.number() == 1) {
                                        deaf.run();
                                    }
                                    thing.close();
                                }));
                pool.run(_ -> {});
                clock.advance(SECOND); // it is due, and hangs on a thread of the pool's
                deaf.awaitEntered();
                for (int i = 0; i < 3; i++) {
                    assertThat(pool.<Integer, RuntimeException>use(Thing::number))
                            .isEqualTo(2);
                }
                assertThat(pool.statistics().closing()).isEqualTo(1);
                clock.advance(SECOND);
                deaf.awaitInterrupted();
                Threads.until(() -> log.messages().stream()
                        .anyMatch(message -> message.contains("closing a resource of pool 'db' takes longer")));
                try (var _ = advanceWhenAsleep(clock, SECOND)) {
                    assertThatThrownBy(() -> pool.close(SECOND))
                            .isExactlyInstanceOf(DeadlineExceededException.class)
                            .hasMessageContaining("espalier-pool-close")
                            .hasMessageContaining("being closed");
                }
                Threads.until(() -> pool.statistics().open() == 1); // the other one is closed
                deaf.release();
                pool.close(FOREVER);
                assertThat(things.openNow()).isZero();
            }
        });
    }

    @BackendTest
    @DisplayName("S3 closing a pool does not wait for one slow close to begin the next")
    void closedAtTheSameTime() throws Exception {
        var all = new java.util.concurrent.CountDownLatch(3);
        var pool = ResourcePool.open(
                things::open,
                o -> o.closer(thing -> {
                    all.countDown();
                    all.await();
                    thing.close();
                }));
        pool.warmUp(3);
        pool.close(FOREVER);
        assertThat(things.openNow()).isZero();
        assertThat(List.copyOf(things.closed())).hasSize(3);
    }
}
