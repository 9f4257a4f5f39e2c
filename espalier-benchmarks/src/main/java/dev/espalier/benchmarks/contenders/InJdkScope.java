// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.function.IntFunction;
import java.util.stream.Gatherers;
import org.jspecify.annotations.Nullable;

/** The JDK's {@code StructuredTaskScope}, a preview; and {@code Gatherers.mapConcurrent} for items. */
final class InJdkScope extends Threaded {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Override
    public void groups(int times, int size, Body body) throws Exception {
        Callable<Object> task = body;
        for (int t = 0; t < times; t++) {
            try (var scope = StructuredTaskScope.open()) {
                for (int i = 0; i < size; i++) {
                    scope.fork(task);
                }
                scope.join();
            }
        }
    }

    @Override
    public int tree(int depth) throws Exception {
        if (depth == 0) {
            return 1;
        }
        try (var scope = StructuredTaskScope.open()) {
            var left = scope.fork(() -> tree(depth - 1));
            var right = scope.fork(() -> tree(depth - 1));
            scope.join();
            return 1 + left.get() + right.get();
        }
    }

    @Override
    @Nullable
    Throwable failure(int tasks, IntFunction<Callable<Object>> bodies) throws Exception {
        try (var scope = StructuredTaskScope.open()) {
            for (int i = 0; i < tasks; i++) {
                scope.fork(bodies.apply(i));
            }
            scope.join();
            return null;
        } catch (StructuredTaskScope.FailedException e) {
            return e.getCause();
        }
    }

    /** The code is a task here, on a thread of its own: a scope's timeout does not interrupt its owner. */
    @Override
    public void timeouts(int times, Body body) throws Exception {
        Callable<Object> task = body;
        for (int t = 0; t < times; t++) {
            try (var scope =
                    StructuredTaskScope.open(Joiner.awaitAllSuccessfulOrThrow(), config -> config.withTimeout(LIMIT))) {
                scope.fork(task);
                scope.join();
            }
        }
    }

    @Override
    public void limited(int tasks, int limit, Body body) throws Exception {
        var places = new Semaphore(limit);
        Callable<Object> task = () -> {
            try {
                return body.call();
            } finally {
                places.release();
            }
        };
        try (var scope = StructuredTaskScope.open()) {
            for (int i = 0; i < tasks; i++) {
                places.acquire();
                scope.fork(task);
            }
            scope.join();
        }
    }

    @Override
    public List<Long> map(List<Integer> items, int limit) {
        return items.stream().gather(Gatherers.mapConcurrent(limit, Body::map)).toList();
    }
}
