// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.VoidBody;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Rule C7 for every blocking call of the primitives. */
public class SyncCancelTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** Everything at hand: nothing to wait for but cancellation. */
    private static final class Free {
        final Lock lock = new Lock();
        final Lock mine = new Lock();
        final Semaphore semaphore = new Semaphore(1);
        final CapacityLimiter limiter = new CapacityLimiter(2);
        final Event event = new Event();
        final Lock guard = new Lock();
        final Condition condition = new Condition(guard);
        final RateLimiter rate = new RateLimiter(1, Duration.ofHours(1), 1_000);

        Map<String, VoidBody<Exception>> calls() {
            event.set();
            var calls = new LinkedHashMap<String, VoidBody<Exception>>();
            calls.put("lock", () -> lock.acquire().close());
            calls.put("lock that is held already", () -> mine.acquire().close());
            calls.put("timed lock", () -> lock.acquire(LONG).close());
            calls.put("lock with no time", () -> lock.acquire(Duration.ZERO).close());
            calls.put("semaphore", () -> semaphore.acquire().close());
            calls.put("timed semaphore", () -> semaphore.acquire(LONG).close());
            calls.put("limiter", () -> limiter.acquire().close());
            calls.put("timed limiter", () -> limiter.acquire(LONG).close());
            calls.put("limiter on behalf", () -> limiter.acquireOnBehalfOf("b").close());
            calls.put(
                    "limiter on behalf, timed",
                    () -> limiter.acquireOnBehalfOf("b", LONG).close());
            calls.put("event", event::await);
            calls.put("timed event", () -> event.await(LONG));
            calls.put("condition", condition::await);
            calls.put("timed condition", () -> condition.await(LONG));
            calls.put("condition that holds", () -> condition.await(() -> true));
            calls.put("timed condition that holds", () -> condition.await(LONG, () -> true));
            calls.put("rate", () -> rate.acquire().close());
            calls.put("timed rate", () -> rate.acquire(LONG).close());
            return calls;
        }
    }

    @BackendTest
    @DisplayName(
            "C7 in cancelled code each acquire and await throws, every time, also when nothing has to be waited for,"
                    + " and takes nothing")
    void everyTime() throws Exception {
        var free = new Free();
        try (var _ = free.guard.acquire();
                var _ = free.mine.acquire()) {
            for (var call : free.calls().entrySet()) {
                var scope = CancelScope.create();
                var seen = new AtomicInteger();
                boolean ended = scope.run(() -> {
                    scope.cancel();
                    for (int i = 0; i < 3; i++) {
                        assertThatThrownBy(() -> call.getValue().call())
                                .as("%s, time %d", call.getKey(), i)
                                .isExactlyInstanceOf(CancelledException.class);
                        assertThat(Thread.currentThread().isInterrupted())
                                .as("%s, time %d", call.getKey(), i)
                                .isFalse();
                        seen.incrementAndGet();
                    }
                });
                assertThat(ended).isTrue();
                assertThat(seen).hasValue(3);
            }
            assertThat(free.mine.statistics().holds()).isEqualTo(1);
            assertThat(free.guard.statistics().holds()).isEqualTo(1);
        }
        assertThat(free.lock.statistics().isLocked()).isFalse();
        assertThat(free.semaphore.availablePermits()).isEqualTo(1);
        assertThat(free.limiter.statistics().borrowers()).isEmpty();
        assertThat(free.rate.statistics().available()).isEqualTo(1_000);
    }

    @BackendTest
    @DisplayName(
            "C7 tryAcquire, close, set and signal are no cancellation points: in cancelled code they do what they say")
    void noPoints() throws Exception {
        var free = new Free();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            try (var _ = free.guard.acquire()) {
                scope.cancel();
                free.lock.tryAcquire().orElseThrow().close();
                free.semaphore.tryAcquire().orElseThrow().close();
                free.limiter.tryAcquire().orElseThrow().close();
                var _ = free.limiter.tryAcquireOnBehalfOf("b").orElseThrow();
                free.limiter.releaseOnBehalfOf("b");
                free.limiter.totalTokens(3);
                free.rate.tryAcquire().orElseThrow().close();
                free.event.set();
                free.condition.signal();
                free.condition.signalAll();
            }
        });
        assertThat(ended).isTrue();
        assertThat(free.event.isSet()).isTrue();
        assertThat(free.guard.statistics().isLocked()).isFalse();
    }

    /** Everything taken, or not there. */
    private static Map<String, VoidBody<Exception>> waits(Lock guard, AtomicInteger waiting) {
        var lock = new Lock();
        var semaphore = new Semaphore(1);
        var limiter = new CapacityLimiter(0);
        var event = new Event();
        var condition = new Condition(guard);
        var rate = new RateLimiter(1, Duration.ofDays(1));
        try (var _ = Foreign.run(() -> {
            var _ = lock.tryAcquire()
                    .orElseThrow(); // a thread that has ended: only a wait without a timeout is refused for that
            var _ = semaphore.tryAcquire().orElseThrow();
            var _ = rate.tryAcquire().orElseThrow();
        })) {
            waiting.set(0);
        }
        var calls = new LinkedHashMap<String, VoidBody<Exception>>();
        calls.put("timed lock", () -> lock.acquire(LONG));
        calls.put("semaphore", semaphore::acquire);
        calls.put("timed semaphore", () -> semaphore.acquire(LONG));
        calls.put("limiter", limiter::acquire);
        calls.put("limiter on behalf", () -> limiter.acquireOnBehalfOf("b"));
        calls.put("event", event::await);
        calls.put("timed event", () -> event.await(LONG));
        calls.put("condition", condition::await);
        calls.put("timed condition", () -> condition.await(LONG));
        calls.put("condition that never holds", () -> condition.await(() -> false));
        calls.put("rate", rate::acquire);
        calls.put("timed rate", () -> rate.acquire(Duration.ofDays(2)));
        calls.put("nothing is left waiting", () -> {
            waiting.set(lock.statistics().waiting().size()
                    + semaphore.statistics().waiting().size()
                    + limiter.statistics().waiting().size()
                    + limiter.borrowedTokens()
                    + event.statistics().waiting().size()
                    + condition.statistics().waiting().size()
                    + rate.statistics().waiting().size());
            CancelScope.current().cancel();
            CancelScope.checkpoint();
        });
        return calls;
    }

    @BackendTest
    @DisplayName(
            "C7 each acquire and await that waits is ended by the cancellation, leaves no trace, and takes back the"
                    + " interrupt")
    void whileWaiting() throws Exception {
        var guard = new Lock();
        var left = new AtomicInteger(-1);
        for (var call : waits(guard, left).entrySet()) {
            var scope = CancelScope.create();
            try (var _ = WhenBlocked.me(scope::cancel)) {
                boolean ended = scope.run(() -> {
                    try (var _ = guard.acquire()) {
                        assertThatThrownBy(() -> call.getValue().call())
                                .as(call.getKey())
                                .isExactlyInstanceOf(CancelledException.class);
                        assertThat(guard.isHeldByCaller()).as(call.getKey()).isTrue();
                        assertThat(Thread.currentThread().isInterrupted())
                                .as(call.getKey())
                                .isFalse();
                    }
                });
                assertThat(ended).isTrue();
            }
        }
        assertThat(left).hasValue(0);
        assertThat(guard.statistics().isLocked()).isFalse();
    }

    @BackendTest
    @DisplayName("C7 a deadline around ends the wait: the permit is not taken, and the wait is given up")
    void deadlineAround(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var semaphore = new Semaphore(1);
            try (var _ = semaphore.acquire();
                    var _ = clock.advanceWhenBlocked(Duration.ofSeconds(5))) {
                assertThat(CancelScope.moveOnAfter(Duration.ofSeconds(5), semaphore::acquire))
                        .isEmpty();
                assertThat(semaphore.statistics().waiting()).isEmpty();
            }
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @BackendTest
    @DisplayName("C7 a permit that a scope's body has acquired is returned, though the scope is cancelled meanwhile")
    void acquiredAndCancelled() throws Exception {
        var semaphore = new Semaphore(1);
        var scope = CancelScope.create();
        var permit = scope.call(() -> {
            var acquired = semaphore.acquire();
            scope.cancel();
            return acquired;
        });
        assertThat(permit).isPresent();
        permit.get().close();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }
}
