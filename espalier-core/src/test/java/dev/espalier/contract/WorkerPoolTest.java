// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.StructureException;
import dev.espalier.TaskGroup;
import dev.espalier.pool.WorkerOptions;
import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Event;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rule S4 while nobody is cancelled: where items go, back-pressure, the end. */
public class WorkerPoolTest {
    @BackendTest
    @DisplayName("S4 run returns when every item has been handled, once, though nobody stops the pool")
    void runHandlesAll() throws Exception {
        var handled = new ConcurrentLinkedQueue<Integer>();
        WorkerPool.<Integer, RuntimeException>run(
                o -> o.workers(3).queue(2), handled::add, pool -> pool.submitAll(numbers(50)));
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(50));
    }

    @BackendTest
    @DisplayName("S4 one worker begins items in the order in which they were submitted")
    void order() throws Exception {
        var handled = new CopyOnWriteArrayList<Integer>();
        WorkerPool.<Integer, RuntimeException>run(
                o -> o.workers(1).queue(0), handled::add, pool -> pool.submitAll(numbers(20)));
        assertThat(handled).isEqualTo(numbers(20));
    }

    @BackendTest
    @DisplayName("S4 so many items are worked on at once as there are workers, and no more")
    void concurrency() throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var all = new Event();
        WorkerPool.<Integer, RuntimeException>run(
                o -> o.workers(3).queue(10),
                i -> {
                    int now = inside.incrementAndGet();
                    most.accumulateAndGet(now, Math::max);
                    if (now == 3) {
                        all.set();
                    }
                    all.await();
                    inside.decrementAndGet();
                },
                pool -> pool.submitAll(numbers(12)));
        assertThat(most).hasValue(3);
    }

    @BackendTest
    @DisplayName(
            "S4 a submit waits while the queue is full, and trySubmit returns false; both get in when there is room")
    void backPressure() throws Exception {
        var leave = new Event();
        WorkerPool.<Integer, Exception>run(o -> o.workers(1).queue(2), _ -> leave.await(), pool -> {
            pool.submit(0);
            Threads.until(() -> pool.statistics().running().size() == 1);
            pool.submit(1);
            assertThat(pool.trySubmit(2)).isTrue();
            assertThat(pool.trySubmit(3)).isFalse();
            var seen = new AtomicInteger();
            try (var _ = WhenBlocked.me(() -> {
                seen.set(pool.statistics().waiting().size());
                leave.set();
            })) {
                pool.submit(4);
            }
            assertThat(seen).hasValue(1);
            pool.stop();
            assertThat(pool.statistics().done()).isEqualTo(4);
        });
    }

    @BackendTest
    @DisplayName("S4 with a queue of 0, an item is submitted when a worker takes it")
    void rendezvous() throws Exception {
        var leave = new Event();
        WorkerPool.<Integer, Exception>run(o -> o.workers(2).queue(0), _ -> leave.await(), pool -> {
            pool.submit(0);
            pool.submit(1);
            assertThat(pool.trySubmit(2)).isFalse();
            assertThat(pool.statistics().queued()).isZero();
            try (var _ = WhenBlocked.me(leave::set)) {
                pool.submit(3);
            }
        });
    }

    @BackendTest
    @DisplayName("S1 who waits to submit is let in first come, first served, also when one in the middle is cancelled")
    void fifo() throws Exception {
        var leave = new Event();
        var handled = new CopyOnWriteArrayList<Integer>();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).queue(1),
                i -> {
                    leave.await();
                    handled.add(i);
                },
                pool -> TaskGroup.run(group -> {
                    pool.submit(0);
                    Threads.until(() -> pool.statistics().running().size() == 1);
                    pool.submit(1);
                    for (int i = 2; i < 7; i++) {
                        int item = i;
                        int before = pool.statistics().waiting().size();
                        var task = group.fork(() -> pool.submit(item));
                        Threads.until(() -> pool.statistics().waiting().size() == before + 1);
                        if (item == 4) {
                            task.cancel();
                            Threads.until(task::isDone);
                        }
                    }
                    assertThat(pool.trySubmit(99)).isFalse();
                    leave.set();
                }));
        assertThat(handled).containsExactly(0, 1, 2, 3, 5, 6);
    }

    @BackendTest
    @DisplayName(
            "S4 stop handles what was submitted, and what comes later is rejected by name; stopIntake does not wait")
    void stop() throws Exception {
        var leave = new Event();
        var handled = new CopyOnWriteArrayList<Integer>();
        TaskGroup.run(group -> {
            WorkerPool<Integer> pool =
                    WorkerPool.start(group, o -> o.name("index").workers(2).queue(5), i -> {
                        leave.await();
                        handled.add(i);
                    });
            pool.submitAll(numbers(5));
            pool.stopIntake();
            assertThatThrownBy(() -> pool.submit(8))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("worker pool 'index' was stopped");
            assertThatThrownBy(() -> pool.trySubmit(8)).isInstanceOf(RejectedExecutionException.class);
            assertThat(handled).isEmpty();
            try (var _ = WhenBlocked.me(leave::set)) {
                pool.stop();
            }
            assertThat(handled).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
            pool.stop();
            assertThat(pool.toString()).contains("'index'", "stopped", "0 queued");
        });
    }

    @BackendTest
    @DisplayName("S4 who waits to submit when the pool is stopped is told that its item was not submitted")
    void stopWhileSubmitting() throws Exception {
        var leave = new Event();
        WorkerPool.<Integer, Exception>run(o -> o.workers(1).queue(0), _ -> leave.await(), pool -> {
            pool.submit(0);
            try (var _ = WhenBlocked.me(pool::stopIntake)) {
                assertThatThrownBy(() -> pool.submit(1)).isInstanceOf(RejectedExecutionException.class);
            }
            leave.set();
            pool.stop();
            assertThat(pool.statistics().submitted()).isEqualTo(1);
        });
    }

    @BackendTest
    @DisplayName(
            "S4 work may submit more to its own pool, also after the body has ended; run returns when nothing is left")
    void recursion() throws Exception {
        var seen = Collections.synchronizedSet(new java.util.HashSet<Integer>());
        var pools = new ConcurrentLinkedQueue<WorkerPool<Integer>>();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(3).queue(1_000),
                i -> {
                    seen.add(i);
                    for (int child : List.of(2 * i, 2 * i + 1)) {
                        if (child < 200) {
                            pools.element().submit(child);
                        }
                    }
                },
                pool -> {
                    pools.add(pool);
                    pool.submit(1);
                });
        assertThat(seen).hasSize(199);
        assertThatThrownBy(() -> pools.element().submit(1)).isInstanceOf(RejectedExecutionException.class);
    }

    @BackendTest
    @DisplayName("D1 the last worker that waits to submit to its own full pool gets an exception, and its item is not"
            + " submitted")
    void ownPoolIsFull() throws Exception {
        Map<Integer, Throwable> failed = new ConcurrentHashMap<>();
        var pools = new ConcurrentLinkedQueue<WorkerPool<Integer>>();
        var both = new Event();
        var begun = new AtomicInteger();
        WorkerPool.<Integer, Exception>run(
                o -> o.name("crawl").workers(2).queue(1).onFailure(failed::put),
                i -> {
                    if (i < 2) {
                        if (begun.incrementAndGet() == 2) {
                            both.set();
                        }
                        both.await();
                        Threads.until(() -> pools.element().statistics().queued() == 1);
                        TaskGroup.run(inner -> inner.fork(() -> pools.element().submit(10 + i)));
                    }
                },
                pool -> {
                    pools.add(pool);
                    pool.submitAll(numbers(3));
                });
        assertThat(failed).hasSize(1);
        assertThat(failed.values().iterator().next())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("this submit would never end: worker pool 'crawl' is full, and each of its"
                        + " workers waits to submit to it: "
                        + "crawl[0], crawl[1]"
                        + "; use trySubmit in the work, make the queue longer, or submit from outside");
    }

    @BackendTest
    @DisplayName("D1 stop in the work of the pool itself is refused, and says what to do")
    void stopInWork() throws Exception {
        Map<Integer, Throwable> failed = new ConcurrentHashMap<>();
        var pools = new ConcurrentLinkedQueue<WorkerPool<Integer>>();
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).onFailure(failed::put), _ -> pools.element().stop(), pool -> {
                    pools.add(pool);
                    pool.submit(0);
                });
        assertThat(failed.get(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call stopIntake() there");
    }

    @BackendTest
    @DisplayName("C3 each item has a scope of its own: its deadline, its groups and its interrupts end with it")
    void scopes() throws Exception {
        Map<Integer, Throwable> failed = new ConcurrentHashMap<>();
        var done = new CopyOnWriteArrayList<Integer>();
        var threads = Collections.newSetFromMap(new ConcurrentHashMap<Thread, Boolean>());
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).onFailure(failed::put),
                i -> {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    threads.add(Thread.currentThread());
                    switch (i) {
                        case 0 -> {
                            CancelScope.current().deadline(Deadline.after(Duration.ZERO));
                            CancelScope.checkpoint();
                        }
                        case 1 -> {
                            CancelScope.current().cancel("enough");
                            CancelScope.checkpoint();
                        }
                        case 2 -> TaskGroup.open();
                        case 3 -> CancelScope.current().cancel("too late");
                        default -> done.add(i);
                    }
                },
                pool -> pool.submitAll(numbers(6)));
        assertThat(failed).hasSize(3);
        assertThat(failed.get(0)).isInstanceOf(DeadlineExceededException.class);
        assertThat(failed.get(1)).isInstanceOf(CancelledException.class).hasMessage("enough");
        assertThat(failed.get(2)).isInstanceOf(StructureException.class);
        assertThat(done).containsExactly(4, 5);
        assertThat(threads).hasSize(1);
    }

    @BackendTest
    @DisplayName("S4 statistics tell what is queued, and what runs, where, and for how long")
    void statistics(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var leave = new Event();
            WorkerPool.<Integer, Exception>run(o -> o.name("slow").workers(1).queue(3), _ -> leave.await(), pool -> {
                pool.submit(7);
                Threads.until(() -> pool.statistics().running().size() == 1);
                pool.submit(8);
                Threads.until(() -> pool.statistics().running().getFirst().age().isZero());
                clock.advance(Duration.ofSeconds(3));
                var now = pool.statistics();
                assertThat(now.workers()).isEqualTo(1);
                assertThat(now.queued()).isEqualTo(1);
                var running = now.running().getFirst();
                assertThat(running.item()).isEqualTo(7);
                assertThat(running.age()).isEqualTo(Duration.ofSeconds(3));
                assertThat(running.worker()).hasToString("task 'slow[0]'");
                leave.set();
            });
        });
    }

    @BackendTest
    @DisplayName("L1 a pool in a group takes one place of it, and the group ends when the pool has been stopped")
    void inGroup() throws Exception {
        var handled = new ConcurrentLinkedQueue<Integer>();
        TaskGroup.run(o -> o.limit(1), group -> {
            WorkerPool<Integer> pool = WorkerPool.start(group, o -> o.workers(3), handled::add);
            assertThat(group.stats().active()).isEqualTo(1);
            assertThat(group.tryFork(() -> 1)).isEmpty();
            pool.submitAll(numbers(10));
            pool.stopIntake();
        });
        assertThat(handled).hasSize(10);
    }

    @BackendTest
    @DisplayName("L11 a pool whose workers cannot all be started is not opened, and leaves nothing behind")
    void cannotStart(TestBackend backend) throws Exception {
        var made = new AtomicInteger();
        var failing = new FilterBackend(backend) {
            @Override
            public Thread newThread(Runnable task, String name, boolean inherit) {
                return made.incrementAndGet() == 3 ? null : super.newThread(task, name, inherit);
            }
        };
        var entered = new AtomicInteger();
        assertThatThrownBy(() -> WorkerPool.<Integer, RuntimeException>run(
                        o -> o.workers(4).group(g -> g.backend(failing)), _ -> {}, _ -> entered.incrementAndGet()))
                .isInstanceOf(RejectedExecutionException.class);
        assertThat(entered).hasValue(0);
    }

    @BackendTest
    @DisplayName("S4 bad options and null items are refused with a message that says what to do")
    void misuse() throws Exception {
        WorkerOptions<Integer> options = WorkerOptions.defaults();
        assertThatThrownBy(() -> options.workers(0)).hasMessage("workers is 0; it must be at least 1");
        assertThatThrownBy(() -> options.queue(-1)).hasMessage("queue is -1; it must be zero or more");
        assertThatThrownBy(() -> options.group(g -> g.limit(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("workers(n)");
        assertThatThrownBy(() -> options.name(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThat(options.workers(7).queue()).isEqualTo(7);
        WorkerPool.<Integer, RuntimeException>run(o -> o, _ -> {}, pool -> {
            assertThatThrownBy(() -> pool.submit(null)).isInstanceOf(NullPointerException.class);
            assertThat(pool.statistics().submitted()).isZero();
        });
    }

    private static List<Integer> numbers(int n) {
        return IntStream.range(0, n).boxed().toList();
    }
}
