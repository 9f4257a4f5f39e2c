// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Backoff;
import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Retry;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;

/** K6: delays and timeouts of retries. */
public class RetryTimeTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Retry attempts(int n) {
        return Retry.attempts(n).backoff(Backoff.none());
    }

    @BackendTest
    @DisplayName("K6, T7 delays pass on the backend's clock, and double up to the cap")
    void delays(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var times = new ConcurrentLinkedQueue<Duration>();
            var told = new ArrayList<Retry.Attempt>();
            var policy = Retry.attempts(6)
                    .backoff(Backoff.exponential(seconds(1), seconds(5)).jitter(false))
                    .onRetry(told::add);
            var flaky = new Flaky(9);
            TaskGroup.run(group -> {
                var task = group.fork(() -> {
                    var thrown = catchThrowable(() -> policy.<Integer, IOException>call(() -> {
                        times.add(clock.elapsed());
                        return flaky.call();
                    }));
                    assertThat(thrown).isSameAs(flaky.thrown.getLast());
                });
                Threads.until(() -> times.size() == 1);
                for (int delay : new int[] {1, 2, 4, 5, 5}) {
                    int attempts = times.size();
                    clock.awaitSleepers(1);
                    clock.advance(seconds(delay).minusNanos(1));
                    clock.awaitSleepers(1);
                    clock.advance(Duration.ofNanos(1));
                    Threads.until(() -> times.size() > attempts);
                }
                task.await();
            });
            assertThat(times).containsExactly(seconds(0), seconds(1), seconds(3), seconds(7), seconds(12), seconds(17));
            assertThat(told.stream().map(Retry.Attempt::delay))
                    .containsExactly(seconds(1), seconds(2), seconds(4), seconds(5), seconds(5));
            assertThat(told.stream().map(Retry.Attempt::number)).containsExactly(1, 2, 3, 4, 5);
            assertThat(told.stream().<Object>map(Retry.Attempt::exception))
                    .containsExactlyElementsOf(flaky.thrown.subList(0, 5));
        });
    }

    @BackendTest
    @DisplayName("K6 full jitter: each delay is drawn from zero to the longest, by the generator that is given")
    void jitter(TestBackend backend) throws Exception {
        var told = new ArrayList<Duration>();
        var least = new ArrayList<Duration>();
        var most = new ArrayList<Duration>();
        for (long seed = 0; seed < 50; seed++) {
            var delays = delaysOf(backend, new Random(seed));
            assertThat(delays).isEqualTo(delaysOf(backend, new Random(seed)));
            assertThat(delays.get(0)).isBetween(Duration.ZERO, Duration.ofMillis(100));
            assertThat(delays.get(1)).isBetween(Duration.ZERO, Duration.ofMillis(200));
            assertThat(delays.get(2)).isBetween(Duration.ZERO, Duration.ofMillis(300));
            told.addAll(delays);
        }
        RandomGenerator zero = () -> 0;
        least.addAll(delaysOf(backend, zero));
        assertThat(least).containsOnly(Duration.ZERO);
        most.addAll(told);
        assertThat(most.stream().distinct().count()).isGreaterThan(140);
        assertThat(told.stream().filter(d -> d.compareTo(Duration.ofMillis(200)) > 0))
                .isNotEmpty();
    }

    private static List<Duration> delaysOf(TestBackend backend, RandomGenerator random) throws Exception {
        var delays = new ArrayList<Duration>();
        ManualClock.run(
                backend,
                clock -> TaskGroup.run(group -> {
                    var task = group.fork(() -> assertThatThrownBy(() -> Retry.attempts(4)
                            .backoff(Backoff.exponential(Duration.ofMillis(100), Duration.ofMillis(300)))
                            .random(random)
                            .onRetry(attempt -> delays.add(attempt.delay()))
                            .run(() -> {
                                throw new IOException();
                            })));
                    while (!task.isDone()) {
                        clock.advance(Duration.ofMillis(300));
                    }
                }));
        assertThat(delays).hasSize(3);
        return delays;
    }

    @BackendTest
    @DisplayName(
            "K6 a delay that the failure names takes the place of the backoff's, above its cap too; without one the"
                    + " backoff counts")
    void retryAfter(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var told = new ArrayList<Duration>();
            var sent = List.of(Optional.of(seconds(30)), Optional.<Duration>empty(), Optional.of(seconds(-1)))
                    .iterator();
            var flaky = new Flaky(3);
            TaskGroup.run(group -> {
                var task = group.fork(() -> Retry.attempts(9)
                        .backoff(Backoff.fixed(seconds(2)))
                        .retryAfter(_ -> sent.next())
                        .onRetry(attempt -> told.add(attempt.delay()))
                        .<Integer, IOException>call(flaky::call));
                clock.awaitSleepers(1);
                clock.advance(seconds(30).minusNanos(1));
                clock.awaitSleepers(1);
                assertThat(flaky.calls).isEqualTo(1);
                clock.advance(Duration.ofNanos(1));
                Threads.until(() -> sent.hasNext() && told.size() == 2);
                clock.awaitSleepers(1);
                clock.advance(seconds(2));
                assertThat(task.await()).isEqualTo(4);
            });
            assertThat(told).containsExactly(seconds(30), seconds(2), Duration.ZERO);
        });
    }

    @BackendTest
    @DisplayName("K6 what a listener throws is logged, and changes nothing")
    void listenerThrows() throws Exception {
        var bug = new IllegalStateException("a bug of the listener");
        try (var logs = LogCapture.start()) {
            int calls = attempts(3)
                    .onRetry(_ -> {
                        throw bug;
                    })
                    .<Integer, IOException>call(new Flaky(2)::call);
            assertThat(calls).isEqualTo(3);
            assertThat(logs.exceptions()).containsExactly(bug, bug);
        }
    }

    @BackendTest
    @DisplayName(
            "K6 an attempt that takes too long is cancelled and tried again, whatever types are named; the last one is"
                    + " thrown")
    void attemptTimeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var calls = new AtomicInteger();
            TaskGroup.run(group -> {
                var task = group.fork(() -> assertThatThrownBy(() -> attempts(3)
                                .attemptTimeout(seconds(5))
                                .retryOn(IOException.class)
                                .run(() -> {
                                    calls.incrementAndGet();
                                    Tasks.sleep(LONG);
                                }))
                        .isExactlyInstanceOf(DeadlineExceededException.class)
                        .satisfies(e -> assertThat(e.getSuppressed())
                                .hasSize(2)
                                .allMatch(s -> s instanceof DeadlineExceededException)));
                for (int i = 1; i <= 3; i++) {
                    int attempt = i;
                    Threads.until(() -> calls.get() == attempt);
                    clock.awaitSleepers(1);
                    clock.advance(seconds(5));
                }
                task.await();
            });
            assertThat(clock.elapsed()).isEqualTo(seconds(15));
        });
    }

    @BackendTest
    @DisplayName("K6 a deadline inside of the body is its own failure: tried again only if its type is named")
    void deadlineInside() throws Exception {
        var calls = new AtomicInteger();
        assertThatThrownBy(() -> attempts(3)
                        .attemptTimeout(LONG)
                        .retryOn(IOException.class)
                        .run(() -> {
                            calls.incrementAndGet();
                            CancelScope.failAfter(Duration.ZERO, CancelScope::checkpoint);
                        }))
                .isExactlyInstanceOf(DeadlineExceededException.class);
        assertThat(calls).hasValue(1);
    }

    @BackendTest
    @DisplayName("K6 the overall timeout cancels the attempt that is under way: DeadlineExceededException, with the"
            + " failures before")
    void overallInAttempt(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var first = new IOException("first");
            var calls = new AtomicInteger();
            TaskGroup.run(group -> {
                var task = group.fork(() -> assertThatThrownBy(() -> Retry.attempts(9)
                                .backoff(Backoff.fixed(seconds(2)))
                                .attemptTimeout(seconds(60))
                                .overallTimeout(seconds(5))
                                .<IOException>run(() -> {
                                    if (calls.incrementAndGet() == 1) {
                                        throw first;
                                    }
                                    Tasks.sleep(LONG);
                                }))
                        .isExactlyInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("5 s")
                        .hasSuppressedException(first));
                clock.awaitSleepers(1);
                clock.advance(seconds(2));
                Threads.until(() -> calls.get() == 2);
                clock.awaitSleepers(1);
                clock.advance(seconds(3));
                task.await();
            });
            assertThat(calls).hasValue(2);
        });
    }

    @BackendTest
    @DisplayName("K6 a delay that would end after the overall timeout is not begun: the last failure is thrown at once")
    void overallInDelay(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var flaky = new Flaky(9);
            assertThatThrownBy(() -> Retry.attempts(9)
                            .backoff(Backoff.fixed(seconds(5)))
                            .overallTimeout(seconds(5))
                            .run(flaky::call))
                    .isSameAs(flaky.thrown.getFirst());
            var sent = new Flaky(9);
            assertThatThrownBy(() -> attempts(9)
                            .overallTimeout(seconds(5))
                            .retryAfter(_ -> Optional.of(seconds(60)))
                            .run(sent::call))
                    .isSameAs(sent.thrown.getFirst());
            assertThat(flaky.calls + sent.calls).isEqualTo(2);
            assertThat(clock.elapsed()).isZero();
        });
    }

    @BackendTest
    @DisplayName("K6 a cancellation from around passes through both timeouts")
    void cancelledFromAround() throws Exception {
        var scope = CancelScope.create();
        try (var _ = WhenBlocked.me(() -> scope.cancel("from around"))) {
            boolean ended = scope.run(() ->
                    attempts(9).attemptTimeout(LONG).overallTimeout(LONG).run(() -> Tasks.sleep(Duration.ofDays(1))));
            assertThat(ended).isFalse();
        }
        assertThat(scope.cancelledCaught()).isTrue();
    }
}
