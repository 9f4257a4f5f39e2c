// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.pool.WorkerPool;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker pool loses no item, and gives none to two (S4). */
final class WorkerPoolScenarios {
    private WorkerPoolScenarios() {}

    @Scenario("S4 C7 a submit that is cancelled at the moment its item is taken has submitted it, and says so")
    static void submitAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var done = new AtomicInteger();
            var submitted = new AtomicBoolean();
            WorkerPool.<Integer, InterruptedException>run(
                    o -> o.workers(1).queue(0),
                    _ -> done.incrementAndGet(),
                    pool -> TaskGroup.run(group -> {
                        Task<Void> submitter = group.fork("submitter", () -> {
                            pool.submit(1);
                            submitted.set(true);
                        });
                        Rival rival = Rival.start(submitter::cancel);
                        rival.await();
                    }));
            Claim.that(done.get() == (submitted.get() ? 1 : 0), "handled if and only if submitted");
            return null;
        });
    }

    @Scenario("S4 when a pool is stopped and cancelled at once, each item is handled, or failed, or returned, once")
    static void stopAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var seen = new ConcurrentLinkedQueue<Integer>();
            WorkerPool.<Integer, InterruptedException>run(
                    o -> o.workers(2).queue(2).onFailure((item, _) -> seen.add(item)),
                    item -> {
                        CancelScope.checkpoint();
                        seen.add(item);
                    },
                    pool -> {
                        pool.submitAll(List.of(1, 2, 3));
                        Rival rival = Rival.start(() -> seen.addAll(pool.cancel()));
                        pool.stop();
                        rival.await();
                    });
            Claim.that(seen.stream().sorted().toList().equals(List.of(1, 2, 3)), "each item went one way: " + seen);
            return null;
        });
    }

    @Scenario("S4 a group that is cancelled while items are submitted hands over what was submitted, and refuses the"
            + " rest")
    static void submitAgainstTheEnd() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var seen = new AtomicInteger();
            var submitted = new AtomicInteger();
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            boolean _ = scope.run(() -> WorkerPool.<Integer, InterruptedException>run(
                    o -> o.workers(1).queue(1).onFailure((_, _) -> seen.incrementAndGet()),
                    _ -> {
                        CancelScope.checkpoint();
                        seen.incrementAndGet();
                    },
                    pool -> {
                        try {
                            for (int i = 0; i < 2 && pool.trySubmit(i); i++) {
                                submitted.incrementAndGet();
                            }
                        } catch (RejectedExecutionException e) { // the group has been cancelled: it was not submitted
                            CancelScope.checkpoint();
                        }
                    }));
            rival.await();
            Claim.that(seen.get() == submitted.get(), seen + " of " + submitted + " were accounted for");
            return null;
        });
    }
}
