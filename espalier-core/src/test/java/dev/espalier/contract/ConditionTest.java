// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules S1, S2 and C7 for conditions. */
public class ConditionTest {
    private final Lock lock = new Lock("l");
    private final Condition condition = new Condition("c", lock);

    private void awaitWaiting(int count) {
        Threads.until(() -> condition.statistics().waiting().size() == count);
    }

    private Task<?> waiter(TaskGroup group, String name, ConcurrentLinkedQueue<String> woken, int before) {
        var task = group.fork(name, () -> {
            try (var _ = lock.acquire()) {
                condition.await();
                assertThat(lock.isHeldByCaller()).isTrue();
                woken.add(name);
            }
        });
        awaitWaiting(before + 1);
        return task;
    }

    private void signal(int n) throws InterruptedException {
        try (var _ = lock.acquire()) {
            condition.signal(n);
        }
    }

    @BackendTest
    @DisplayName("S1 a signal wakes the one that has waited longest, signal(n) so many, signalAll all, in their order")
    void order() throws Exception {
        var woken = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(group -> {
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 6; i++) {
                tasks.add(waiter(group, "w" + i, woken, i));
            }
            signal(0);
            assertThat(condition.statistics().waiting()).hasSize(6);
            try (var _ = lock.acquire()) {
                condition.signal();
                condition.signal(2);
                assertThat(condition.statistics().waiting()).hasSize(3);
                assertThat(condition.statistics().lock().waiting()).hasSize(3); // they wait for the lock now
                assertThat(woken).isEmpty();
            }
            for (int i = 0; i < 3; i++) {
                tasks.get(i).await();
            }
            assertThat(woken).containsExactly("w0", "w1", "w2");
            try (var _ = lock.acquire()) {
                condition.signalAll();
            }
        });
        assertThat(woken).containsExactly("w0", "w1", "w2", "w3", "w4", "w5");
        assertThat(condition.statistics())
                .isEqualTo(new Condition.Statistics(List.of(), new Lock.Statistics(null, 0, List.of())));
    }

    @BackendTest
    @DisplayName("S1 a signal for more than wait is not kept for later")
    void notKept() throws Exception {
        signal(2_048);
        TaskGroup.run(group -> {
            var woken = new ConcurrentLinkedQueue<String>();
            var task = waiter(group, "w", woken, 0);
            signal(0);
            assertThat(condition.statistics().waiting()).hasSize(1);
            signal(1);
            task.await();
        });
    }

    @BackendTest
    @DisplayName("S1 await gives up a lock that is held three times, and has it three times again")
    void reentrant() throws Exception {
        TaskGroup.run(group -> {
            var task = group.fork(() -> {
                try (var _ = lock.acquire();
                        var _ = lock.acquire();
                        var _ = lock.acquire()) {
                    condition.await();
                    assertThat(lock.statistics().holds()).isEqualTo(3);
                }
                assertThat(lock.isHeldByCaller()).isFalse();
            });
            awaitWaiting(1);
            assertThat(lock.statistics().isLocked()).isFalse();
            signal(1);
            task.await();
        });
    }

    @BackendTest
    @DisplayName("S2 await and signal without the lock throw IllegalStateException, also if the predicate holds, and"
            + " another has it")
    void withoutLock() throws Exception {
        for (boolean taken : new boolean[] {false, true}) {
            if (taken) {
                try (var _ = Foreign.run(() -> {
                    var _ = lock.acquire(); // kept: now it is somebody else's
                })) {
                    assertThat(condition.statistics().waiting()).isEmpty();
                }
            }
            assertThatThrownBy(condition::await)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lock 'l'")
                    .hasMessageContaining("condition 'c'");
            assertThatThrownBy(() -> condition.await(() -> true)).isExactlyInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> condition.await(Duration.ZERO)).isExactlyInstanceOf(IllegalStateException.class);
            assertThatThrownBy(condition::signal).isExactlyInstanceOf(IllegalStateException.class);
            assertThatThrownBy(condition::signalAll).isExactlyInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> condition.signal(-1)).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @BackendTest
    @DisplayName("S1 await(predicate) looks at once, then after each signal, with the lock held, until it holds")
    void predicate() throws Exception {
        var looked = new AtomicInteger();
        var ready = new AtomicBoolean();
        TaskGroup.run(group -> {
            var task = group.fork(() -> {
                try (var _ = lock.acquire()) {
                    condition.await(() -> {
                        assertThat(lock.isHeldByCaller()).isTrue();
                        looked.incrementAndGet();
                        return ready.get();
                    });
                }
            });
            awaitWaiting(1);
            signal(1);
            Threads.until(() -> looked.get() == 2);
            awaitWaiting(1);
            ready.set(true);
            signal(1);
            task.await();
        });
        assertThat(looked).hasValue(3);
        try (var _ = lock.acquire()) {
            condition.await(() -> true); // nobody signals
            assertThatThrownBy(() -> condition.await(() -> {
                        throw new IllegalArgumentException("from the predicate");
                    }))
                    .hasMessage("from the predicate");
            assertThat(lock.isHeldByCaller()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("S1 a signal that reaches a task that is cancelled at that moment goes to the next one")
    void passedOn() throws Exception {
        var woken = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(group -> {
            Task<?> first;
            try (var _ = lock.acquire()) {
                assertThat(woken).isEmpty();
            }
            first = waiter(group, "first", woken, 0);
            var second = waiter(group, "second", woken, 1);
            try (var _ = lock.acquire()) {
                first.cancel();
                condition.signal();
            }
            second.await();
            Threads.until(first::isDone);
            assertThat(first.isCancelled()).isTrue();
        });
        assertThat(woken).containsExactly("second");
    }

    @BackendTest
    @DisplayName("S1 a task that is cancelled after its signal, while it waits for the lock, passes the signal on")
    void cancelledWhileRelocking() throws Exception {
        var woken = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(group -> {
            var first = waiter(group, "first", woken, 0);
            var second = waiter(group, "second", woken, 1);
            try (var _ = lock.acquire()) {
                condition.signal();
                assertThat(lock.statistics().waiting()).hasSize(1); // the first one
                first.cancel();
            }
            second.await();
            Threads.until(first::isDone);
            assertThat(first.isCancelled()).isTrue();
        });
        assertThat(woken).containsExactly("second");
        assertThat(lock.statistics().isLocked()).isFalse();
    }

    @BackendTest
    @DisplayName("S1 signals that race with cancellations: each wakes one of the two, and none is lost")
    void signalAgainstCancel() throws Exception {
        try (var race = new Race("signal against cancel")) {
            for (int i = 0; i < Race.rounds(500); i++) {
                var items = new AtomicInteger();
                var taken = new AtomicInteger();
                TaskGroup.run(group -> {
                    var consumers = new ArrayList<Task<?>>();
                    for (int c = 0; c < 2; c++) {
                        consumers.add(group.fork(() -> {
                            try (var _ = lock.acquire()) {
                                condition.await(() -> items.get() > 0);
                                items.decrementAndGet();
                                taken.incrementAndGet();
                            }
                        }));
                        awaitWaiting(c + 1);
                    }
                    var rival = race.start(consumers.get(0)::cancel);
                    Race.spin(race.draw(3_000));
                    try (var _ = lock.acquire()) {
                        items.incrementAndGet();
                        condition.signal();
                    }
                    rival.await();
                    Threads.until(() -> taken.get() == 1);
                    consumers.forEach(Task::cancel);
                });
                assertThat(items).hasValue(0);
                assertThat(condition.statistics().waiting()).isEmpty();
                assertThat(lock.statistics().isLocked()).isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("C7 an await that is cancelled holds the lock when it throws, though it has to wait for it")
    void lockHeldAfterCancel() throws Exception {
        TaskGroup.run(group -> {
            var held = new AtomicBoolean();
            var thrown = new AtomicReference<Throwable>();
            var task = group.fork(() -> {
                try (var _ = lock.acquire()) {
                    try {
                        condition.await();
                    } catch (CancelledException e) {
                        held.set(
                                lock.isHeldByCaller() && !Thread.currentThread().isInterrupted());
                        thrown.set(e);
                        throw e;
                    }
                }
            });
            awaitWaiting(1);
            try (var _ = lock.acquire()) {
                task.cancel("enough");
                awaitWaiting(0);
                Threads.until(() -> lock.statistics().waiting().size() == 1);
                assertThat(task.isDone()).isFalse();
            }
            Threads.until(task::isDone);
            assertThat(held).isTrue();
            assertThat(thrown.get()).hasMessage("enough");
        });
        assertThat(lock.statistics().isLocked()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "L9 interrupts that come while a signalled task waits for the lock are set aside, and there afterwards")
    void interruptWhileRelocking() throws Exception {
        var status = new AtomicReference<Boolean>();
        try (var waiter = Foreign.run(() -> {
            try (var _ = lock.acquire()) {
                condition.await();
                status.set(Thread.interrupted());
            }
        })) {
            awaitWaiting(1);
            try (var _ = lock.acquire()) {
                condition.signal();
                waiter.thread().interrupt();
                Threads.until(() -> !waiter.thread().isInterrupted()); // it has set it aside
                Threads.awaitBlocked(waiter.thread());
                waiter.thread().interrupt();
            }
        }
        assertThat(status.get()).isTrue();
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere ends await with InterruptedException, and the lock held")
    void interrupted() throws Exception {
        var held = new AtomicBoolean();
        try (var waiter = Foreign.run(() -> {
            try (var _ = lock.acquire()) {
                assertThatThrownBy(condition::await).isExactlyInstanceOf(InterruptedException.class);
                held.set(lock.isHeldByCaller() && !Thread.currentThread().isInterrupted());
            }
        })) {
            awaitWaiting(1);
            waiter.thread().interrupt();
        }
        assertThat(held).isTrue();
        assertThat(condition.statistics().waiting()).isEmpty();
    }

    @BackendTest
    @DisplayName("T7 await with a timeout gives up on the backend's clock, with the lock held; one that is signalled in"
            + " time returns")
    void timeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            TaskGroup.run(group -> {
                var late = group.fork(() -> {
                    try (var _ = lock.acquire()) {
                        assertThatThrownBy(() -> condition.await(Duration.ofSeconds(3)))
                                .isExactlyInstanceOf(DeadlineExceededException.class)
                                .hasMessageContaining("PT3S for condition 'c' of lock 'l'");
                        assertThat(lock.isHeldByCaller()).isTrue();
                    }
                });
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(3));
                late.await();
                var inTime = group.fork(() -> {
                    try (var _ = lock.acquire()) {
                        condition.await(Duration.ofSeconds(3));
                    }
                });
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(2));
                try (var _ = lock.acquire()) {
                    condition.signal();
                    clock.advance(Duration.ofSeconds(2)); // it was signalled before
                }
                inTime.await();
                var all = group.fork(() -> {
                    try (var _ = lock.acquire()) {
                        assertThatThrownBy(() -> condition.await(Duration.ofSeconds(3), () -> false))
                                .isExactlyInstanceOf(DeadlineExceededException.class);
                    }
                });
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(2));
                signal(1); // starts nothing anew
                awaitWaiting(1);
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(1));
                all.await();
            });
            try (var _ = lock.acquire()) {
                assertThatThrownBy(() -> condition.await(Duration.ZERO))
                        .isExactlyInstanceOf(DeadlineExceededException.class);
            }
        });
    }

    @BackendTest
    @DisplayName("S2 who has the lock while another waits for a signal cannot close that one's permit")
    void permitOfOneThatWaits() throws Exception {
        TaskGroup.run(group -> {
            var permit = new AtomicReference<Permit>();
            var waiter = group.fork("waiter", () -> {
                permit.set(lock.acquire());
                condition.await();
                permit.get().close();
            });
            awaitWaiting(1);
            try (var _ = lock.acquire()) {
                assertThatThrownBy(() -> permit.get().close())
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("lock 'l'");
                assertThat(lock.isHeldByCaller()).isTrue();
                condition.signal();
            }
            waiter.await();
        });
        assertThat(lock.statistics().isLocked()).isFalse();
    }
}
