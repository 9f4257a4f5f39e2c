// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.contract.Things.Thing;
import dev.espalier.pool.ResourcePool;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;

/** S3: the end of resources by time. */
public class PoolTimesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** No limit: a simulation's clock jumps over any other. */
    private static final Duration FOREVER = Duration.ofDays(100_000);

    private final Things things = new Things();

    @BackendTest
    @DisplayName("S3 an idle resource is closed when its time is over; what is used meanwhile is not")
    void idleTimeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var pool = ResourcePool.open(things::open, o -> o.idleTimeout(SECOND.multipliedBy(10)))) {
                assertThat(clock.timers()).isZero();
                pool.warmUp(2);
                assertThat(clock.timers()).isEqualTo(1);
                clock.advance(SECOND.multipliedBy(6));
                pool.run(_ -> {}); // one of them is young again
                clock.advance(SECOND.multipliedBy(4));
                Threads.until(() -> things.openNow() == 1);
                Threads.until(() -> pool.statistics().open() == 1);
                try (var _ = pool.acquire()) {
                    clock.advance(SECOND.multipliedBy(20));
                    assertThat(things.openNow()).isEqualTo(1);
                    assertThat(clock.timers()).isZero(); // nothing is due
                }
                clock.advance(SECOND.multipliedBy(10));
                Threads.until(() -> pool.statistics().open() == 0);
                assertThat(clock.timers()).isZero();
            }
            assertThat(things.openNow()).isZero();
        });
    }

    @BackendTest
    @DisplayName("S3 many returns set one timer, not one each")
    void oneTimer(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var pool = ResourcePool.open(things::open, o -> o.idleTimeout(SECOND))) {
                pool.run(_ -> {});
                long made = clock.timersMade();
                for (int i = 0; i < 100; i++) {
                    pool.run(_ -> {});
                }
                assertThat(clock.timersMade()).isEqualTo(made);
                assertThat(clock.timers()).isEqualTo(1);
            }
        });
    }

    @BackendTest
    @DisplayName(
            "S3 lifetimes end one after the other, within the last tenth; a lent resource ends when it is returned")
    void lifetime(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var pool = ResourcePool.open(things::open, o -> o.maxLifetime(SECOND.multipliedBy(100)))) {
                var held = pool.acquire();
                pool.warmUp(10);
                clock.advance(SECOND.multipliedBy(89));
                assertThat(things.openNow()).isEqualTo(10);
                var open = new ArrayList<Integer>();
                for (int i = 0; i < 11; i++) {
                    clock.advance(SECOND);
                    Threads.until(() -> pool.statistics().closing() == 0);
                    open.add(things.openNow());
                }
                assertThat(open.getLast()).isEqualTo(1); // that which is held
                assertThat(open.stream().distinct().count()).isGreaterThan(6); // and not all at once
                assertThat(held.resource().isClosed()).isFalse();
                held.close();
                assertThat(things.openNow()).isZero();
                assertThat(pool.statistics().open()).isZero();
            }
        });
    }

    @BackendTest
    @DisplayName("S3 what has grown too old while its timer was late is closed and replaced rather than lent")
    void tooOldToLend(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var pool = ResourcePool.open(
                    things::open,
                    o -> o.maxSize(1).backend(new WithoutTimers(clock)).idleTimeout(SECOND))) {
                pool.run(_ -> {});
                clock.advance(SECOND.minusNanos(1));
                assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(1);
                clock.advance(SECOND);
                assertThat(pool.<Integer, RuntimeException>use(Thing::number)).isEqualTo(2);
                assertThat(things.closed()).containsExactly(1);
            }
            assertThat(things.most()).isEqualTo(1);
        });
    }

    @BackendTest
    @DisplayName("S3 a timer that comes due while the pool is closed does nothing any more")
    void timerAgainstClose(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var race = new Race("timer against close")) {
                for (int i = 0; i < Race.rounds(100); i++) {
                    var pool = ResourcePool.open(things::open, o -> o.idleTimeout(SECOND));
                    pool.warmUp(2);
                    var rival = race.start(() -> clock.advance(SECOND));
                    Race.spin(race.draw(3_000));
                    pool.close(FOREVER);
                    rival.await();
                    assertThat(things.openNow()).isZero();
                    assertThat(clock.timers()).isZero();
                }
            }
        });
    }
}
