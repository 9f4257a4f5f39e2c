// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import dev.espalier.Started;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** A fork meets the end, or the cancellation, of its group. */
final class ForkScenarios {
    private ForkScenarios() {}

    private static void blockForEver(AtomicBoolean ran) throws InterruptedException {
        ran.set(true);
        new CountDownLatch(1).await();
    }

    @Scenario("C2 L4 a task that is forked while its group is cancelled is refused, or runs and is interrupted")
    static void forkAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var ran = new AtomicBoolean();
            var forked = new AtomicReference<Task<?>>();
            TaskGroup.run(group -> {
                Rival rival = Rival.start(group::cancel);
                boolean before = group.isCancelled();
                Task<?> task = group.fork(() -> blockForEver(ran));
                Claim.that(!(before && !task.isDone()), "a group that was cancelled before forks nothing");
                forked.set(task);
                rival.await();
            });
            Claim.that(forked.get() == null || forked.get().isCancelled(), "the task was cancelled");
            return null;
        });
    }

    @Scenario("C2 a task that is forked by a task of a group while something around that is cancelled is reached")
    static void nestedForkAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var ran = new AtomicBoolean();
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            boolean _ = scope.run(() -> TaskGroup.run(outer -> {
                var _ = outer.fork(() -> TaskGroup.run(inner -> {
                    var _ = inner.fork(() -> blockForEver(ran));
                }));
            }));
            rival.await();
            Claim.notInterrupted("after the scope");
            return null;
        });
    }

    @Scenario(
            "L2 L8 a fork from elsewhere while the group ends is refused, or its task runs before the group has ended")
    static void forkAgainstEnd() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var ran = new AtomicBoolean();
            var refused = new AtomicBoolean();
            var rival = new AtomicReference<Rival>();
            TaskGroup.run(group -> rival.set(Rival.start(() -> {
                try {
                    refused.set(group.fork(() -> ran.set(true)).isCancelled());
                } catch (IllegalStateException _) {
                    refused.set(true);
                }
            })));
            boolean ranInTime = ran.get();
            rival.get().await();
            Claim.that(refused.get() != ranInTime, "it ran before the end, or was refused");
            Claim.that(ran.get() == ranInTime, "nothing ran after the end");
            return null;
        });
    }

    @Scenario(
            "L2 L6 closing a group against a fork from elsewhere: the task is cut short, or refused; close never waits"
                    + " for it")
    static void forkAgainstClose() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var ran = new AtomicBoolean();
            var ended = new AtomicBoolean();
            TaskGroup group = TaskGroup.open();
            Rival rival = Rival.start(() -> {
                try {
                    var _ = group.fork(() -> {
                        try {
                            blockForEver(ran);
                        } finally {
                            ended.set(true);
                        }
                    });
                } catch (IllegalStateException _) {
                    // refused: it is closed
                }
            });
            Throwable thrown = Claim.thrownBy(group::close);
            boolean endedInTime = ended.get();
            rival.await();
            Claim.that(ran.get() == endedInTime, "what ran had terminated when close returned");
            Claim.that(!endedInTime || thrown instanceof IllegalStateException, "close told of what it cut short");
            return null;
        });
    }

    @Scenario("L1 join against the completion of the last task: the owner wakes up")
    static void joinAgainstCompletion() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(group -> {
                Task<String> one = group.fork(() -> "one");
                Task<String> two = group.fork(() -> "two");
                group.join();
                Claim.that(one.isDone() && two.isDone(), "join returned after both");
                Claim.that(one.resultNow().equals("one") && two.resultNow().equals("two"), "both have their values");
            });
            return null;
        });
    }

    @Scenario("L10 start against the cancellation of its caller: the task is handed over, or cancelled and awaited")
    static void startAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(group -> {
                var stop = new CountDownLatch(1);
                var started = new AtomicReference<Started<String>>();
                CancelScope scope = CancelScope.create();
                Rival rival = Rival.start(scope::cancel);
                boolean returned = scope.run(() -> started.set(group.start((Status<String> status) -> {
                    status.started("ready");
                    stop.await();
                })));
                Claim.that(returned == (started.get() != null), "start returned, or its scope was cancelled");
                Claim.notInterrupted("after the scope");
                Claim.that(!group.isCancelled(), "the group is not cancelled");
                if (returned) {
                    Claim.that(!started.get().task().isDone(), "a task that was handed over is not cancelled");
                } else {
                    Claim.that(group.activeTasks().isEmpty(), "a task that was not handed over has ended");
                }
                stop.countDown();
                rival.await();
            });
            return null;
        });
    }

    @Scenario("L8 a daemon that is forked while the group ends is cancelled, refused, or told that the group is closed")
    static void daemonAgainstEnd() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var rival = new AtomicReference<Rival>();
            TaskGroup.run(group -> rival.set(Rival.start(() -> {
                Throwable _ = Claim.thrownBy(() -> group.forkDaemon("daemon", () -> new CountDownLatch(1).await()));
            })));
            rival.get().await();
            return null;
        });
    }
}
