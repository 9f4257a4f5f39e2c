// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.TaskGroup;
import dev.espalier.pool.WorkerPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Worker pools under ten thousand random cancellations of those who submit, of workers, and of pools: no item is lost, and none goes two ways. */
public class WorkerPoolStressTest {
    /** How many cancellations hit who submits, or a worker with an item. */
    private static final int CANCELLATIONS = BackendExtension.volume(10_000);

    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger cancellations = new AtomicInteger();
    private final Queue<Integer> submitted = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> done = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> failed = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> returned = new ConcurrentLinkedQueue<>();

    private void work(int item) throws Exception {
        switch (item % 7) {
            case 0 -> throw new IOException("item " + item);
            case 1 -> Thread.yield();
            case 2 -> Race.spin(item % 500);
            case 3 -> Thread.currentThread().interrupt();
            default -> {}
        }
        CancelScope.checkpoint();
        done.add(item);
    }

    private void failed(int item, Throwable failure) {
        if (!(failure instanceof CancelledException) && item % 7 != 0) {
            throw new AssertionError("unexpected failure of item " + item, failure);
        }
        failed.add(item);
        if (failure instanceof CancelledException) {
            cancellations.incrementAndGet();
        }
        if (item % 11 == 0) {
            throw new IllegalStateException("handler of " + item);
        }
    }

    private void offer(WorkerPool<Integer> pool, Stress.Worker worker) throws InterruptedException {
        int item = numbers.incrementAndGet();
        worker.work();
        try {
            if (worker.draw(4) != 0) {
                pool.submit(item);
            } else if (!pool.trySubmit(item)) {
                return;
            }
        } catch (CancelledException e) {
            cancellations.incrementAndGet();
            throw e;
        } catch (RejectedExecutionException e) {
            worker.work();
            return;
        }
        submitted.add(item);
        worker.did();
    }

    private static void cancelOne(WorkerPool<Integer> pool, Stress.Worker worker) {
        var running = pool.statistics().running();
        if (!running.isEmpty()) {
            Objects.requireNonNull(
                            running.get(worker.draw(running.size())).worker().task())
                    .cancel();
        }
    }

    private void assertNoneLost() {
        var all = new ArrayList<>(done);
        all.addAll(failed);
        all.addAll(returned);
        assertThat(all.stream().sorted().toList())
                .isEqualTo(submitted.stream().sorted().toList());
    }

    @BackendTest
    @DisplayName(
            "S4 stress: under random cancellation of who submits and of workers each submitted item is done or failed,"
                    + " once")
    void submittersAndWorkers() throws Exception {
        try (var _ = LogCapture.start()) { // of handlers that throw
            WorkerPool.<Integer, Exception>run(
                    o -> o.workers(3)
                            .queue(2)
                            .onFailure(this::failed)
                            .group(g -> g.failurePolicy(FailurePolicy.COLLECT)),
                    this::work,
                    pool -> {
                        do {
                            new Stress("stress of WorkerPool").run(worker -> {
                                if (worker.draw(3) == 0) {
                                    cancelOne(pool, worker);
                                }
                                offer(pool, worker);
                            });
                        } while (!BackendExtension.isSimulated() && cancellations.get() < CANCELLATIONS);
                        pool.stop();
                        var now = pool.statistics();
                        assertThat(now.running()).isEmpty();
                        assertThat(now.queued()).isZero();
                        assertThat(now.waiting()).isEmpty();
                        assertThat(now.submitted()).isEqualTo(submitted.size());
                        assertThat(now.done()).isEqualTo(done.size());
                        assertThat(now.failed()).isEqualTo(failed.size());
                    });
        }
        assertNoneLost();
    }

    @BackendTest
    @DisplayName(
            "S4 stress: pools that are stopped and cancelled while others submit lose no item, nor give one to two")
    void pools() throws Exception {
        List<WorkerPool<Integer>> current = new ArrayList<>();
        try (var _ = LogCapture.start()) {
            TaskGroup.run(group -> {
                current.add(open(group));
                new Stress("stress of WorkerPool's end").run(worker -> {
                    WorkerPool<Integer> pool;
                    synchronized (current) {
                        pool = current.getLast();
                    }
                    switch (worker.draw(64)) {
                        case 0 -> {
                            replace(group, current, pool);
                            returned.addAll(pool.cancel());
                        }
                        case 1 -> {
                            replace(group, current, pool);
                            pool.stop();
                        }
                        case 2 -> cancelOne(pool, worker);
                        default -> offer(pool, worker);
                    }
                });
                for (var pool : current) {
                    pool.stop();
                }
            });
        }
        assertNoneLost();
    }

    private WorkerPool<Integer> open(TaskGroup group) throws InterruptedException {
        return WorkerPool.start(
                group,
                o -> o.workers(2).queue(4).onFailure(this::failed).group(g -> g.failurePolicy(FailurePolicy.COLLECT)),
                this::work);
    }

    private void replace(TaskGroup group, List<WorkerPool<Integer>> current, WorkerPool<Integer> pool)
            throws InterruptedException {
        var fresh = open(group);
        synchronized (current) {
            if (current.getLast() == pool) {
                current.add(fresh);
                return;
            }
        }
        fresh.stopIntake();
    }
}
