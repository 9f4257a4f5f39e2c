// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.FailurePolicy;
import dev.espalier.Options;
import dev.espalier.Task;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Rule D1: waits that could never end. */
public class DeadlockTest {
    private static Options collect(Options options) {
        return options.failurePolicy(FailurePolicy.COLLECT);
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... names) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContainingAll(names);
    }

    @BackendTest
    @DisplayName("D1 a task that awaits itself gets IllegalStateException")
    void itself() throws Exception {
        TaskGroup.run(group -> {
            var self = new CompletableFuture<Task<?>>();
            var task = group.fork("narcissus", () -> {
                var me = self.get();
                refused(me::await, "narcissus");
                refused(me::get, "narcissus");
                return "went on";
            });
            self.complete(task);
            assertThat(task.await()).isEqualTo("went on");
        });
    }

    @BackendTest
    @DisplayName("D1 await and get of a task below which the caller runs throw IllegalStateException, from its body's"
            + " groups at any depth")
    void ancestor() throws Exception {
        TaskGroup.run(group -> {
            var above = new CompletableFuture<Task<?>>();
            var checks = new AtomicInteger();
            var task = group.fork("above", () -> {
                TaskGroup.run(nested -> {
                    refused(() -> above.get().await(), "above"); // in a group on its own thread
                    checks.incrementAndGet();
                    var _ = nested.fork(() -> {
                        refused(() -> above.get().await(), "above"); // in a task of that group
                        refused(() -> above.get().get(), "above");
                        checks.incrementAndGet();
                        try (var deep = TaskGroup.open()) {
                            var _ = deep.fork(() -> {
                                refused(() -> above.get().await(), "above"); // in a task of a group of that task
                                checks.incrementAndGet();
                            });
                            deep.join();
                        }
                    });
                });
            });
            above.complete(task);
            group.join();
            assertThat(checks).hasValue(3);
        });
    }

    @BackendTest
    @DisplayName("D1 join of a group below which the caller runs throws at once, and harms nothing")
    void joinFromBelow() throws Exception {
        var checks = new AtomicInteger();
        TaskGroup.run(group -> {
            var _ = group.fork(() -> {
                assertThatThrownBy(group::join).isInstanceOf(IllegalStateException.class);
                checks.incrementAndGet();
                TaskGroup.run(nested -> {
                    var _ = nested.fork(() -> {
                        assertThatThrownBy(group::join).isInstanceOf(IllegalStateException.class);
                        checks.incrementAndGet();
                    });
                });
            });
            group.join();
        });
        assertThat(checks).hasValue(2);
    }

    @BackendTest
    @DisplayName(
            "D1 of two tasks that await each other, the one that would close the cycle gets IllegalStateException with"
                    + " both in its message")
    void two() throws Exception {
        TaskGroup.run(DeadlockTest::collect, group -> {
            var first = new CompletableFuture<Task<?>>();
            var second = new CompletableFuture<Task<?>>();
            var waiting = new CompletableFuture<Thread>();
            first.complete(group.fork("tweedledum", () -> {
                var other = second.get();
                waiting.complete(Thread.currentThread());
                return other.await();
            }));
            second.complete(group.fork("tweedledee", () -> {
                Threads.until(() -> waiting.isDone() && waiting.join().getState() == Thread.State.WAITING);
                refused(() -> first.get().await(), "tweedledum", "tweedledee");
                refused(() -> first.get().get(), "tweedledum", "tweedledee");
                return "went on";
            }));
            assertThat(second.get().await()).isEqualTo("went on");
            assertThat(first.get().await()).isEqualTo("went on");
        });
    }

    @BackendTest
    @DisplayName(
            "D1 in a ring of tasks that await each other exactly one gets IllegalStateException, and the others end by"
                    + " it")
    void ring() throws Exception {
        for (int i = 0; i < 300; i++) {
            int size = 2 + i % 6;
            boolean get = i % 2 == 0;
            TaskGroup.run(DeadlockTest::collect, group -> {
                var all = new CompletableFuture<List<Task<?>>>();
                var tasks = new ArrayList<Task<?>>();
                for (int j = 0; j < size; j++) {
                    int next = (j + 1) % size;
                    tasks.add(group.fork("ring-" + j, () -> {
                        var task = all.get().get(next);
                        return get ? task.get() : task.await();
                    }));
                }
                all.complete(tasks);
                group.join();
                int closing = 0;
                for (var task : tasks) {
                    var failure = task.exceptionNow();
                    if (failure instanceof IllegalStateException) {
                        closing++;
                        assertThat(failure)
                                .hasMessageContainingAll(
                                        tasks.stream().map(Task::name).toArray(String[]::new));
                    } else {
                        assertThat(failure).isInstanceOfAny(TaskFailedException.class, ExecutionException.class);
                        assertThat(failure).hasRootCauseInstanceOf(IllegalStateException.class);
                    }
                }
                assertThat(closing).isEqualTo(1);
            });
        }
    }

    @BackendTest
    @DisplayName(
            "D1 a cycle that passes through the structure is found: a task below the awaited one awaits the awaiter")
    void throughStructure() throws Exception {
        TaskGroup.run(DeadlockTest::collect, group -> {
            var first = new CompletableFuture<Task<?>>();
            var second = new CompletableFuture<Task<?>>();
            var waiting = new CompletableFuture<Thread>();
            first.complete(group.fork("first", () -> {
                var other = second.get();
                waiting.complete(Thread.currentThread());
                return other.await(); // which waits for its nested task
            }));
            second.complete(group.fork(
                    "second",
                    () -> TaskGroup.<String, RuntimeException>call(nested -> {
                        var me = Thread.currentThread();
                        var leaf = nested.fork("leaf", () -> {
                            Threads.awaitBlocked(me); // else that wait may be the one that closes the cycle
                            Threads.awaitBlocked(waiting.get());
                            Threads.until(() -> waiting.join().getState() == Thread.State.WAITING);
                            refused(() -> first.get().await(), "first", "second");
                            return "went on";
                        });
                        return leaf.await();
                    })));
            assertThat(first.get().await()).isEqualTo("went on");
        });
    }

    @BackendTest
    @DisplayName(
            "D1 a cycle that passes through the structure is found also when the await above is the one that closes it")
    void throughStructureFromAbove() throws Exception {
        TaskGroup.run(DeadlockTest::collect, group -> {
            var first = new CompletableFuture<Task<?>>();
            var second = new CompletableFuture<Task<?>>();
            var leafThread = new CompletableFuture<Thread>();
            var task = group.fork("first", () -> {
                Threads.until(() -> leafThread.isDone() && leafThread.join().getState() == Thread.State.WAITING);
                refused(() -> second.get().await(), "first", "second");
                return "went on";
            });
            first.complete(task);
            second.complete(group.fork(
                    "second",
                    () -> TaskGroup.<Object, RuntimeException>call(nested -> {
                        var leaf = nested.fork("leaf", () -> {
                            var awaited = first.get();
                            leafThread.complete(Thread.currentThread());
                            return awaited.await();
                        });
                        return leaf.await();
                    })));
            assertThat(task.await()).isEqualTo("went on");
            assertThat(second.get().await()).isEqualTo("went on");
        });
    }

    @BackendTest
    @DisplayName(
            "D1 awaits that form no cycle are not refused: many awaiters of one task, a chain, a diamond, the tasks of"
                    + " an enclosing group")
    void noCycle() throws Exception {
        TaskGroup.run(group -> {
            var gate = new CountDownLatch(1);
            var root = group.fork(() -> {
                gate.await();
                return 1;
            });
            var left = group.fork(() -> root.await() + 1);
            var right = group.fork(() -> root.await() + 2);
            var bottom = group.fork(() -> left.await() + right.await());
            var nested = group.fork(() -> TaskGroup.<Integer, RuntimeException>call(
                    inner -> inner.fork(() -> bottom.await() + root.await()).await()));
            gate.countDown();
            assertThat(bottom.await()).isEqualTo(5);
            assertThat(nested.await()).isEqualTo(6);
        });
    }

    @BackendTest
    @DisplayName("D1 among tasks that await each other at random, none waits for ever")
    void random() throws Exception {
        try (var race = new Race("random awaits")) {
            for (int i = 0; i < 150; i++) {
                int size = 2 + race.draw(8);
                var targets = new int[size][2];
                for (var pair : targets) {
                    pair[0] = race.draw(size);
                    pair[1] = race.draw(size);
                }
                TaskGroup.run(DeadlockTest::collect, group -> {
                    var all = new CompletableFuture<List<Task<?>>>();
                    var tasks = new ArrayList<Task<?>>();
                    for (int j = 0; j < size; j++) {
                        var mine = targets[j];
                        tasks.add(group.fork(() -> {
                            var known = all.get();
                            for (int target : mine) {
                                try {
                                    var _ = known.get(target).await();
                                } catch (IllegalStateException _) {
                                    // it would have closed a cycle, and another wait goes on
                                }
                            }
                            return "done";
                        }));
                    }
                    all.complete(tasks);
                    group.join();
                    assertThat(tasks).allMatch(task -> "done".equals(task.resultNow()));
                });
            }
        }
    }
}
