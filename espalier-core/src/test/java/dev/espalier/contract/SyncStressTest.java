// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Permit;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Many operations under random cancellation: no permit is lost, no waiter stranded. {@code ./stress-sync} runs a million of each. */
public class SyncStressTest {
    private static final int LIMIT = 3;

    private interface Acquire {
        Permit acquire() throws InterruptedException;
    }

    /** One acquire, of a random kind, and some work with the permit. */
    private static void use(
            Stress.Worker worker,
            Acquire acquire,
            Gate.Timed timed,
            java.util.function.Supplier<Optional<Permit>> trying,
            AtomicInteger inside,
            int limit)
            throws InterruptedException {
        Permit permit = switch (worker.draw(4)) {
            case 0 -> trying.get().orElse(null);
            case 1 -> timed.acquire(Duration.ofNanos(worker.draw(100_000)));
            default -> acquire.acquire();
        };
        if (permit == null) {
            return;
        }
        try (permit) {
            int now = inside.incrementAndGet();
            try {
                if (now > limit) {
                    throw new AssertionError(now + " are inside");
                }
                worker.work();
            } finally {
                inside.decrementAndGet();
            }
        }
        worker.did();
    }

    @BackendTest
    @DisplayName("S1 stress: a lock under random cancellation is never held by two, and free at the end")
    void lock() throws Exception {
        var lock = new Lock();
        var inside = new AtomicInteger();
        int[] plain = {0};
        var stress = new Stress("stress of Lock");
        stress.run(worker -> use(
                worker,
                () -> {
                    var outer = lock.acquire();
                    plain[0]++;
                    if (worker.draw(8) == 0) {
                        try (var _ = lock.tryAcquire().orElseThrow()) {
                            assertThat(lock.statistics().holds()).isEqualTo(2);
                        }
                    }
                    return outer;
                },
                lock::acquire,
                lock::tryAcquire,
                inside,
                1));
        assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(null, 0, java.util.List.of()));
        assertThat(plain[0]).isPositive();
    }

    @BackendTest
    @DisplayName("S1 stress: a semaphore under random cancellation loses no permit")
    void semaphore() throws Exception {
        var semaphore = new Semaphore(LIMIT);
        var inside = new AtomicInteger();
        new Stress("stress of Semaphore")
                .run(worker ->
                        use(worker, semaphore::acquire, semaphore::acquire, semaphore::tryAcquire, inside, LIMIT));
        assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(LIMIT, LIMIT, java.util.List.of()));
    }

    @BackendTest
    @DisplayName("S1 stress: a limiter under random cancellation and with changing numbers of tokens loses no token")
    void limiter() throws Exception {
        var limiter = new CapacityLimiter(LIMIT);
        var inside = new AtomicInteger();
        new Stress("stress of CapacityLimiter").run(worker -> {
            if (worker.draw(16) == 0) {
                limiter.totalTokens(1 + worker.draw(LIMIT));
            }
            if (worker.draw(2) == 0) {
                use(worker, limiter::acquire, limiter::acquire, limiter::tryAcquire, inside, LIMIT);
            } else {
                use(
                        worker,
                        () -> limiter.acquireOnBehalfOf(worker.number()),
                        timeout -> limiter.acquireOnBehalfOf(worker.number(), timeout),
                        () -> limiter.tryAcquireOnBehalfOf(worker.number()),
                        inside,
                        LIMIT);
            }
        });
        limiter.totalTokens(LIMIT);
        assertThat(limiter.statistics())
                .isEqualTo(new CapacityLimiter.Statistics(LIMIT, java.util.List.of(), java.util.List.of()));
        assertThat(limiter.availableTokens()).isEqualTo(LIMIT);
    }

    @BackendTest
    @DisplayName("S1 stress: an event that is set lets all go on that wait, whoever is cancelled")
    void event() throws Exception {
        var current = new AtomicReference<>(new Event());
        new Stress("stress of Event").run(worker -> {
            Event event = current.get();
            switch (worker.draw(3)) {
                case 0 -> {
                    worker.work();
                    event.set();
                    assertThat(event.statistics().waiting()).isEmpty();
                    current.compareAndSet(event, new Event());
                }
                case 1 -> event.await(Duration.ofNanos(worker.draw(100_000)));
                default -> event.await();
            }
            assertThat(event.isSet()).isTrue();
            worker.did();
        });
        assertThat(current.get().statistics().waiting()).isEmpty();
    }

    @BackendTest
    @DisplayName("S1 stress: a buffer with two conditions under random cancellation loses no signal and no item")
    void condition() throws Exception {
        var lock = new Lock();
        var notEmpty = new Condition(lock);
        var notFull = new Condition(lock);
        int[] items = {0}; // guarded by the lock
        long[] balance = {0};
        new Stress("stress of Condition").run(worker -> {
            if (worker.draw(4) == 0) {
                // nobody waits for the lock, so that no signal is under way: then nobody waits for what is there
                try (var permit = lock.tryAcquire().orElse(null)) {
                    if (permit != null && items[0] > 0) {
                        assertThat(notEmpty.statistics().waiting()).isEmpty();
                    }
                    if (permit != null && items[0] < LIMIT) {
                        assertThat(notFull.statistics().waiting()).isEmpty();
                    }
                }
            } else if (worker.draw(2) == 0) {
                try (var _ = lock.acquire()) {
                    if (worker.draw(2) == 0) {
                        notFull.await(() -> items[0] < LIMIT);
                    } else {
                        notFull.await(Duration.ofNanos(worker.draw(100_000)), () -> items[0] < LIMIT);
                    }
                    items[0]++;
                    balance[0]++;
                    notEmpty.signal();
                }
            } else {
                try (var _ = lock.acquire();
                        var _ = lock.acquire()) {
                    if (worker.draw(2) == 0) {
                        notEmpty.await(() -> items[0] > 0);
                    } else {
                        notEmpty.await(Duration.ofNanos(worker.draw(100_000)), () -> items[0] > 0);
                    }
                    items[0]--;
                    balance[0]--;
                    notFull.signal();
                }
            }
            worker.did();
        });
        assertThat(balance[0]).isEqualTo(items[0]);
        assertThat(notEmpty.statistics().waiting()).isEmpty();
        assertThat(notFull.statistics())
                .isEqualTo(new Condition.Statistics(
                        java.util.List.of(), new Lock.Statistics(null, 0, java.util.List.of())));
    }

    @BackendTest
    @DisplayName("S1 stress: a rate under random cancellation strands nobody, and lets no more pass than it says")
    void rate() throws Exception {
        int burst = 16;
        var limiter = new RateLimiter("stress", 100_000, Duration.ofSeconds(1), burst);
        long began = System.nanoTime();
        var passed = new java.util.concurrent.atomic.AtomicLong();
        new Stress("stress of RateLimiter").run(worker -> {
            worker.work();
            var permit = switch (worker.draw(4)) {
                case 0 -> limiter.tryAcquire().orElse(null);
                case 1 -> limiter.acquire(Duration.ofNanos(worker.draw(100_000)));
                default -> limiter.acquire();
            };
            if (permit != null) {
                passed.incrementAndGet();
                permit.close();
                worker.did();
            }
        });
        assertThat(passed.get()).isLessThanOrEqualTo((System.nanoTime() - began) / 10_000 + burst);
        assertThat(limiter.statistics().waiting()).isEmpty();
    }

    @BackendTest
    @DisplayName("B1 stress: forks in a group with a limit under random cancellation lose no place")
    void places() throws Exception {
        var inside = new AtomicInteger();
        TaskGroup.run(o -> o.limit(LIMIT), group -> {
            new Stress("stress of places").run(worker -> {
                var task = group.fork(() -> {
                    int now = inside.incrementAndGet();
                    try {
                        assertThat(now).isLessThanOrEqualTo(LIMIT);
                    } finally {
                        inside.decrementAndGet();
                    }
                });
                CancelScope.checkpoint();
                if (!task.isCancelled()) {
                    worker.did();
                }
            });
            group.join();
            assertThat(group.stats().waiting()).isZero();
            var leave = new Event();
            for (int i = 0; i < LIMIT; i++) {
                assertThat(group.tryFork(() -> {
                            leave.await();
                            return 1;
                        }))
                        .isPresent();
            }
            assertThat(group.tryFork(() -> 1)).isEmpty();
            leave.set();
        });
    }
}
