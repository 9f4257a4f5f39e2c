// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Virtual threads started by hand, and a latch that they count down. */
final class InThreads extends Threaded {
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private static ScheduledThreadPoolExecutor timer() {
        var timer =
                new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    @Override
    public void groups(int times, int size, Body body) throws Exception {
        for (int t = 0; t < times; t++) {
            var done = new CountDownLatch(size);
            Runnable task = () -> {
                body.run();
                done.countDown();
            };
            for (int i = 0; i < size; i++) {
                Thread.startVirtualThread(task);
            }
            done.await();
        }
    }

    @Override
    public int tree(int depth) throws Exception {
        if (depth == 0) {
            return 1;
        }
        var done = new CountDownLatch(2);
        int[] nodes = new int[2];
        startChild(depth, nodes, 0, done);
        startChild(depth, nodes, 1, done);
        done.await();
        return 1 + nodes[0] + nodes[1];
    }

    private void startChild(int depth, int[] nodes, int child, CountDownLatch done) {
        Thread.startVirtualThread(() -> {
            try {
                nodes[child] = tree(depth - 1);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                done.countDown();
            }
        });
    }

    /** The failure is told to the owner by a latch, and it interrupts all. */
    @Override
    @Nullable
    Throwable failure(int tasks, IntFunction<Callable<Object>> bodies) throws Exception {
        var failure = new AtomicReference<@Nullable Throwable>();
        var failed = new CountDownLatch(1);
        var done = new CountDownLatch(tasks);
        var threads = new Thread[tasks];
        for (int i = 0; i < tasks; i++) {
            Callable<Object> body = bodies.apply(i);
            threads[i] = Thread.startVirtualThread(() -> {
                try {
                    var _ = body.call();
                } catch (InterruptedException _) {
                    // this is how the others end
                } catch (Exception e) {
                    failure.set(e);
                    failed.countDown();
                }
                done.countDown();
            });
        }
        failed.await();
        for (Thread thread : threads) {
            thread.interrupt();
        }
        done.await();
        return failure.get();
    }

    /** A timer that is set to interrupt the thread, and is taken back. */
    @Override
    public void timeouts(int times, Body body) {
        Thread thread = Thread.currentThread();
        for (int t = 0; t < times; t++) {
            var timer = TIMER.schedule(thread::interrupt, 10, TimeUnit.SECONDS);
            body.run();
            timer.cancel(false);
        }
    }

    @Override
    public void limited(int tasks, int limit, Body body) throws Exception {
        var places = new Semaphore(limit);
        var done = new CountDownLatch(tasks);
        Runnable task = () -> {
            body.run();
            places.release();
            done.countDown();
        };
        for (int i = 0; i < tasks; i++) {
            places.acquire();
            Thread.startVirtualThread(task);
        }
        done.await();
    }

    @Override
    public List<Long> map(List<Integer> items, int limit) throws Exception {
        var places = new Semaphore(limit);
        var done = new CountDownLatch(items.size());
        var results = new Long[items.size()];
        int next = 0;
        for (int item : items) {
            int index = next++;
            places.acquire();
            Thread.startVirtualThread(() -> {
                results[index] = Body.map(item);
                places.release();
                done.countDown();
            });
        }
        done.await();
        return Arrays.asList(results);
    }
}
