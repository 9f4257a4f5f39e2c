// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** How a task ends is decided once, and told to everybody alike. */
final class OutcomeScenarios {
    private OutcomeScenarios() {}

    @Scenario("C13 C17 cancel against completion: one outcome, and everybody sees the same")
    static void cancelAgainstCompletion() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(group -> {
                Task<String> task = group.fork(() -> {
                    CancelScope.checkpoint();
                    return "value";
                });
                CompletableFuture<String> view = task.toCompletableFuture();
                Rival rival = Rival.start(task::cancel);
                Throwable thrown = Claim.thrownBy(task::await);
                boolean cancelled = thrown instanceof TaskCancelledException;
                Claim.that(cancelled || thrown == null, "await returned or told of the cancellation");
                Claim.that(task.isDone() && task.isCancelled() == cancelled, "isCancelled agrees");
                Claim.that(
                        cancelled
                                ? task.outcome().orElseThrow() instanceof Outcome.Cancelled
                                : task.outcome().orElseThrow() instanceof Outcome.Success,
                        "outcome agrees");
                Throwable viewed = Claim.thrownBy(view::get);
                Claim.that((viewed != null) == cancelled, "the future agrees");
                rival.await();
                Claim.that(!group.isCancelled(), "the group is not cancelled");
            });
            Claim.notInterrupted("after the group");
            return null;
        });
    }

    @Scenario("H3 onDone against termination: each callback runs exactly once, in the order of registration")
    static void onDoneAgainstCompletion() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(group -> {
                var calls = new AtomicInteger();
                Task<String> task = group.fork(() -> "value");
                Rival rival = Rival.start(() -> {
                    var _ = task.onDone(done -> calls.incrementAndGet());
                });
                var seen = new AtomicReference<String>();
                var _ = task.onDone(done -> seen.set(done.resultNow())).onDone(done -> calls.incrementAndGet());
                group.join();
                rival.await();
                Claim.that("value".equals(seen.get()), "the callback sees the value");
                Claim.that(calls.get() == 2, "each callback ran once, and there were " + calls.get() + " calls");
            });
            return null;
        });
    }

    @Scenario("F1 F2 F7 two tasks fail at the same time: the first is the cause, the other is suppressed, none is lost")
    static void failAgainstFail() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            Throwable thrown = Claim.thrownBy(() -> TaskGroup.run(group -> {
                var _ = group.fork(() -> {
                    throw new ArithmeticException("one");
                });
                var _ = group.fork(() -> {
                    CancelScope.checkpoint();
                    throw new ArithmeticException("two");
                });
            }));
            Claim.that(
                    thrown instanceof TaskGroupException failure
                            && failure.getCause() instanceof ArithmeticException
                            && failure.failures().size() == failure.getSuppressed().length + 1,
                    "the first failure is the cause");
            Claim.notInterrupted("after the group");
            return null;
        });
    }

    @Scenario("M1 what a task wrote is seen by who awaits it, and what was written before the fork is seen by the task")
    static void plainWrites() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(group -> {
                int[] plain = {1, 0};
                Task<Integer> task = group.fork(() -> {
                    plain[1] = plain[0] + 1;
                    return plain[0];
                });
                Claim.that(task.await() == 1 && plain[1] == 2, "plain writes are seen on both sides");
            });
            return null;
        });
    }
}
