// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Espalier: {@code TaskGroup.run} and {@code call}. */
final class InEspalier extends Threaded {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Override
    public void groups(int times, int size, Body body) throws Exception {
        Callable<Object> task = body;
        for (int t = 0; t < times; t++) {
            TaskGroup.run(group -> {
                for (int i = 0; i < size; i++) {
                    var _ = group.fork(task);
                }
            });
        }
    }

    @Override
    public int tree(int depth) throws Exception {
        if (depth == 0) {
            return 1;
        }
        return TaskGroup.call(group -> {
            var left = group.fork(() -> tree(depth - 1));
            var right = group.fork(() -> tree(depth - 1));
            group.join();
            return 1 + left.resultNow() + right.resultNow();
        });
    }

    @Override
    @Nullable
    Throwable failure(int tasks, IntFunction<Callable<Object>> bodies) throws Exception {
        try {
            TaskGroup.run(group -> {
                for (int i = 0; i < tasks; i++) {
                    var _ = group.fork(bodies.apply(i));
                }
            });
            return null;
        } catch (TaskGroupException e) {
            return e.getCause();
        }
    }

    @Override
    public void timeouts(int times, Body body) throws Exception {
        VoidBody<RuntimeException> trivial = body::run;
        for (int t = 0; t < times; t++) {
            if (!CancelScope.runOrMoveOnAfter(LIMIT, trivial)) {
                throw new IllegalStateException("the timeout fired");
            }
        }
    }

    @Override
    public void limited(int tasks, int limit, Body body) throws Exception {
        Callable<Object> task = body;
        TaskGroup.run(o -> o.limit(limit), group -> {
            for (int i = 0; i < tasks; i++) {
                var _ = group.fork(task);
            }
        });
    }

    @Override
    public List<Long> map(List<Integer> items, int limit) throws Exception {
        return Tasks.map(items, limit, Body::map);
    }
}
