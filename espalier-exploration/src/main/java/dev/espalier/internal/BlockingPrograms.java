// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Small programs on data structures in which threads park, for Lincheck's exploration of any code. */
final class BlockingPrograms {
    private BlockingPrograms() {}

    static Map<String, Runnable> all() {
        var all = new LinkedHashMap<String, Runnable>();
        all.put("B1 a place is handed over to one who waits", BlockingPrograms::handOver);
        all.put(
                "B1 one who is interrupted as it is handed a place takes it, or leaves it",
                BlockingPrograms::interrupted);
        all.put("L1 the last completion wakes the owner", BlockingPrograms::ownerWaits);
        all.put("D1 the end of a task wakes who awaits it", BlockingPrograms::awaiter);
        all.put("L10 a report of readiness and a starter that leaves: one of the two", BlockingPrograms::startWork);
        return all;
    }

    /** A thread whose failure is its joiner's: Lincheck looks only at the thread that began. */
    private static final class Part extends Thread {
        private volatile @Nullable Throwable failure;

        Part(Runnable action) {
            super(action);
            setUncaughtExceptionHandler((thread, thrown) -> failure = thrown);
        }
    }

    private static Part start(Runnable action) {
        var part = new Part(action);
        part.start();
        return part;
    }

    private static void join(Part... parts) {
        for (Part part : parts) {
            try {
                part.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (part.failure != null) {
                throw new AssertionError(part.failure);
            }
        }
    }

    private static void claim(boolean holds) {
        if (!holds) {
            throw new AssertionError("not so");
        }
    }

    private static void handOver() {
        var places = new Places(Parts.group(), 1);
        var inside = new AtomicInteger();
        Runnable use = () -> {
            claim(places.acquire(/* mayWait= */ true) == Places.Result.GRANTED);
            claim(inside.incrementAndGet() == 1);
            inside.decrementAndGet();
            places.release();
        };
        Part one = start(use);
        Part two = start(use);
        use.run();
        join(one, two);
        claim(places.waiting().isEmpty() && places.acquire(/* mayWait= */ false) == Places.Result.GRANTED);
    }

    private static void interrupted() {
        var places = new Places(Parts.group(), 1);
        claim(places.acquire(/* mayWait= */ true) == Places.Result.GRANTED);
        Part waits = start(() -> {
            if (places.acquire(/* mayWait= */ true) == Places.Result.GRANTED) {
                places.release();
            }
        });
        Part releases = start(places::release);
        waits.interrupt();
        join(waits, releases);
        claim(places.waiting().isEmpty() && places.acquire(/* mayWait= */ false) == Places.Result.GRANTED);
    }

    private static void ownerWaits() {
        Group group = Parts.group();
        claim(group.admit(/* daemon= */ false));
        claim(group.admit(/* daemon= */ false));
        Part one = start(() -> group.complete(/* daemon= */ false));
        Part two = start(() -> group.complete(/* daemon= */ false));
        boolean aside = GroupExit.finish(group, /* cancelOnInterrupt= */ false);
        claim(!aside && group.isClosed());
        join(one, two);
    }

    private static void awaiter() {
        Group group = Parts.group();
        TaskNode<Object> task = Parts.task(group, "task");
        Part end = start(() -> {
            task.succeed("value");
            for (Waiter w = task.closeWaiters(); w != null; w = w.next) {
                w.terminated(task);
            }
        });
        Awaiting.awaitUninterruptibly(task, group.backend());
        claim(task.value().equals("value"));
        join(end);
    }

    private static void startWork() {
        var work = new StartWork<Object>(status -> {}, Parts.group().backend(), null);
        var left = new boolean[1];
        Part starter = start(() -> {
            left[0] = work.leave();
            claim(left[0] || "value".equals(work.value()));
        });
        work.started("value");
        join(starter);
        claim(left[0] != work.isReady());
    }
}
