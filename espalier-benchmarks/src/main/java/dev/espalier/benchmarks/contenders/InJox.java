// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import com.softwaremill.jox.structured.JoxScopeExecutionException;
import com.softwaremill.jox.structured.Par;
import com.softwaremill.jox.structured.Race;
import com.softwaremill.jox.structured.Scopes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Jox: {@code Scopes.supervised}, which itself uses the JDK's preview; {@code Par.parLimit} for items. */
final class InJox extends Threaded {
    @Override
    public void groups(int times, int size, Body body) throws Exception {
        Callable<Object> task = body;
        for (int t = 0; t < times; t++) {
            var _ = Scopes.supervised(scope -> {
                for (int i = 0; i < size; i++) {
                    var _ = scope.forkUser(task);
                }
                return "forked";
            });
        }
    }

    @Override
    public int tree(int depth) throws Exception {
        if (depth == 0) {
            return 1;
        }
        return Scopes.supervised(scope -> {
            var left = scope.forkUser(() -> tree(depth - 1));
            var right = scope.forkUser(() -> tree(depth - 1));
            return 1 + left.join() + right.join();
        });
    }

    @Override
    @Nullable
    Throwable failure(int tasks, IntFunction<Callable<Object>> bodies) throws Exception {
        try {
            var _ = Scopes.supervised(scope -> {
                for (int i = 0; i < tasks; i++) {
                    var _ = scope.forkUser(bodies.apply(i));
                }
                return "forked";
            });
            return null;
        } catch (JoxScopeExecutionException e) {
            return e.getCause();
        }
    }

    @Override
    public void timeouts(int times, Body body) throws Exception {
        Callable<Object> task = body;
        for (int t = 0; t < times; t++) {
            var _ = Race.timeout(10_000, task);
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
        var _ = Scopes.supervised(scope -> {
            for (int i = 0; i < tasks; i++) {
                places.acquire();
                var _ = scope.forkUser(task);
            }
            return "forked";
        });
    }

    @Override
    public List<Long> map(List<Integer> items, int limit) throws Exception {
        var tasks = new ArrayList<Callable<Long>>(items.size());
        for (int item : items) {
            tasks.add(() -> Body.map(item));
        }
        return Par.parLimit(limit, tasks);
    }
}
