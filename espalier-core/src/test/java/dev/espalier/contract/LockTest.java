// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Wait;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Party;
import dev.espalier.sync.Permit;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What only a lock has: an owner, and circles. */
public class LockTest {
    private static void awaitWaiting(Lock lock, int count) {
        Threads.until(() -> lock.statistics().waiting().size() == count);
    }

    @BackendTest
    @DisplayName(
            "S2 a lock is reentrant: its owner acquires it again, and it is free when every permit is closed, in any"
                    + " order")
    void reentrant() throws Exception {
        var lock = new Lock();
        Permit first = lock.acquire();
        Permit second = lock.acquire(Duration.ZERO);
        Permit third = lock.tryAcquire().orElseThrow();
        assertThat(lock.statistics().holds()).isEqualTo(3);
        first.close();
        third.close();
        assertThatThrownBy(third::close).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(lock.isHeldByCaller()).isTrue();
        assertThat(lock.statistics().holds()).isEqualTo(1);
        second.close();
        assertThat(lock.isHeldByCaller()).isFalse();
        assertThat(lock.statistics().isLocked()).isFalse();
    }

    @BackendTest
    @DisplayName("S1 the owner acquires again at once, though others wait")
    void reentrantWithWaiters() throws Exception {
        var lock = new Lock();
        TaskGroup.run(group -> {
            try (var _ = lock.acquire()) {
                var _ = group.fork(() -> lock.acquire().close());
                awaitWaiting(lock, 1);
                try (var _ = lock.acquire();
                        var _ = lock.tryAcquire().orElseThrow()) {
                    assertThat(lock.statistics().holds()).isEqualTo(3);
                }
                assertThat(lock.statistics().waiting()).hasSize(1);
            }
        });
    }

    @BackendTest
    @DisplayName(
            "S2 a stranger that closes the owner's permit gets IllegalStateException that names both, and the owner"
                    + " keeps it")
    void stranger() throws Exception {
        var lock = new Lock("accounts");
        TaskGroup.run(group -> {
            var release = new Event();
            var permit = new AtomicReference<Permit>();
            var owner = group.fork("owner", () -> {
                permit.set(lock.acquire());
                release.await();
                permit.get().close();
            });
            Threads.until(() -> permit.get() != null);
            var stranger = group.fork(
                    "stranger",
                    () -> assertThatThrownBy(() -> permit.get().close())
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("lock 'accounts'")
                            .hasMessageContaining("held by task 'owner'")
                            .hasMessageContaining("task 'stranger'"));
            stranger.await();
            assertThat(lock.statistics().owner().task()).isSameAs(owner);
            release.set();
            owner.await();
        });
        assertThat(lock.statistics().isLocked()).isFalse();
    }

    @BackendTest
    @DisplayName("S2 a lock belongs to the task that acquired it, not to the tasks that this one forks")
    void notInherited() throws Exception {
        var lock = new Lock();
        try (var permit = lock.acquire()) {
            TaskGroup.run(group -> {
                var task = group.fork(() -> {
                    assertThat(lock.isHeldByCaller()).isFalse();
                    assertThat(lock.tryAcquire()).isEmpty();
                    assertThatThrownBy(permit::close).isExactlyInstanceOf(IllegalStateException.class);
                });
                task.await();
            });
            assertThat(lock.isHeldByCaller()).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "S2 a thread that is no task owns a lock inside and outside of its scopes: what it acquires on one side it"
                    + " releases on the other")
    void acrossScopes() throws Exception {
        var lock = new Lock();
        Permit outside = lock.acquire();
        Permit inside = CancelScope.create()
                .call(() -> {
                    assertThat(lock.isHeldByCaller()).isTrue();
                    outside.close();
                    assertThat(lock.statistics().isLocked()).isFalse();
                    Permit first = lock.acquire();
                    lock.acquire().close();
                    return first;
                })
                .orElseThrow();
        assertThat(lock.isHeldByCaller()).isTrue();
        TaskGroup.run(group -> {
            lock.tryAcquire().orElseThrow().close(); // as the owner of a group
            var task = group.fork(() -> lock.acquire().close());
            Threads.until(() -> Wait.of(task).isPresent());
            assertThat(Wait.of(task).orElseThrow().holders())
                    .extracting(Party::thread)
                    .containsExactly(Thread.currentThread());
            inside.close();
            task.await();
        });
        assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(null, 0, java.util.List.of()));
    }

    @BackendTest
    @DisplayName("S2 what a lock says of its owner is of one moment, however fast the owners change")
    void snapshots() throws Exception {
        var lock = new Lock();
        int rounds = Race.rounds(2_000);
        TaskGroup.run(group -> {
            var users = new ConcurrentHashMap<Thread, Task<?>>();
            var go = new Event();
            for (int i = 0; i < 2; i++) {
                var self = new CompletableFuture<Task<?>>();
                boolean _ = self.complete(group.fork(() -> {
                    go.await();
                    users.put(Thread.currentThread(), self.join());
                    for (int n = 0; n < rounds; n++) {
                        try (var _ = lock.acquire();
                                var _ = lock.acquire()) {
                            assertThat(lock.statistics().holds()).isEqualTo(2);
                        }
                    }
                }));
            }
            go.set();
            for (int n = 0; n < rounds; n++) {
                var now = lock.statistics();
                assertThat(now.holds()).isBetween(now.isLocked() ? 1 : 0, now.isLocked() ? 2 : 0);
                if (now.owner() != null) {
                    assertThat(now.owner().task())
                            .isSameAs(users.get(now.owner().thread()));
                }
            }
        });
        assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(null, 0, java.util.List.of()));
    }

    @BackendTest
    @DisplayName("S1 after a release the owner is the next one, before it has run")
    void ownerAfterRelease() throws Exception {
        var lock = new Lock();
        TaskGroup.run(group -> {
            var leave = new Event();
            Permit permit = lock.acquire();
            assertThat(lock.statistics().owner().thread()).isSameAs(Thread.currentThread());
            assertThat(lock.statistics().owner().task()).isNull();
            var next = group.fork(() -> {
                try (var _ = lock.acquire()) {
                    leave.await();
                }
            });
            awaitWaiting(lock, 1);
            permit.close();
            var after = lock.statistics();
            assertThat(after.owner().task()).isSameAs(next);
            assertThat(after.holds()).isEqualTo(1);
            assertThat(after.waiting()).isEmpty();
            leave.set();
        });
        assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(null, 0, java.util.List.of()));
    }

    @BackendTest
    @DisplayName("D1 two tasks that take two locks in different orders: the one that would close the circle gets"
            + " IllegalStateException that tells it")
    void twoLocks() throws Exception {
        var left = new Lock("left");
        var right = new Lock("right");
        TaskGroup.run(group -> {
            Task<?> task;
            var other = new CompletableFuture<Thread>();
            try (var _ = left.acquire()) {
                task = group.fork("other", () -> {
                    other.complete(Thread.currentThread());
                    try (var _ = right.acquire();
                            var _ = left.acquire()) {
                        assertThat(left.isHeldByCaller()).isTrue();
                    }
                });
                awaitWaiting(left, 1);
                Threads.awaitBlocked(other.join()); // else it may be the one that closes the circle
                assertThatThrownBy(right::acquire)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(
                                "waits for lock 'right', held by task 'other' waits for lock 'left', held by");
                assertThat(right.statistics().waiting()).isEmpty();
                assertThatThrownBy(() -> right.acquire(Duration.ofNanos(1))) // which ends by itself
                        .isExactlyInstanceOf(dev.espalier.DeadlineExceededException.class);
            }
            task.await();
        });
        assertThat(left.statistics().isLocked() || right.statistics().isLocked())
                .isFalse();
    }

    @BackendTest
    @DisplayName("D1 of tasks that close a circle of locks at once, one throws and none waits for ever")
    void circleAtOnce() throws Exception {
        for (int i = 0; i < Race.rounds(300); i++) {
            var locks = new Lock[] {new Lock("a"), new Lock("b"), new Lock("c")};
            var holding = new Semaphore(3);
            var thrown = new java.util.concurrent.atomic.AtomicInteger();
            TaskGroup.run(group -> {
                for (int t = 0; t < 3; t++) {
                    int number = t;
                    var _ = group.fork("task " + t, () -> {
                        try (var _ = locks[number].acquire()) {
                            var _ = holding.acquire(); // kept: counts who holds its first lock
                            Threads.until(() -> holding.availablePermits() == 0);
                            try (var _ = locks[(number + 1) % 3].acquire()) {
                                assertThat(locks[(number + 1) % 3].isHeldByCaller())
                                        .isTrue();
                            } catch (IllegalStateException e) {
                                thrown.incrementAndGet();
                            }
                        }
                    });
                }
            });
            assertThat(thrown.get()).isEqualTo(1);
        }
    }

    @BackendTest
    @DisplayName("D1 a task that needs the lock of who waits for its group gets IllegalStateException")
    void holderJoins() throws Exception {
        var lock = new Lock("state");
        var blocked = new AtomicReference<Throwable>();
        var go = new Event();
        try (var _ = lock.acquire()) {
            var me = Thread.currentThread();
            TaskGroup.run(o -> o.name("below"), group -> {
                var _ = group.fork("needs it", () -> {
                    go.await();
                    Threads.awaitBlocked(me); // in the end of the group
                    try (var _ = lock.acquire()) {
                        throw new AssertionError("it is held");
                    } catch (IllegalStateException e) {
                        blocked.set(e);
                    }
                });
                go.set();
            });
        }
        assertThat(blocked.get())
                .hasMessageContaining("task 'needs it' waits for lock 'state'")
                .hasMessageContaining("group 'below'");
    }

    @BackendTest
    @DisplayName("D1 a task that needs the lock of who awaits it gets IllegalStateException")
    void holderAwaits() throws Exception {
        var lock = new Lock("state");
        TaskGroup.run(group -> {
            try (var _ = lock.acquire()) {
                var me = Thread.currentThread();
                var task = group.fork("needs it", () -> {
                    Threads.awaitBlocked(me);
                    assertThatThrownBy(lock::acquire)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("which waits for task 'needs it'");
                });
                task.await();
            }
        });
    }

    @BackendTest
    @DisplayName(
            "D1 a lock whose owner has ended without giving it back: acquire throws IllegalStateException that says"
                    + " so, tryAcquire is empty")
    void orphan() throws Exception {
        var lock = new Lock("lost");
        TaskGroup.run(group -> {
            var task = group.fork("careless", () -> {
                var _ = lock.acquire();
            });
            task.await();
        });
        assertThatThrownBy(lock::acquire)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lock 'lost' is held by task 'careless', which has ended without giving it back");
        assertThat(lock.tryAcquire()).isEmpty();
        var foreign = new Lock("lost too");
        try (var _ = Foreign.run(() -> {
            var _ = foreign.acquire();
        })) {
            Threads.until(() -> foreign.statistics().isLocked());
        }
        assertThatThrownBy(foreign::acquire)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("thread 'foreign', which has ended");
    }

    @BackendTest
    @DisplayName("D1 what a task waits for can be asked from outside, with who holds it")
    void whatItWaitsFor() throws Exception {
        var lock = new Lock("accounts");
        var event = new Event("ready");
        var semaphore = new Semaphore("slots", 1);
        TaskGroup.run(o -> o.limit(8).name("g"), group -> {
            var holder = group.fork("holder", () -> {
                try (var _ = lock.acquire();
                        var _ = semaphore.acquire()) {
                    event.await();
                }
            });
            Threads.until(() -> event.statistics().waiting().size() == 1);
            var locker = group.fork(() -> lock.acquire().close());
            var slot = group.fork(() -> semaphore.acquire().close());
            var awaiter = group.fork(() -> holder.await());
            Threads.until(() -> Wait.of(locker).isPresent()
                    && Wait.of(slot).isPresent()
                    && Wait.of(awaiter).isPresent()
                    && Wait.of(holder).isPresent());
            assertThat(Wait.of(holder).orElseThrow()).hasToString("event 'ready'");
            assertThat(Wait.of(locker).orElseThrow()).hasToString("lock 'accounts', held by task 'holder'");
            assertThat(Wait.of(slot).orElseThrow()).hasToString("semaphore 'slots', held by task 'holder'");
            assertThat(Wait.of(awaiter).orElseThrow()).hasToString("task 'holder', held by task 'holder'");
            event.set();
            holder.await();
            locker.await();
            assertThat(Wait.of(locker)).isEmpty();
        });
    }

    @Test
    @DisplayName("S2 names and strings say what it is")
    void names() throws Exception {
        assertThatThrownBy(() -> new Lock(" "))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blank");
        var lock = new Lock("l");
        assertThat(lock).hasToString("lock 'l' [free, 0 waiting]");
        try (var permit = lock.acquire()) {
            assertThat(permit).hasToString("permit of lock 'l'");
            assertThat(lock)
                    .hasToString("lock 'l' [held by thread '"
                            + Thread.currentThread().getName() + "', 0 waiting]");
        }
        assertThat(new Lock().toString()).startsWith("lock 'lock-");
    }
}
