// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.Espalier;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The places of a group with a limit are handed over (B1). */
final class LimitScenarios {
    private LimitScenarios() {}

    @Scenario("B1 at most `limit` tasks run at once, and none is forgotten")
    static void handOver() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var running = new AtomicInteger();
            var ran = new AtomicInteger();
            TaskGroup.run(o -> o.limit(1), group -> {
                Rival rival = Rival.start(() -> {
                    var _ = group.fork(() -> count(running, ran));
                });
                var _ = group.fork(() -> count(running, ran));
                rival.await();
            });
            Claim.that(ran.get() == 2, "both ran");
            return null;
        });
    }

    private static void count(AtomicInteger running, AtomicInteger ran) {
        Claim.that(running.incrementAndGet() == 1, "one runs at once");
        running.decrementAndGet();
        ran.incrementAndGet();
    }

    @Scenario("B1 C7 a place that is handed to a thread which is cancelled at that moment is not lost")
    static void handOverAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(o -> o.limit(1), group -> {
                var stop = new CountDownLatch(1);
                var _ = group.fork(() -> stop.await());
                TaskGroup.run(forkers -> {
                    Task<Void> forker = forkers.fork("forker", () -> {
                        var _ = group.fork(() -> {});
                    });
                    Rival rival = Rival.start(forker::cancel);
                    stop.countDown();
                    rival.await();
                });
                Task<String> last = group.fork(() -> "last"); // never gets a place if one was lost
                Claim.that(last.await().equals("last"), "the place was free again");
            });
            return null;
        });
    }

    @Scenario("B1 C2 a group that is cancelled while a fork waits for a place wakes it, and refuses its task")
    static void waitingForkAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(o -> o.limit(1), group -> {
                var _ = group.fork(() -> new CountDownLatch(1).await());
                Rival forker = Rival.start(() -> {
                    var _ = group.fork(() -> new CountDownLatch(1).await());
                });
                Rival canceller = Rival.start(group::cancel);
                Throwable _ = Claim.thrownBy(forker::await); // the body is cancelled as well
                Throwable _ = Claim.thrownBy(canceller::await);
            });
            Claim.notInterrupted("after the group");
            return null;
        });
    }

    @Scenario("B2 when every place is held by a task that waits to fork, exactly the last one gets the exception")
    static void everyoneWaits() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var refused = new AtomicInteger();
            TaskGroup.run(o -> o.limit(2), group -> {
                for (int i = 0; i < 2; i++) {
                    var _ = group.fork(() -> {
                        if (Claim.thrownBy(() -> group.fork(() -> {})) instanceof IllegalStateException) {
                            refused.incrementAndGet();
                        }
                    });
                }
            });
            Claim.that(refused.get() <= 1, "at most one was refused, and there were " + refused.get());
            return null;
        });
    }
}
