// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.DeadlineExceededException;
import dev.espalier.Espalier;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.sync.RateLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules S1, C7 and T7 for rates. */
public class RateLimiterTest {
    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private static void awaitWaiting(RateLimiter limiter, int count) {
        Threads.until(() -> limiter.statistics().waiting().size() == count);
    }

    @BackendTest
    @DisplayName("T7 ten a second: one each 100 ms of the backend's clock")
    void evenly(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var limiter = new RateLimiter(10, Duration.ofSeconds(1));
            var times = new ConcurrentLinkedQueue<Duration>();
            TaskGroup.run(group -> {
                for (int i = 0; i < 5; i++) {
                    var _ = group.fork(() -> {
                        limiter.acquire().close();
                        times.add(clock.elapsed());
                    });
                    int served = 1;
                    int waiting = i;
                    Threads.until(() -> times.size() == served
                            && limiter.statistics().waiting().size() == waiting);
                }
                for (int i = 0; i < 4; i++) {
                    int served = i + 2;
                    clock.awaitSleepers(1);
                    clock.advance(millis(99));
                    clock.awaitSleepers(1);
                    assertThat(times).hasSize(served - 1);
                    clock.advance(millis(1));
                    Threads.until(() -> times.size() == served);
                }
            });
            assertThat(times).containsExactly(millis(0), millis(100), millis(200), millis(300), millis(400));
        });
    }

    @BackendTest
    @DisplayName(
            "T7 a burst of three: three at once, then evenly; what was not used comes back, and never more than the"
                    + " burst")
    void burst(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var limiter = new RateLimiter("r", 10, Duration.ofSeconds(1), 3);
            for (int i = 0; i < 3; i++) {
                assertThat(limiter.statistics().available()).isEqualTo(3 - i);
                var _ = limiter.tryAcquire().orElseThrow();
            }
            assertThat(limiter.tryAcquire()).isEmpty();
            assertThat(limiter).hasToString("rate limiter 'r' [0 may pass, 0 waiting]");
            clock.advance(millis(99));
            assertThat(limiter.tryAcquire()).isEmpty();
            clock.advance(millis(1));
            var _ = limiter.tryAcquire().orElseThrow();
            assertThat(limiter.tryAcquire()).isEmpty();
            clock.advance(millis(250));
            assertThat(limiter.statistics().available()).isEqualTo(2);
            clock.advance(Duration.ofDays(400));
            for (int i = 0; i < 3; i++) {
                var _ = limiter.tryAcquire().orElseThrow();
            }
            assertThat(limiter.tryAcquire()).isEmpty();
        });
    }

    @BackendTest
    @DisplayName(
            "S1 who waits is served in order; one that is cancelled has used nothing up, so that the others move up")
    void cancelledWaiters(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var limiter = new RateLimiter(1, Duration.ofSeconds(1));
            limiter.acquire().close();
            var served = new ConcurrentLinkedQueue<String>();
            TaskGroup.run(group -> {
                var tasks = new ArrayList<Task<?>>();
                for (int i = 0; i < 5; i++) {
                    int number = i;
                    tasks.add(group.fork(() -> {
                        limiter.acquire().close();
                        served.add(number + " at " + clock.elapsed().toSeconds());
                    }));
                    awaitWaiting(limiter, i + 1);
                }
                clock.awaitSleepers(1);
                clock.advance(millis(500));
                tasks.get(0).cancel(); // the one that waits for the time
                tasks.get(2).cancel();
                awaitWaiting(limiter, 3);
                assertThat(limiter.tryAcquire()).isEmpty();
                for (int i = 0; i < 3; i++) {
                    int left = 2 - i;
                    clock.awaitSleepers(1);
                    clock.advance(millis(i == 0 ? 500 : 1_000));
                    Threads.until(() -> served.size() == 3 - left);
                }
            });
            assertThat(served).containsExactly("1 at 1", "3 at 2", "4 at 3");
        });
    }

    @BackendTest
    @DisplayName("S1 tryAcquire overtakes nobody, also when the time of the first waiter has come")
    void noOvertaking(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var limiter = new RateLimiter(1, Duration.ofSeconds(1));
            limiter.acquire().close();
            TaskGroup.run(group -> {
                var task = group.fork(() -> limiter.acquire().close());
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(1)); // it may not have run yet, and then nobody else gets it
                assertThat(limiter.tryAcquire()).isEmpty();
                task.await();
            });
            assertThat(limiter.tryAcquire()).isEmpty();
        });
    }

    @BackendTest
    @DisplayName("T7 a timeout that ends before the moment comes gives up then, and has used nothing up")
    void timeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var limiter = new RateLimiter(1, Duration.ofSeconds(10));
            limiter.acquire(Duration.ZERO).close();
            assertThatThrownBy(() -> limiter.acquire(Duration.ZERO))
                    .isExactlyInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("rate limiter '");
            try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(4))) {
                assertThatThrownBy(() -> limiter.acquire(Duration.ofSeconds(4)))
                        .isExactlyInstanceOf(DeadlineExceededException.class);
            }
            TaskGroup.run(group -> {
                var task =
                        group.fork(() -> limiter.acquire(Duration.ofSeconds(7)).close());
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(6));
                task.await();
            });
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
        });
    }

    @BackendTest
    @DisplayName(
            "S1 waiters that race with their cancellations: as the clock goes on, all others pass, and never more than"
                    + " the rate")
    void againstCancel(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var limiter = new RateLimiter(1, Duration.ofSeconds(1));
            long passed = 0;
            try (var race = new Race("rate against cancel")) {
                for (int i = 0; i < Race.rounds(100); i++) {
                    var tasks = new ArrayList<Task<?>>();
                    TaskGroup.run(group -> {
                        for (int t = 0; t < 3; t++) {
                            tasks.add(group.fork(() -> limiter.acquire().close()));
                        }
                        var rival = race.start(tasks.get(race.draw(3))::cancel);
                        Race.spin(race.draw(3_000));
                        while (!tasks.stream().allMatch(Task::isDone)) {
                            clock.advance(millis(250));
                        }
                        rival.await();
                    });
                    long cancelled = tasks.stream().filter(Task::isCancelled).count();
                    assertThat(cancelled).isLessThanOrEqualTo(1);
                    passed += 3 - cancelled;
                    assertThat(passed).isLessThanOrEqualTo(clock.elapsed().toSeconds() + 1);
                    assertThat(limiter.statistics().waiting()).isEmpty();
                }
            }
        });
    }

    @BackendTest
    @DisplayName("T7 a limiter that goes over to a backend with another clock takes along how long the next one waits")
    void otherClock(TestBackend backend) throws Exception {
        var limiter = new RateLimiter(1, Duration.ofSeconds(10));
        ManualClock.run(backend, 1_000_000_000_000L, clock -> {
            limiter.acquire().close();
            clock.advance(Duration.ofSeconds(4));
            var _ = Espalier.<Boolean, Exception>run(
                    clock, () -> limiter.tryAcquire().isPresent());
        });
        ManualClock.run(backend, -5, clock -> {
            assertThat(limiter.tryAcquire()).isEmpty();
            clock.advance(Duration.ofSeconds(6).minusNanos(1));
            assertThat(limiter.tryAcquire()).isEmpty();
            clock.advance(Duration.ofNanos(1));
            var _ = limiter.tryAcquire().orElseThrow();
        });
    }

    @BackendTest
    @DisplayName("S2 the permit of a rate gives nothing back, and is closed once")
    void permit() throws Exception {
        var limiter = new RateLimiter(1, Duration.ofDays(1));
        var permit = limiter.acquire();
        permit.close();
        assertThat(limiter.tryAcquire()).isEmpty();
        assertThatThrownBy(permit::close).isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("S1 rates that make no sense are refused with a message that says which do")
    void numbers() {
        for (var per : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(1_000))) {
            assertThatThrownBy(() -> new RateLimiter(1, per))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("per is " + per);
        }
        assertThatThrownBy(() -> new RateLimiter(0, millis(1))).hasMessageContaining("permits is 0");
        assertThatThrownBy(() -> new RateLimiter(1, millis(1), 0)).hasMessageContaining("burst is 0");
        assertThatThrownBy(() -> new RateLimiter(1_001, Duration.ofNanos(1_000)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than one in a nanosecond");
        assertThatThrownBy(() -> new RateLimiter(1, Duration.ofDays(300), Integer.MAX_VALUE))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("burst of 2147483647");
    }
}
