// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** {@code CompletableFuture} on virtual threads. */
final class InFutures extends Threaded {
    private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

    @Override
    public void groups(int times, int size, Body body) {
        for (int t = 0; t < times; t++) {
            var all = new CompletableFuture<?>[size];
            for (int i = 0; i < size; i++) {
                all[i] = CompletableFuture.supplyAsync(body, THREADS);
            }
            CompletableFuture.allOf(all).join();
        }
    }

    @Override
    public int tree(int depth) {
        if (depth == 0) {
            return 1;
        }
        var left = CompletableFuture.supplyAsync(() -> tree(depth - 1), THREADS);
        var right = CompletableFuture.supplyAsync(() -> tree(depth - 1), THREADS);
        return left.thenCombine(right, (a, b) -> 1 + a + b).join();
    }

    /** Futures neither interrupt nor stop at the first failure: an executor for each group does, and its shutdown. */
    @Override
    @Nullable
    Throwable failure(int tasks, IntFunction<Callable<Object>> bodies) throws Exception {
        var failure = new AtomicReference<@Nullable Throwable>();
        var failed = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < tasks; i++) {
                Callable<Object> body = bodies.apply(i);
                var _ = CompletableFuture.runAsync(() -> callUnchecked(body), threads)
                        .whenComplete((_, thrown) -> {
                            if (thrown != null && failure.compareAndSet(null, thrown.getCause())) {
                                failed.countDown();
                            }
                        });
            }
            failed.await();
            threads.shutdownNow();
        }
        return failure.get();
    }

    @Override
    public void timeouts(int times, Body body) {
        for (int t = 0; t < times; t++) {
            var _ = CompletableFuture.supplyAsync(body, THREADS)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
    }

    @Override
    public void limited(int tasks, int limit, Body body) throws Exception {
        var places = new Semaphore(limit);
        var all = new CompletableFuture<?>[tasks];
        Runnable task = () -> {
            body.run();
            places.release();
        };
        for (int i = 0; i < tasks; i++) {
            places.acquire();
            all[i] = CompletableFuture.runAsync(task, THREADS);
        }
        CompletableFuture.allOf(all).join();
    }

    @Override
    public List<Long> map(List<Integer> items, int limit) throws Exception {
        var places = new Semaphore(limit);
        var all = new ArrayList<CompletableFuture<Long>>(items.size());
        for (int item : items) {
            places.acquire();
            all.add(CompletableFuture.supplyAsync(
                    () -> {
                        long result = Body.map(item);
                        places.release();
                        return result;
                    },
                    THREADS));
        }
        var results = new ArrayList<Long>(items.size());
        for (var future : all) {
            results.add(future.join());
        }
        return results;
    }
}
