// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** Rules S4 and C7: worker pools, their workers, and those who submit, under cancellation and interrupts. */
public class WorkerPoolCancelTest extends WorkerPoolItems {
    @BackendTest
    @DisplayName(
            "S4 cancel returns what was not begun, cuts short what runs, which the failure handler gets, and ends the"
                    + " pool")
    void cancel() throws Exception {
        TaskGroup.run(group -> {
            WorkerPool<Integer> pool =
                    WorkerPool.start(group, o -> o.workers(2).queue(5).onFailure(failed::put), _ -> block());
            pool.submitAll(numbers(5));
            awaitBegun(2);
            assertThat(pool.cancel("no longer wanted")).containsExactly(2, 3, 4);
            assertThat(pool.cancel()).isEmpty();
            assertThatThrownBy(() -> pool.submit(9))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("was cancelled");
            pool.stop();
            assertThat(failed).containsOnlyKeys(0, 1);
            assertThat(failed.values())
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOfSatisfying(
                                    CancelledException.class,
                                    c -> assertThat(c.reason().root().message()).isEqualTo("no longer wanted")));
        });
    }

    @BackendTest
    @DisplayName("S4 cancel in the body of run does not cancel the body, which has the items")
    void cancelInBody() throws Exception {
        var saved = new AtomicReference<List<Integer>>();
        WorkerPool.<Integer, Exception>run(o -> o.workers(1).queue(5).onFailure(failed::put), _ -> block(), pool -> {
            pool.submitAll(numbers(3));
            awaitBegun(1);
            var rest = pool.cancel();
            CancelScope.checkpoint();
            pool.stop();
            saved.set(rest);
        });
        assertThat(saved.get()).containsExactly(1, 2);
        assertThat(failed).containsOnlyKeys(0);
    }

    @BackendTest
    @DisplayName("C17 an item whose work is completed although it is cancelled is done")
    void completedNevertheless() throws Exception {
        var blocker = Blocker.stubborn();
        WorkerPool.<Integer, Exception>run(o -> o.workers(1).onFailure(failed::put), _ -> blocker.run(), pool -> {
            pool.submit(0);
            blocker.awaitEntered();
            assertThat(pool.cancel()).isEmpty();
            blocker.awaitInterrupted();
            blocker.release();
            pool.stop();
            assertThat(pool.statistics().done()).isEqualTo(1);
        });
        assertThat(failed).isEmpty();
    }

    @BackendTest
    @DisplayName(
            "S4 if the group is cancelled, what runs and what is queued goes to the failure handler, with the reason")
    void groupCancelled() throws Exception {
        TaskGroup.run(group -> {
            WorkerPool<Integer> pool =
                    WorkerPool.start(group, o -> o.workers(2).queue(5).onFailure(failed::put), _ -> block());
            pool.submitAll(numbers(6));
            awaitBegun(2);
            group.cancel("server is going down");
        });
        assertThat(failed).containsOnlyKeys(0, 1, 2, 3, 4, 5);
        assertThat(failed.values())
                .allSatisfy(e -> assertThat(e).isInstanceOfSatisfying(CancelledException.class, c -> {
                    assertThat(c.reason().root().kind()).isEqualTo(CancelReason.Kind.ASKED);
                    assertThat(c.reason().root().message()).isEqualTo("server is going down");
                }));
    }

    @BackendTest
    @DisplayName("S4 a body that fails cancels its pool; its exception leaves as it is, and the items go to the failure"
            + " handler")
    void bodyFails() throws Exception {
        assertThatThrownBy(() -> WorkerPool.<Integer, Exception>run(
                        o -> o.workers(1).queue(5).onFailure(failed::put), _ -> block(), pool -> {
                            pool.submitAll(numbers(3));
                            awaitBegun(1);
                            throw new java.io.IOException("the body");
                        }))
                .isInstanceOf(java.io.IOException.class)
                .hasMessage("the body");
        assertThat(failed).containsOnlyKeys(0, 1, 2);
    }

    @BackendTest
    @DisplayName("C7 if run is cut short by a cancellation from around, that passes, though the body has ended")
    void cutShortFromAround() throws Exception {
        var scope = CancelScope.create();
        var after = new AtomicBoolean();
        var submitted = new Event();
        boolean ended = scope.run(() -> {
            WorkerPool.<Integer, Exception>run(
                    o -> o.workers(1).queue(5).onFailure(failed::put),
                    _ -> {
                        submitted.await();
                        scope.cancel("enough");
                        new Blocker().run();
                    },
                    pool -> {
                        pool.submitAll(numbers(3));
                        submitted.set();
                    });
            after.set(true);
        });
        assertThat(ended).isFalse();
        assertThat(after).isFalse();
        assertThat(failed).containsOnlyKeys(0, 1, 2);
    }

    @BackendTest
    @DisplayName(
            "C7 in cancelled code submit and stop throw every time and submit nothing; trySubmit and cancel do what"
                    + " they say")
    void inCancelledCode() throws Exception {
        WorkerPool.<Integer, Exception>run(o -> o.workers(1), done::add, pool -> {
            var scope = CancelScope.create();
            scope.run(() -> {
                scope.cancel();
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> pool.submit(1)).isExactlyInstanceOf(CancelledException.class);
                    assertThatThrownBy(() -> pool.submitAll(List.of(1))).isExactlyInstanceOf(CancelledException.class);
                }
                assertThat(pool.statistics().submitted()).isZero();
                assertThat(pool.trySubmit(2)).isTrue();
                assertThatThrownBy(pool::stop).isExactlyInstanceOf(CancelledException.class);
                assertThatThrownBy(pool::stop).isExactlyInstanceOf(CancelledException.class);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            });
            assertThatThrownBy(() -> pool.submit(3))
                    .as("stop has closed the intake, though it did not wait")
                    .isInstanceOf(RejectedExecutionException.class);
            pool.stop();
        });
        assertThat(done).containsExactly(2);
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere ends a submit, which has submitted nothing, and a stop, which goes on"
            + " handling")
    void foreignInterrupt() throws Exception {
        var leave = new Event();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).queue(0),
                i -> {
                    leave.await();
                    done.add(i);
                },
                pool -> {
                    pool.submit(0);
                    try (var _ = WhenBlocked.interruptMe()) {
                        assertThatThrownBy(() -> pool.submit(1)).isExactlyInstanceOf(InterruptedException.class);
                    }
                    assertThat(pool.statistics().waiting()).isEmpty();
                    try (var _ = WhenBlocked.interruptMe()) {
                        assertThatThrownBy(pool::stop).isExactlyInstanceOf(InterruptedException.class);
                    }
                    leave.set();
                    pool.stop();
                });
        assertThat(done).containsExactly(0);
    }

    @BackendTest
    @DisplayName("C7 a submit that meets a cancellation has submitted its item or has not, and says which")
    void submitAgainstCancel() throws Exception {
        try (var race = new Race("submit against cancel")) {
            for (int round = 0; round < Race.rounds(1_000); round++) {
                done.clear();
                var submitted = new ArrayList<Integer>();
                int fork = round;
                WorkerPool.<Integer, Exception>run(o -> o.workers(1 + fork % 2).queue(fork % 3), done::add, pool -> {
                    for (int i = 0; i < 3; i++) {
                        int item = i;
                        var scope = CancelScope.create();
                        var rival = race.start(scope::cancel);
                        boolean ended = scope.run(() -> {
                            Race.spin(race.draw(3_000));
                            pool.submit(item);
                            submitted.add(item);
                        });
                        rival.await();
                        assertThat(ended).isEqualTo(submitted.contains(item));
                    }
                });
                assertThat(done).containsExactlyInAnyOrderElementsOf(submitted);
            }
        }
    }

    @BackendTest
    @DisplayName("S4 a submit that is cancelled between the last item and the worker's next look does not keep run from"
            + " ending")
    void cancelledAsTheLastItemEnds(TestBackend backend) throws Exception {
        var owner = Thread.currentThread();
        var opened = new CompletableFuture<WorkerPool<Integer>>();
        var late = new CompletableFuture<Task<?>>();
        var made = new AtomicInteger();
        var slow = new FilterBackend(backend) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inherit) {
                if (made.incrementAndGet()
                        == 2) { // the replacement of a worker that has ended its item, and is about to look for another
                    Threads.untilRegardless(() -> owner.getState() == Thread.State.WAITING);
                    late.join().cancel();
                    Threads.untilRegardless(
                            () -> opened.join().statistics().waiting().isEmpty());
                }
                return super.newThread(task, name, inherit);
            }
        };
        TaskGroup.run(group -> {
            late.complete(group.fork(() -> opened.get().submit(1)));
            var leave = new Event();
            WorkerPool.<Integer, RuntimeException>run(
                    o -> o.workers(1).queue(0).group(g -> g.backend(slow)),
                    i -> {
                        begun.incrementAndGet();
                        leave.await();
                        Thread.currentThread().interrupt(); // so that the worker is replaced
                        done.add(i);
                    },
                    pool -> {
                        pool.submit(0);
                        opened.complete(pool);
                        Threads.until(() -> !pool.statistics().waiting().isEmpty());
                        leave.set();
                    });
        });
        assertThat(late.join().isCancelled()).isTrue();
        assertThat(done).containsExactly(0);
    }

    @BackendTest
    @DisplayName("S4 when stop and cancel and the cancellation of the group race, each item goes one way")
    void stopAgainstCancel() throws Exception {
        try (var race = new Race("stop against cancel")) {
            for (int round = 0; round < Race.rounds(600); round++) {
                done.clear();
                failed.clear();
                List<Integer> returned = Collections.synchronizedList(new ArrayList<>());
                var twice = new ConcurrentLinkedQueue<Integer>();
                int kind = round % 3;
                TaskGroup.run(group -> {
                    WorkerPool<Integer> pool = WorkerPool.start(
                            group,
                            o -> o.workers(2).queue(8).onFailure((item, e) -> {
                                if (failed.put(item, e) != null) {
                                    twice.add(item);
                                }
                            }),
                            item -> {
                                Race.spin(200);
                                CancelScope.checkpoint();
                                done.add(item);
                            });
                    pool.submitAll(numbers(8));
                    var rival = race.start(() -> {
                        if (kind == 0) {
                            returned.addAll(pool.cancel());
                        } else if (kind == 1) {
                            group.cancel();
                        } else {
                            returned.addAll(pool.cancel());
                            group.cancel();
                        }
                    });
                    Race.spin(race.draw(3_000));
                    try {
                        pool.stop();
                        returned.addAll(pool.cancel());
                    } finally {
                        boolean interrupted = Thread.interrupted();
                        rival.await();
                        if (interrupted) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
                var all = new ArrayList<>(done);
                all.addAll(failed.keySet());
                all.addAll(returned);
                assertThat(all).containsExactlyInAnyOrderElementsOf(numbers(8));
                assertThat(twice).isEmpty();
            }
        }
    }
}
