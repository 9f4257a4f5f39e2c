// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelPolicy;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule C8, first half: interrupts, repeated. */
public class DeliveryTest {
    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    @DisplayName("C8 the default policy interrupts again after 1 s, reports after 10 s, and gives hooks 250 ms")
    void defaults() {
        assertThat(CancelPolicy.DEFAULT).isEqualTo(new CancelPolicy(seconds(1), seconds(10), Duration.ofMillis(250)));
    }

    @BackendTest
    @DisplayName(
            "C8 work that swallows interrupts is interrupted at once, after 1 s, and then at doubling intervals up to"
                    + " 30 s")
    void doubling(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var stubborn = new Stubborn();
            TaskGroup.run(group -> {
                var task = group.fork(stubborn);
                var _ = stubborn.awaitHolding();
                task.cancel();
                int expected = 1;
                assertThat(stubborn.interrupts()).isEqualTo(expected);
                for (long interval : new long[] {1, 2, 4, 8, 16, 30, 30, 30}) {
                    clock.advance(seconds(interval).minusMillis(1));
                    assertThat(stubborn.interrupts())
                            .as("just before %d s", interval)
                            .isEqualTo(expected);
                    clock.advance(Duration.ofMillis(1));
                    expected++;
                    assertThat(stubborn.interrupts()).as("after %d s", interval).isEqualTo(expected);
                }
                stubborn.release();
                group.join();
                assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
                assertThat(clock.timers()).as("the work has ended").isZero();
            });
        });
    }

    @BackendTest
    @DisplayName("C8 the time until the second interrupt follows the policy of the group, which groups inside inherit")
    void policy(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var stubborn = new Stubborn();
            TaskGroup.run(o -> o.cancelPolicy(CancelPolicy.DEFAULT.redeliverAfter(Duration.ofMillis(100))), outer -> {
                var task = outer.fork(() -> TaskGroup.run(inner -> {
                    var _ = inner.fork(stubborn);
                }));
                var _ = stubborn.awaitHolding();
                task.cancel();
                assertThat(stubborn.interrupts()).isEqualTo(1);
                clock.advance(Duration.ofMillis(99));
                assertThat(stubborn.interrupts()).isEqualTo(1);
                clock.advance(Duration.ofMillis(1));
                assertThat(stubborn.interrupts()).isEqualTo(2);
                clock.advance(Duration.ofMillis(200));
                assertThat(stubborn.interrupts()).isEqualTo(3);
                stubborn.release();
            });
        });
    }

    @BackendTest
    @DisplayName("C8 one timer serves a cancelled tree, however many threads it has")
    void oneTimer(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var all = new ArrayList<Stubborn>();
            TaskGroup.run(root -> {
                for (int i = 0; i < 3; i++) {
                    var mine = List.of(new Stubborn(), new Stubborn(), new Stubborn());
                    all.addAll(mine);
                    var _ = root.fork(() -> TaskGroup.run(group -> mine.forEach(s -> {
                        Task<Void> _ = group.fork(s);
                    })));
                }
                all.forEach(s -> {
                    var _ = s.awaitHolding();
                });
                assertThat(clock.timers()).isZero();
                root.cancel();
                assertThat(clock.timers()).isEqualTo(1);
                assertThat(all).allMatch(s -> s.interrupts() == 1);
                clock.advance(seconds(1));
                assertThat(clock.timers()).isEqualTo(1);
                assertThat(all).allMatch(s -> s.interrupts() == 2);
                all.forEach(Stubborn::release);
            });
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName("C8 a thread behind a shield gets no interrupt while the others of its tree get theirs")
    void notBehindShields(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var open = new Stubborn();
            var shielded = new Stubborn();
            TaskGroup.run(root -> {
                var _ = root.fork(() -> TaskGroup.run(middle -> {
                    var _ = middle.fork(() -> TaskGroup.run(leafGroup -> {
                        var _ = leafGroup.fork(open);
                        var _ = leafGroup.fork(() -> CancelScope.shielded(shielded::hold));
                    }));
                }));
                var _ = open.awaitHolding();
                var _ = shielded.awaitHolding();
                root.cancel();
                for (int expected = 1; expected <= 4; expected++) {
                    assertThat(open.interrupts()).isEqualTo(expected);
                    clock.advance(seconds(1L << (expected - 1)));
                }
                assertThat(shielded.interrupts()).isZero();
                open.release();
                shielded.release();
            });
        });
    }

    @BackendTest
    @DisplayName(
            "C8 the owner of a cancelled scope that swallows the interrupt is interrupted again in its next blocking"
                    + " call of the JDK")
    void owner(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.create();
            boolean ended = scope.run(() -> {
                scope.cancel();
                assertThatThrownBy(Stubborn::forever).isInstanceOf(InterruptedException.class);
                try (var _ = clock.advanceWhenBlocked(seconds(1))) {
                    Stubborn.forever();
                }
            });
            assertThat(ended).isFalse();
            assertThat(clock.timers()).isZero();
        });
    }

    @BackendTest
    @DisplayName(
            "C8 unshielded cleanup that blocks works where the exception consumed the interrupt, until the next one"
                    + " comes")
    void unshieldedCleanup(TestBackend backend) throws Exception {
        ManualClock.run(
                backend,
                clock -> TaskGroup.run(group -> {
                    var hand = new LinkedBlockingQueue<String>();
                    var cleaning = new CountDownLatch(1);
                    var got = new AtomicReference<String>();
                    var entered = new CountDownLatch(1);
                    var task = group.fork(() -> {
                        entered.countDown();
                        try {
                            Stubborn.forever();
                        } finally {
                            cleaning.countDown();
                            got.set(hand.take());
                            Stubborn.forever(); // ended by the second interrupt
                        }
                    });
                    entered.await();
                    task.cancel();
                    cleaning.await();
                    hand.put("resource");
                    Threads.until(() -> got.get() != null);
                    assertThat(got.get()).isEqualTo("resource");
                    assertThat(task.isDone()).isFalse();
                    clock.advance(seconds(1));
                    group.join();
                    assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
                }));
    }

    @BackendTest
    @DisplayName("C8 shielded cleanup that blocks is not interrupted however long it takes, within its limit")
    void shieldedCleanup(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var cleanup = new Stubborn();
            TaskGroup.run(group -> {
                var entered = new CountDownLatch(1);
                var task = group.fork(() -> {
                    entered.countDown();
                    try {
                        Stubborn.forever();
                    } finally {
                        CancelScope.shielded(seconds(60), cleanup::hold);
                    }
                });
                entered.await();
                task.cancel();
                var _ = cleanup.awaitHolding();
                clock.advance(seconds(59));
                assertThat(cleanup.interrupts()).isZero();
                cleanup.release();
                group.join();
                assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            });
        });
    }

    @BackendTest
    @DisplayName("C8 a wait that no interrupt ends goes on, and the next checkpoint throws")
    void uninterruptible() throws Exception {
        TaskGroup.run(group -> {
            var semaphore = new Semaphore(0);
            var thread = new AtomicReference<Thread>();
            var thrown = new AtomicReference<Throwable>();
            var task = group.fork(() -> {
                thread.set(Thread.currentThread());
                semaphore.acquireUninterruptibly();
                try {
                    CancelScope.checkpoint();
                } catch (CancelledException e) {
                    thrown.set(e);
                    throw e;
                }
            });
            Threads.until(() -> thread.get() != null);
            Threads.awaitBlocked(thread.get());
            task.cancel();
            Threads.awaitBlocked(thread.get());
            assertThat(task.isDone()).isFalse();
            semaphore.release();
            group.join();
            assertThat(thrown.get()).isInstanceOf(CancelledException.class);
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        });
    }

    @BackendTest
    @DisplayName("C8 cancelling a scope that was left, or whose thread has ended, sets no timer and interrupts nobody")
    void afterwards(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var left = CancelScope.create();
            assertThat(left.run(() -> {})).isTrue();
            var dead = CancelScope.create();
            var group = new AtomicReference<TaskGroup>();
            TaskGroup.run(g -> {
                group.set(g);
                boolean ended = g.fork(() -> dead.run(() -> {})).await();
                assertThat(ended).isTrue();
            });
            left.cancel();
            dead.cancel();
            group.get().cancel();
            assertThat(clock.timers()).isZero();
            clock.advance(seconds(120));
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("C8 redelivery ends with the scope: its thread is not interrupted by it afterwards")
    void endsWithTheScope(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            for (int i = 0; i < 100; i++) {
                var scope = CancelScope.create();
                assertThat(scope.run(() -> {
                            scope.cancel();
                            assertThatThrownBy(Stubborn::forever).isInstanceOf(InterruptedException.class);
                        }))
                        .isTrue();
                clock.advance(seconds(1));
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
            assertThat(clock.timers()).isZero();
        });
    }
}
