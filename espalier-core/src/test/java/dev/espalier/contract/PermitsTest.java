// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Wait;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Event;
import dev.espalier.sync.Permit;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What only semaphores and capacity limiters have: numbers and borrowers. */
public class PermitsTest {
    private static void awaitWaiting(CapacityLimiter limiter, int count) {
        Threads.until(() -> limiter.statistics().waiting().size() == count);
    }

    @BackendTest
    @DisplayName("S1 a semaphore of three lets three in at once, and never more")
    void neverAbove() throws Exception {
        var semaphore = new Semaphore(3);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        TaskGroup.run(group -> {
            for (int i = 0; i < 8; i++) {
                var _ = group.fork(() -> {
                    for (int n = 0; n < 100; n++) {
                        try (var _ = semaphore.acquire()) {
                            var _ = most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            Thread.yield();
                            inside.decrementAndGet();
                        }
                    }
                });
            }
        });
        assertThat(most.get()).isBetween(1, 3);
        assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(3, 3, List.of()));
    }

    @BackendTest
    @DisplayName("S1 three releases let in the first three of four that wait, at once")
    void severalReleases() throws Exception {
        var semaphore = new Semaphore(3);
        TaskGroup.run(group -> {
            var held = List.of(semaphore.acquire(), semaphore.acquire(), semaphore.acquire());
            var entered = new ConcurrentLinkedQueue<Integer>();
            var leave = new Event();
            for (int i = 0; i < 4; i++) {
                int number = i;
                var _ = group.fork(() -> {
                    try (var _ = semaphore.acquire()) {
                        entered.add(number);
                        leave.await();
                    }
                });
                int waiting = i + 1;
                Threads.until(() -> semaphore.statistics().waiting().size() == waiting);
            }
            held.forEach(Permit::close);
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.statistics().waiting()).hasSize(1);
            Threads.until(() -> entered.size() == 3);
            assertThat(entered).containsExactlyInAnyOrder(0, 1, 2);
            leave.set();
        });
        assertThat(semaphore.availablePermits()).isEqualTo(3);
    }

    @BackendTest
    @DisplayName("S1 of four that wait two are cancelled: one release lets in the third, and not the fourth")
    void cancelledBefore() throws Exception {
        var semaphore = new Semaphore(2);
        TaskGroup.run(group -> {
            Permit one = semaphore.acquire();
            Permit two = semaphore.acquire();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 4; i++) {
                tasks.add(group.fork(() -> semaphore.acquire().close()));
                int waiting = i + 1;
                Threads.until(() -> semaphore.statistics().waiting().size() == waiting);
            }
            tasks.get(0).cancel();
            tasks.get(1).cancel();
            one.close();
            tasks.get(2).await();
            tasks.get(3).await(); // by the permit of the third
            assertThat(semaphore.availablePermits()).isEqualTo(1);
            two.close();
        });
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @BackendTest
    @DisplayName("S2 whoever has a semaphore's permit may close it: a task closes what its parent acquired")
    void handedToTask() throws Exception {
        var semaphore = new Semaphore(2);
        TaskGroup.run(group -> {
            for (int i = 0; i < 50; i++) {
                Permit permit = semaphore.acquire();
                var _ = group.forkWith(permit, _ -> semaphore.availablePermits());
            }
        });
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @BackendTest
    @DisplayName("S2 of two threads that close a permit at once, one gets IllegalStateException")
    void twiceAtOnce() throws Exception {
        var gate = Gate.semaphore();
        try (var race = new Race("close against close")) {
            for (int i = 0; i < Race.rounds(2_000); i++) {
                var permit = gate.acquire();
                var refused = new AtomicInteger();
                dev.espalier.Action close = () -> {
                    try {
                        permit.close();
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                };
                var rival = race.start(close);
                Race.spin(race.draw(3_000));
                close.run();
                rival.await();
                assertThat(refused).hasValue(1);
                assertThat(gate.isFree()).isTrue();
            }
        }
    }

    @BackendTest
    @DisplayName(
            "S2 a permit that was closed cannot be closed again once another one is in its place, which stays taken")
    void closedAgainLater() throws Exception {
        for (int permits : new int[] {1, 2, 64, 65, 1_000}) { // kept in slots, or in a set
            var semaphore = new Semaphore(permits);
            var first = semaphore.acquire();
            first.close();
            var all = new ArrayList<Permit>();
            for (int i = 0; i < permits; i++) {
                all.add(semaphore.tryAcquire().orElseThrow());
            }
            assertThat(semaphore.tryAcquire()).isEmpty();
            assertThatThrownBy(first::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("given back before");
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.tryAcquire()).isEmpty();
            all.forEach(Permit::close);
            assertThat(semaphore.availablePermits()).isEqualTo(permits);
        }
    }

    @BackendTest
    @DisplayName("S1 a semaphore of many permits lets in who waits, passes on what a cancelled one got, and knows who"
            + " acquired")
    void many() throws Exception {
        var semaphore = new Semaphore("many", 100);
        TaskGroup.run(group -> {
            var held = new ArrayList<Permit>();
            for (int i = 0; i < 100; i++) {
                held.add(semaphore.acquire());
            }
            var leave = new Event();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 3; i++) {
                tasks.add(group.fork(() -> {
                    try (var _ = semaphore.acquire()) {
                        leave.await();
                    }
                }));
                int waiting = i + 1;
                Threads.until(() -> semaphore.statistics().waiting().size() == waiting);
            }
            Threads.until(() -> Wait.of(tasks.get(2)).isPresent());
            assertThat(Wait.of(tasks.get(2)).orElseThrow().holders())
                    .hasSize(100)
                    .allMatch(party -> party.thread() == Thread.currentThread());
            tasks.get(0).cancel();
            held.removeLast().close();
            Threads.until(() -> semaphore.statistics().waiting().size() == 1);
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(Wait.of(tasks.get(2)).orElseThrow().holders())
                    .hasSize(100)
                    .last()
                    .matches(party -> party.task() == tasks.get(1));
            leave.set();
            held.forEach(Permit::close);
        });
        assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(100, 100, List.of()));
    }

    @BackendTest
    @DisplayName("S2 one token a borrower: a second acquire throws IllegalStateException at once, also while the first"
            + " waits")
    void doubleBorrow() throws Exception {
        var limiter = new CapacityLimiter("pool", 2);
        try (var _ = limiter.acquire()) {
            assertThatThrownBy(limiter::acquire)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("limiter 'pool'")
                    .hasMessageContaining("each borrower has one");
            assertThatThrownBy(limiter::tryAcquire).isExactlyInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> limiter.acquire(Duration.ofDays(1)))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(limiter.borrowedTokens()).isEqualTo(1);
            try (var _ = limiter.acquireOnBehalfOf("someone")) {
                assertThat(limiter.borrowedTokens()).isEqualTo(2);
                assertThatThrownBy(() -> limiter.acquireOnBehalfOf("some" + "one".toLowerCase(java.util.Locale.ROOT)))
                        .isExactlyInstanceOf(IllegalStateException.class);
                TaskGroup.run(group -> {
                    var waiting =
                            group.fork(() -> limiter.acquireOnBehalfOf("third").close());
                    awaitWaiting(limiter, 1);
                    assertThatThrownBy(() -> limiter.acquireOnBehalfOf("third"))
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("third");
                    waiting.cancel();
                    Threads.until(waiting::isDone);
                });
                assertThat(limiter.tryAcquireOnBehalfOf("third")).isEmpty(); // and is forgotten
                assertThat(limiter.tryAcquireOnBehalfOf("third")).isEmpty();
            }
            limiter.acquireOnBehalfOf("third").close();
        }
        assertThat(limiter.availableTokens()).isEqualTo(2);
    }

    @BackendTest
    @DisplayName(
            "S2 a release on behalf of who has borrowed nothing throws IllegalStateException; a stranger cannot return"
                    + " a task's token")
    void strangers() throws Exception {
        var limiter = new CapacityLimiter("pool", 2);
        assertThatThrownBy(() -> limiter.releaseOnBehalfOf("nobody"))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nobody has no token of limiter 'pool'");
        var permit = limiter.acquire();
        try (var _ = Foreign.run(() -> assertThatThrownBy(permit::close)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another thread"))) {
            assertThat(limiter.borrowedTokens()).isEqualTo(1);
        }
        permit.close();
        var named = limiter.acquireOnBehalfOf("n");
        try (var _ = Foreign.run(named::close)) {
            Threads.until(() -> limiter.borrowedTokens() == 0);
        }
        var again = limiter.acquireOnBehalfOf("n");
        limiter.releaseOnBehalfOf("n");
        assertThatThrownBy(again::close).isExactlyInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.releaseOnBehalfOf("n")).isExactlyInstanceOf(IllegalStateException.class);
        try (var third = limiter.acquireOnBehalfOf("n")) {
            assertThatThrownBy(again::close).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(third).isNotSameAs(again);
            assertThat(limiter.statistics().borrowers()).containsExactly("n");
        }
        assertThat(limiter.availableTokens()).isEqualTo(2);
    }

    @BackendTest
    @DisplayName(
            "S1 tokens raised let in those who wait, in order and at once; lowered they are taken from nobody, and the"
                    + " next wait longer")
    void raisedAndLowered() throws Exception {
        var limiter = new CapacityLimiter(2);
        TaskGroup.run(group -> {
            var leave = new ArrayList<Event>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                var event = new Event();
                leave.add(event);
                tasks.add(group.fork(() -> {
                    try (var _ = limiter.acquireOnBehalfOf(number)) {
                        event.await();
                    }
                }));
                int asked = i + 1;
                Threads.until(() -> limiter.borrowedTokens()
                                + limiter.statistics().waiting().size()
                        == asked);
            }
            assertThat(limiter.statistics().borrowers()).containsExactly(0, 1);
            limiter.totalTokens(4);
            assertThat(limiter.statistics().borrowers()).containsExactly(0, 1, 2, 3);
            assertThat(limiter.statistics().waiting()).hasSize(1);
            limiter.totalTokens(1);
            assertThat(limiter.borrowedTokens()).isEqualTo(4);
            assertThat(limiter.availableTokens()).isZero();
            for (int i = 0; i < 3; i++) {
                leave.get(i).set();
                tasks.get(i).await();
            }
            assertThat(limiter.statistics().borrowers()).containsExactly(3);
            assertThat(limiter.statistics().waiting()).hasSize(1);
            leave.get(3).set();
            tasks.get(3).await();
            assertThat(limiter.statistics().borrowers()).containsExactly(4);
            assertThat(limiter.statistics().waiting()).isEmpty();
            leave.get(4).set();
        });
        assertThat(limiter.borrowedTokens()).isZero();
        assertThat(limiter.availableTokens()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("S1 a limiter of zero tokens lets nobody pass until it is raised; waiters cancelled meanwhile leave no"
            + " trace")
    void zero() throws Exception {
        var limiter = new CapacityLimiter(0);
        assertThat(limiter.tryAcquire()).isEmpty();
        TaskGroup.run(group -> {
            var first = group.fork(() -> limiter.acquire().close());
            awaitWaiting(limiter, 1);
            var second = group.fork(() -> {
                try (var _ = limiter.acquire()) {
                    return limiter.statistics().borrowers();
                }
            });
            awaitWaiting(limiter, 2);
            first.cancel();
            awaitWaiting(limiter, 1);
            limiter.totalTokens(1);
            assertThat(second.await()).hasSize(1).first().isSameAs(second);
        });
        assertThat(limiter.statistics()).isEqualTo(new CapacityLimiter.Statistics(1, List.of(), List.of()));
    }

    @BackendTest
    @DisplayName("S1 a limiter whose tokens are changed while tasks acquire, are cancelled and release: none is lost")
    void changedInARace() throws Exception {
        var limiter = new CapacityLimiter(1);
        try (var race = new Race("tokens raised and lowered")) {
            for (int i = 0; i < Race.rounds(300); i++) {
                TaskGroup.run(group -> {
                    var tasks = new ArrayList<Task<?>>();
                    for (int t = 0; t < 4; t++) {
                        tasks.add(group.fork(() -> limiter.acquire().close()));
                    }
                    var rival = race.start(() -> {
                        limiter.totalTokens(3);
                        limiter.totalTokens(0);
                        limiter.totalTokens(1);
                    });
                    Race.spin(race.draw(3_000));
                    tasks.get(race.draw(4)).cancel();
                    rival.await();
                });
                assertThat(limiter.statistics()).isEqualTo(new CapacityLimiter.Statistics(1, List.of(), List.of()));
            }
        }
    }

    @Test
    @DisplayName("S2 numbers that make no sense are refused with a message that says which do")
    void numbers() {
        assertThatThrownBy(() -> new Semaphore(0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("permits is 0; it must be at least 1");
        assertThatThrownBy(() -> new CapacityLimiter(-1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("totalTokens is -1");
        var limiter = new CapacityLimiter("l", 2);
        assertThatThrownBy(() -> limiter.totalTokens(-1)).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThat(limiter.totalTokens()).isEqualTo(2);
        assertThat(limiter).hasToString("limiter 'l' [0 of 2 borrowed, 0 waiting]");
        assertThat(new Semaphore("s", 3)).hasToString("semaphore 's' [3 of 3 free, 0 waiting]");
    }
}
