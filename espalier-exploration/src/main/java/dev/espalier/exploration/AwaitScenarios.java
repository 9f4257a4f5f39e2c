// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.Espalier;
import dev.espalier.FailurePolicy;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tasks that wait for each other (D1). */
final class AwaitScenarios {
    private AwaitScenarios() {}

    private static @Nullable Throwable await(CompletableFuture<Task<?>> task) throws Exception {
        return Claim.thrownBy(task.get()::await);
    }

    @Scenario("D1 two tasks that await each other: exactly one gets the exception, and the other its value")
    static void circleOfTwo() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var refused = new AtomicInteger();
            TaskGroup.run(group -> {
                var one = new CompletableFuture<Task<?>>();
                var two = new CompletableFuture<Task<?>>();
                one.complete(group.fork("one", () -> {
                    if (await(two) instanceof IllegalStateException) {
                        refused.incrementAndGet();
                    }
                }));
                two.complete(group.fork("two", () -> {
                    if (await(one) instanceof IllegalStateException) {
                        refused.incrementAndGet();
                    }
                }));
            });
            Claim.that(refused.get() == 1, "one was refused, and there were " + refused.get());
            return null;
        });
    }

    @Scenario("D1 three tasks in a circle: exactly one gets the exception")
    static void circleOfThree() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var refused = new AtomicInteger();
            TaskGroup.run(group -> {
                var tasks = java.util.List.of(
                        new CompletableFuture<Task<?>>(),
                        new CompletableFuture<Task<?>>(),
                        new CompletableFuture<Task<?>>());
                for (int i = 0; i < 3; i++) {
                    var next = tasks.get((i + 1) % 3);
                    tasks.get(i).complete(group.fork(() -> {
                        if (await(next) instanceof IllegalStateException) {
                            refused.incrementAndGet();
                        }
                    }));
                }
            });
            Claim.that(refused.get() == 1, "one was refused, and there were " + refused.get());
            return null;
        });
    }

    @Scenario("D1 a task that was cancelled out of its wait for the caller can be awaited: that is no circle")
    static void awaitOfOneThatLeaves() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var first = new CompletableFuture<Task<?>>();
                var second = new CompletableFuture<Task<?>>();
                first.complete(group.fork("first", () -> second.get().await()));
                Task<Void> canceller = group.fork("second", () -> {
                    Task<?> other = first.get();
                    other.cancel();
                    Throwable thrown = Claim.thrownBy(other::await);
                    Claim.that(
                            thrown instanceof TaskCancelledException, "the cancelled task can be awaited: " + thrown);
                });
                second.complete(canceller);
                canceller.await();
            });
            return null;
        });
    }

    @Scenario("D1 a task that has reported itself ready can await its starter: that is no circle")
    static void awaitOfStarter() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            TaskGroup.run(group -> {
                var starter = new CompletableFuture<Task<?>>();
                starter.complete(group.fork("starter", () -> {
                    var _ = group.start("started", (Status<String> status) -> {
                        Task<?> mine = starter.get();
                        status.started("ready");
                        Object _ = mine.await();
                    });
                }));
            });
            return null;
        });
    }

    @Scenario("D1 L10 a task that awaits its starter before it is ready is refused, however quick it is, and start says"
            + " so")
    static void awaitOfStarterBeforeReady() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var thrown = new AtomicReference<@Nullable Throwable>();
            TaskGroup.run(group -> {
                var starter = new CompletableFuture<Task<?>>();
                starter.complete(group.fork("starter", () -> {
                    Task<?> mine = starter.get();
                    thrown.set(Claim.thrownBy(() -> group.start("started", (Status<String> status) -> {
                        Object _ = mine.await();
                    })));
                }));
            });
            Claim.that(
                    thrown.get() instanceof TaskFailedException failed
                            && failed.getCause() instanceof IllegalStateException,
                    "start told of the circle: " + thrown.get());
            return null;
        });
    }
}
