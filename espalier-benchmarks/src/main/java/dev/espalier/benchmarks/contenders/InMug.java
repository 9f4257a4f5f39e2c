// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import com.google.mu.util.concurrent.Fanout;
import com.google.mu.util.concurrent.Parallelizer;
import java.util.Collections;
import java.util.List;

/** Mug: {@code Fanout}, and its {@code Parallelizer} where the tasks are many. It has no timeout around code of the caller. */
final class InMug implements Contender {
    private static final String LEAVES_EARLY =
            "Mug interrupts the others when a task fails, and does not wait for their end: that is not the same work";

    @Override
    public void groups(int times, int size, Body body) throws Exception {
        for (int t = 0; t < times; t++) {
            parallelize(Fanout.withUnlimitedConcurrency(), size, body);
        }
    }

    private static void parallelize(Parallelizer parallelizer, int size, Runnable task) throws InterruptedException {
        parallelizer.parallelize(Collections.nCopies(size, task).stream());
    }

    @Override
    public int tree(int depth) {
        if (depth == 0) {
            return 1;
        }
        return Fanout.concurrently(() -> tree(depth - 1), () -> tree(depth - 1), (left, right) -> 1 + left + right);
    }

    @Override
    public void park(Disaster disaster) {
        throw new UnsupportedOperationException(LEAVES_EARLY);
    }

    @Override
    public void sleep(Disaster disaster) {
        throw new UnsupportedOperationException(LEAVES_EARLY);
    }

    @Override
    public void limited(int tasks, int limit, Body body) throws Exception {
        parallelize(Fanout.withMaxConcurrency(limit), tasks, body);
    }

    @Override
    public List<Long> map(List<Integer> items, int limit) {
        return items.stream()
                .collect(Fanout.withMaxConcurrency(limit).inParallel(Body::map))
                .values()
                .toList();
    }
}
