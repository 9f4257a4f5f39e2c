// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What becomes of the items of a worker pool, for its tests. */
abstract class WorkerPoolItems {
    final Map<Integer, Throwable> failed = new ConcurrentSkipListMap<>();
    final List<Integer> done = new CopyOnWriteArrayList<>();
    final AtomicInteger begun = new AtomicInteger();

    static List<Integer> numbers(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    /** Work that goes on until it is cancelled. */
    final void block() throws InterruptedException {
        begun.incrementAndGet();
        new Blocker().run();
    }

    /** Returns when the work on so many items has begun: a worker that is cancelled before gives its item back. */
    final void awaitBegun(int count) {
        Threads.until(() -> begun.get() == count);
    }
}
