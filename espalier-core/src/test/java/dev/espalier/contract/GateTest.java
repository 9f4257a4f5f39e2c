// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Espalier;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules S1, S2, M1 and T7 for everything of which one thread at a time has a permit. */
public class GateTest {
    private static final Duration LONG = Duration.ofHours(1);

    @BackendTest
    @DisplayName(
            "S1 of five tasks that acquire 200 times each, one at a time is inside, and it sees what the one before"
                    + " did")
    void exclusion() throws Exception {
        Gate.each(gate -> {
            var inside = new AtomicInteger();
            int[] count = {0}; // plain: the permit orders it (M1)
            TaskGroup.run(group -> {
                for (int i = 0; i < 5; i++) {
                    var _ = group.fork(() -> {
                        for (int n = 0; n < 200; n++) {
                            try (var _ = gate.acquire()) {
                                assertThat(inside.incrementAndGet()).isEqualTo(1);
                                count[0]++;
                                Thread.yield();
                                inside.decrementAndGet();
                            }
                        }
                    });
                }
            });
            assertThat(count[0]).isEqualTo(1_000);
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("S1 waiting tasks are served in the order in which they came")
    void inOrder() throws Exception {
        Gate.each(gate -> {
            var served = new ConcurrentLinkedQueue<Integer>();
            TaskGroup.run(group -> {
                try (var _ = gate.acquire()) {
                    for (int i = 0; i < 5; i++) {
                        int number = i;
                        var _ = group.fork(() -> {
                            try (var _ = gate.acquire()) {
                                served.add(number);
                            }
                        });
                        gate.awaitWaiting(i + 1);
                    }
                }
            });
            assertThat(served).containsExactly(0, 1, 2, 3, 4);
        });
    }

    @BackendTest
    @DisplayName("S1 each round of tasks that come back at once is served in the order of the first round")
    void roundRobin() throws Exception {
        Gate.each(gate -> {
            var served = new ConcurrentLinkedQueue<Integer>();
            TaskGroup.run(group -> {
                try (var _ = gate.acquire()) {
                    for (int i = 0; i < 3; i++) {
                        int number = i;
                        var _ = group.fork(() -> {
                            for (int n = 0; n < 4; n++) {
                                try (var _ = gate.acquire()) {
                                    served.add(number);
                                    if (n < 3) {
                                        gate.awaitWaiting(2); // the others are back
                                    }
                                }
                            }
                        });
                        gate.awaitWaiting(i + 1);
                    }
                }
            });
            assertThat(List.copyOf(served).subList(0, 9)).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
        });
    }

    @BackendTest
    @DisplayName("S1 waiters that were cancelled leave no trace, and the others keep their order")
    void inOrderAfterCancelled() throws Exception {
        Gate.each(gate -> {
            var served = new ConcurrentLinkedQueue<Integer>();
            TaskGroup.run(group -> {
                try (var _ = gate.acquire()) {
                    var tasks = new ArrayList<dev.espalier.Task<?>>();
                    for (int i = 0; i < 6; i++) {
                        int number = i;
                        tasks.add(group.fork(() -> {
                            try (var _ = gate.acquire()) {
                                served.add(number);
                            }
                        }));
                        gate.awaitWaiting(i + 1);
                    }
                    for (int gone : new int[] {0, 2, 5}) {
                        tasks.get(gone).cancel();
                    }
                    gate.awaitWaiting(3);
                    assertThat(gate.waitingParties().get().stream().map(p -> (Object) p.task()))
                            .containsExactly(tasks.get(1), tasks.get(3), tasks.get(4));
                }
            });
            assertThat(served).containsExactly(1, 3, 4);
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("S1 a permit handed over to a task that is cancelled at that moment goes to the next one")
    void passedOn() throws Exception {
        Gate.each(gate -> {
            var got = new ConcurrentLinkedQueue<String>();
            TaskGroup.run(group -> {
                var permit = gate.acquire();
                var first = group.fork(() -> {
                    try (var _ = gate.acquire()) {
                        got.add("first");
                    }
                });
                gate.awaitWaiting(1);
                var second = group.fork(() -> {
                    try (var _ = gate.acquire()) {
                        got.add("second");
                    }
                });
                gate.awaitWaiting(2);
                first.cancel();
                permit.close(); // before the first has run, or after: it never gets it
                second.await();
                Threads.until(first::isDone);
                assertThat(first.isCancelled()).isTrue();
            });
            assertThat(got).containsExactly("second");
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "S1 a permit handed over to a task that is cancelled and has not run yet is put back, and goes to the next"
                    + " one")
    void handedOverWhileCancelled(TestBackend backend) throws Exception {
        Gate.each(gate -> {
            var parked = new CountDownLatch(1);
            var run = new CountDownLatch(1);
            var slow = new FilterBackend(backend) {
                @Override
                public void park(Object blocker) {
                    parked.countDown();
                    super.park(blocker);
                    var _ = Failures.uninterruptibly(run); // woken, and does not run on
                }
            };
            var entered = new AtomicBoolean();
            TaskGroup.run(group -> {
                var permit = gate.acquire();
                var first = group.fork(() -> Espalier.<Boolean, InterruptedException>run(slow, () -> {
                    try (var _ = gate.acquire()) {
                        entered.set(true);
                    }
                    return true;
                }));
                parked.await();
                var second = group.fork(() -> gate.acquire().close());
                gate.awaitWaiting(2);
                first.cancel();
                permit.close();
                assertThat(gate.waiting()).isEqualTo(1); // it is the first one's
                assertThat(gate.isFree()).isFalse();
                run.countDown();
                second.await();
                Threads.until(first::isDone);
                assertThat(first.isCancelled()).isTrue();
            });
            assertThat(entered).isFalse();
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("S1 a task that is cancelled after the permit was handed over, and before it has run, loses no permit")
    void cancelledAfterHandOver() throws Exception {
        Gate.each(gate -> {
            try (var race = new Race("hand-over against cancel, " + gate.name())) {
                for (int i = 0; i < Race.rounds(500); i++) {
                    TaskGroup.run(group -> {
                        var permit = gate.acquire();
                        var entered = new AtomicBoolean();
                        var task = group.fork(() -> {
                            try (var _ = gate.acquire()) {
                                entered.set(true);
                            }
                        });
                        gate.awaitWaiting(1);
                        var rival = race.start(task::cancel);
                        Race.spin(race.draw(3_000));
                        permit.close();
                        rival.await();
                        Threads.until(task::isDone);
                        if (entered.get()) {
                            assertThat(gate.waiting()).isZero();
                        } else {
                            assertThat(task.isCancelled()).isTrue();
                        }
                        assertThat(gate.isFree()).isTrue();
                    });
                }
            }
        });
    }

    @BackendTest
    @DisplayName(
            "S1 tryAcquire gets what is free, nothing else, and overtakes nobody, also between a release and the run"
                    + " of the next")
    void tryAcquire() throws Exception {
        Gate.each(gate -> {
            TaskGroup.run(group -> {
                var first = gate.tryAcquire();
                assertThat(first).isPresent();
                var leave = new dev.espalier.sync.Event();
                var task = group.fork(() -> {
                    try (var _ = gate.acquire()) {
                        leave.await();
                    }
                });
                gate.awaitWaiting(1);
                var tried = group.fork(() -> gate.tryAcquire().isPresent());
                assertThat(tried.await()).isFalse();
                first.get().close(); // hands over to the task, wherever that is
                assertThat(gate.isFree()).isFalse();
                assertThat(gate.tryAcquire()).isEmpty();
                leave.set();
                task.await();
                try (var again = gate.tryAcquire().orElseThrow()) {
                    assertThat(again).isNotNull();
                }
            });
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("S1 neither acquire nor tryAcquire at the moment of a release overtakes the one that waits")
    void acquireAgainstRelease() throws Exception {
        Gate.each(gate -> {
            try (var race = new Race("tryAcquire against release")) {
                for (int i = 0; i < Race.rounds(500); i++) {
                    boolean waits = i % 2 == 0;
                    TaskGroup.run(group -> {
                        var served = new AtomicBoolean();
                        var permit = gate.acquire();
                        var _ = group.fork(() -> {
                            try (var _ = gate.acquire()) {
                                served.set(true);
                            }
                        });
                        gate.awaitWaiting(1);
                        var rival = race.start(() -> {
                            for (int n = 0; n < 20; n++) {
                                var tried = waits ? Optional.of(gate.acquire()) : gate.tryAcquire();
                                if (tried.isPresent()) {
                                    assertThat(served).isTrue();
                                    tried.get().close();
                                }
                            }
                        });
                        Race.spin(race.draw(300));
                        permit.close();
                        rival.await();
                    });
                }
            }
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "S2 a permit that is closed twice throws IllegalStateException, and frees nothing that somebody else has")
    void twice() throws Exception {
        Gate.each(gate -> {
            var first = gate.acquire();
            first.close();
            assertThatThrownBy(first::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'gate'")
                    .hasMessageContaining("given back before");
            var second = gate.acquire();
            assertThatThrownBy(first::close).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(gate.isFree()).isFalse();
            second.close();
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "T7 acquire with a timeout gives up when the backend's clock says so, with nothing taken and nobody left"
                    + " waiting")
    void timeout(TestBackend backend) throws Exception {
        Gate.each(gate -> ManualClock.run(backend, clock -> {
            var permit = gate.acquire();
            TaskGroup.run(group -> {
                var thrown = group.fork(() -> {
                    assertThatThrownBy(() -> gate.acquire(Duration.ofSeconds(5)))
                            .isExactlyInstanceOf(DeadlineExceededException.class)
                            .hasMessageContaining("PT5S")
                            .hasMessageContaining("'gate'");
                });
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(5).minusNanos(1));
                clock.awaitSleepers(1);
                assertThat(gate.waiting()).isEqualTo(1);
                clock.advance(Duration.ofNanos(1));
                thrown.await();
            });
            assertThat(gate.waiting()).isZero();
            permit.close();
            assertThat(gate.isFree()).isTrue();
        }));
    }

    @BackendTest
    @DisplayName(
            "T7 acquire with a timeout returns the permit that comes in time, and one of zero or less takes only what"
                    + " is free")
    void inTime(TestBackend backend) throws Exception {
        Gate.each(gate -> ManualClock.run(backend, clock -> {
            for (var timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
                gate.acquire(timeout).close();
            }
            TaskGroup.run(group -> {
                Permit permit = gate.acquire();
                var task = group.fork(() -> gate.acquire(LONG).close());
                clock.awaitSleepers(1);
                clock.advance(Duration.ofMinutes(59));
                for (var timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
                    var refused = group.fork(() -> assertThatThrownBy(() -> gate.acquire(timeout))
                            .isExactlyInstanceOf(DeadlineExceededException.class));
                    refused.await();
                }
                permit.close();
                task.await();
            });
            assertThat(gate.isFree()).isTrue();
            assertThat(clock.elapsed()).isEqualTo(Duration.ofMinutes(59));
        }));
    }

    @BackendTest
    @DisplayName("S1 threads that know nothing of Espalier wait, are served, and release like tasks")
    void foreignThreads() throws Exception {
        Gate.each(gate -> {
            var served = new ConcurrentLinkedQueue<String>();
            var permit = gate.acquire();
            try (var first = Foreign.run(() -> {
                try (var _ = gate.acquire()) {
                    served.add("first");
                }
            })) {
                gate.awaitWaiting(1);
                assertThat(gate.waitingParties().get().getFirst().thread()).isSameAs(first.thread());
                assertThat(gate.waitingParties().get().getFirst().task()).isNull();
                TaskGroup.run(group -> {
                    var _ = group.fork(() -> {
                        try (var _ = gate.acquire()) {
                            served.add("second");
                        }
                    });
                    gate.awaitWaiting(2);
                    permit.close();
                });
            }
            assertThat(served).containsExactly("first", "second");
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "C4 an interrupt from elsewhere ends the wait of a thread in no scope with InterruptedException, and takes"
                    + " nothing")
    void foreignInterrupt() throws Exception {
        Gate.each(gate -> {
            var permit = gate.acquire();
            var thrown = new AtomicReference<Throwable>();
            try (var waiter = Foreign.run(() -> {
                try {
                    gate.acquire().close();
                } catch (InterruptedException e) {
                    thrown.set(e);
                }
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            })) {
                gate.awaitWaiting(1);
                waiter.thread().interrupt();
            }
            assertThat(thrown.get()).isExactlyInstanceOf(InterruptedException.class);
            assertThat(gate.waiting()).isZero();
            permit.close();
            assertThat(gate.isFree()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "C4 an interrupt that is pending makes acquire throw, also if the permit is free, and tryAcquire leaves it")
    void pendingInterrupt() throws Exception {
        Gate.each(gate -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(gate::acquire).isExactlyInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(gate.isFree()).isTrue();
            Thread.currentThread().interrupt();
            gate.tryAcquire().orElseThrow().close();
            assertThat(Thread.interrupted()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C11 a shield lets a waiter that is cancelled from around have its permit")
    void shielded() throws Exception {
        Gate.each(gate -> {
            var got = new AtomicBoolean();
            TaskGroup.run(group -> {
                var permit = gate.acquire();
                var task = group.fork(() -> CancelScope.shielded(LONG, () -> {
                    try (var _ = gate.acquire()) {
                        got.set(true);
                    }
                }));
                gate.awaitWaiting(1);
                task.cancel();
                assertThat(gate.waiting()).isEqualTo(1);
                permit.close();
                Threads.until(task::isDone);
            });
            assertThat(got).isTrue();
            assertThat(gate.isFree()).isTrue();
        });
    }
}
