// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Event;
import dev.espalier.sync.Party;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** Rule S4 where a worker does not go on, and where items go to a failure handler that blocks, is too late, or throws. */
public class WorkerPoolReplacementTest extends WorkerPoolItems {
    @BackendTest
    @DisplayName("S4 a worker that is cancelled alone gives up its item to the failure handler, and is replaced")
    void workerCancelled() throws Exception {
        var workers = new CopyOnWriteArrayList<Task<?>>();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).queue(5).onFailure(failed::put),
                i -> {
                    if (i == 1) {
                        block();
                    }
                    done.add(i);
                },
                pool -> {
                    pool.submitAll(numbers(4));
                    awaitBegun(1);
                    var worker = Objects.requireNonNull(
                            pool.statistics().running().getFirst().worker().task());
                    workers.add(worker);
                    worker.cancel("this one is bad");
                    pool.stop();
                    assertThat(pool.statistics().failed()).isEqualTo(1);
                });
        assertThat(failed).containsOnlyKeys(1);
        assertThat(failed.get(1)).isInstanceOf(CancelledException.class).hasMessage("this one is bad");
        assertThat(done).containsExactly(0, 2, 3);
        assertThat(workers.getFirst().isCancelled()).isTrue();
    }

    @BackendTest
    @DisplayName("S4 an idle worker that is cancelled alone is replaced, so that an item that comes later is handled")
    void idleWorkerCancelled() throws Exception {
        var workers = new CopyOnWriteArrayList<Party>();
        var pools = new ConcurrentLinkedQueue<WorkerPool<Integer>>();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).queue(0),
                i -> {
                    workers.add(
                            pools.element().statistics().running().getFirst().worker());
                    done.add(i);
                },
                pool -> {
                    pools.add(pool);
                    for (int i = 0; i < 4; i++) {
                        pool.submit(i);
                        awaitIdle(pool, i + 1);
                        var worker = workers.get(i);
                        if (i % 2 == 0) {
                            Objects.requireNonNull(worker.task()).cancel();
                        } else {
                            worker.thread().interrupt(); // by somebody else: nobody's failure
                        }
                        Threads.until(Objects.requireNonNull(worker.task())::isDone);
                        assertThat(worker.task().isCancelled()).isEqualTo(i % 2 == 0);
                    }
                });
        assertThat(done).containsExactly(0, 1, 2, 3);
        assertThat(workers).doesNotHaveDuplicates();
    }

    private static void awaitIdle(WorkerPool<?> pool, long done) {
        Threads.until(() -> pool.statistics().done() == done);
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere that an item leaves behind does not reach the next one, and is not"
            + " swallowed")
    void interruptLeftBehind() throws Exception {
        var threads = new CopyOnWriteArrayList<Thread>();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).queue(5).onFailure(failed::put),
                i -> {
                    threads.add(Thread.currentThread());
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    if (i == 0) {
                        Thread.currentThread().interrupt();
                    }
                    done.add(i);
                },
                pool -> pool.submitAll(numbers(3)));
        assertThat(failed).isEmpty();
        assertThat(done).containsExactly(0, 1, 2);
        assertThat(threads.get(0)).isNotSameAs(threads.get(1));
        assertThat(threads.get(1)).isSameAs(threads.get(2));
    }

    @BackendTest
    @DisplayName("C14 an item that somebody else interrupts has failed with that, and the pool goes on")
    void itemInterrupted() throws Exception {
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).queue(5).onFailure(failed::put),
                i -> {
                    if (i == 0) {
                        Thread.currentThread().interrupt();
                        new Blocker().run();
                    }
                    done.add(i);
                },
                pool -> pool.submitAll(numbers(3)));
        assertThat(failed).containsOnlyKeys(0);
        assertThat(failed.get(0)).isExactlyInstanceOf(InterruptedException.class);
        assertThat(done).containsExactly(1, 2);
    }

    /** A backend that makes so many threads. */
    private static FilterBackend poor(TestBackend backend, int threads) {
        var made = new AtomicInteger();
        return new FilterBackend(backend) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inherit) {
                return made.incrementAndGet() > threads ? null : super.newThread(task, name, inherit);
            }
        };
    }

    private static List<Task<?>> workers(WorkerPool<?> pool) {
        var tasks = new ArrayList<Task<?>>();
        pool.statistics()
                .running()
                .forEach(r -> tasks.add(Objects.requireNonNull(r.worker().task())));
        return tasks;
    }

    @BackendTest
    @DisplayName("L11 if a worker cannot be replaced, that is logged, and the others handle every item")
    void onesReplacementFails(TestBackend backend) throws Exception {
        var leave = new Event();
        try (var log = LogCapture.start()) {
            WorkerPool.<Integer, Exception>run(
                    o -> o.name("poor")
                            .workers(2)
                            .queue(5)
                            .onFailure(failed::put)
                            .group(g -> g.backend(poor(backend, 2))),
                    i -> {
                        begun.incrementAndGet();
                        leave.await();
                        done.add(i);
                    },
                    pool -> {
                        pool.submitAll(numbers(5));
                        awaitBegun(2);
                        workers(pool).getFirst().cancel();
                        Threads.until(() -> pool.statistics().workers() == 1);
                        leave.set();
                    });
            assertThat(log.messages()).hasSize(1);
            assertThat(log.messages().getFirst()).contains("a worker of worker pool 'poor' could not be replaced");
        }
        assertThat(failed).hasSize(1);
        assertThat(done).hasSize(4);
    }

    @BackendTest
    @DisplayName(
            "L11 if the last worker cannot be replaced, the queue goes to the failure handler, and the pool fails by"
                    + " name")
    void lastReplacementFails(TestBackend backend) throws Exception {
        try (var _ = LogCapture.start()) {
            assertThatThrownBy(() -> WorkerPool.<Integer, Exception>run(
                            o -> o.workers(1).queue(5).onFailure(failed::put).group(g -> g.backend(poor(backend, 1))),
                            _ -> block(),
                            pool -> {
                                pool.submitAll(numbers(4));
                                awaitBegun(1);
                                workers(pool).getFirst().cancel();
                                new Blocker().run();
                            }))
                    .isInstanceOf(TaskGroupException.class)
                    .hasCauseInstanceOf(RejectedExecutionException.class);
        }
        assertThat(failed).containsOnlyKeys(0, 1, 2, 3);
    }

    @BackendTest
    @DisplayName("C11 a failure handler that blocks does its part also in a cancelled pool, for as long as its limit")
    void handlerIsShielded(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var written = new CopyOnWriteArrayList<Integer>();
            try (var log = LogCapture.start()) {
                TaskGroup.run(group -> {
                    WorkerPool<Integer> pool = WorkerPool.start(
                            group,
                            o -> o.workers(1)
                                    .queue(5)
                                    .failureLimit(Duration.ofSeconds(2))
                                    .onFailure((item, e) -> {
                                        failed.put(item, e);
                                        if (item == 3) {
                                            clock.advance(Duration.ofSeconds(1));
                                        }
                                        try (var _ = new Semaphore(1).acquire()) { // a cancellation point
                                            written.add(item);
                                        }
                                    }),
                            _ -> block());
                    pool.submitAll(numbers(5));
                    awaitBegun(1);
                    group.cancel();
                    Threads.untilRegardless(() -> written.size() > 2);
                });
                assertThat(log.messages()).isEmpty();
            }
            assertThat(failed).containsOnlyKeys(0, 1, 2, 3, 4);
            assertThat(written).containsExactly(0, 1, 2, 3, 4);
        });
    }

    @BackendTest
    @DisplayName(
            "C11 after the limit a failure handler is cancelled like other code, which is logged; each item is handed"
                    + " over still")
    void handlerLimit(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var log = LogCapture.start()) {
                TaskGroup.run(group -> {
                    WorkerPool<Integer> pool = WorkerPool.start(
                            group,
                            o -> o.name("log")
                                    .workers(1)
                                    .queue(5)
                                    .failureLimit(Duration.ofSeconds(2))
                                    .onFailure((item, e) -> {
                                        failed.put(item, e);
                                        if (item == 2) {
                                            clock.advance(Duration.ofSeconds(3));
                                        }
                                        CancelScope.checkpoint();
                                    }),
                            _ -> block());
                    pool.submitAll(numbers(5));
                    awaitBegun(1);
                    group.cancel();
                });
                assertThat(log.messages())
                        .hasSize(3)
                        .allSatisfy(m -> assertThat(m).contains("failure handler of worker pool 'log' was cut short"));
            }
            assertThat(failed).containsOnlyKeys(0, 1, 2, 3, 4);
        });
    }

    @BackendTest
    @DisplayName(
            "S4 a failure handler that throws while the queue is handed over gets the rest nevertheless; all that it"
                    + " threw is reported")
    void handlerThrowsInSweep() throws Exception {
        assertThatThrownBy(() -> WorkerPool.<Integer, Exception>run(
                        o -> o.workers(1).queue(5).onFailure((item, e) -> {
                            failed.put(item, e);
                            throw new IllegalStateException("handler of " + item);
                        }),
                        _ -> block(),
                        pool -> {
                            pool.submitAll(numbers(4));
                            awaitBegun(1);
                            throw new java.io.IOException("the body");
                        }))
                .isInstanceOf(java.io.IOException.class)
                .satisfies(e -> assertThat(e.getSuppressed())
                        .filteredOn(IllegalStateException.class::isInstance)
                        .singleElement()
                        .satisfies(first -> assertThat(first.getSuppressed())
                                .extracting(Throwable::getMessage)
                                .contains("handler of 1", "handler of 2", "handler of 3")));
        assertThat(failed).containsOnlyKeys(0, 1, 2, 3);
    }
}
