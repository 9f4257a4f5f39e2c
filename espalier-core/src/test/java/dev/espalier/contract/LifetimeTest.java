// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Action;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L1: nothing outlives its group. */
public class LifetimeTest {
    @BackendTest
    @DisplayName("L1 run returns only when every task has terminated")
    void runWaits() throws Exception {
        var first = new Blocker();
        var second = new Blocker();
        var tasks = new ArrayList<Task<?>>();
        try (var _ = releaseWhenBlocked(first, second)) {
            TaskGroup.run(group -> {
                tasks.add(group.fork(first));
                tasks.add(group.fork(second));
            });
            assertThat(first.ended()).isTrue();
            assertThat(second.ended()).isTrue();
        }
        assertThat(tasks).allMatch(Task::isDone);
        assertThat(tasks).extracting(Task::status).containsOnly(TaskStatus.SUCCEEDED);
    }

    @BackendTest
    @DisplayName("L1 call returns its body's value only when every task has terminated")
    void callWaits() throws Exception {
        var blocker = new Blocker();
        var value = new Object();
        try (var _ = releaseWhenBlocked(blocker)) {
            Object result = TaskGroup.call(group -> {
                var _ = group.fork(blocker);
                return value;
            });
            assertThat(blocker.ended()).isTrue();
            assertThat(result).isSameAs(value);
        }
    }

    @BackendTest
    @DisplayName("L1 close returns only when every task has terminated, although they ignore their cancellation")
    void closeWaits() throws Exception {
        var me = Thread.currentThread();
        var blocker = Blocker.stubborn();
        var group = TaskGroup.open();
        var task = group.fork(blocker);
        blocker.awaitEntered();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            Threads.awaitBlocked(me); // not before close waits
            blocker.release();
        })) {
            var _ = catchThrowable(group::close);
            assertThat(blocker.ended()).isTrue();
            assertThat(task.isDone()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L1 run, call and close without a task return at once")
    void withoutTasks() throws Exception {
        var ran = new AtomicBoolean();
        TaskGroup.run(_ -> ran.set(true));
        assertThat(ran).isTrue();
        int value = TaskGroup.call(_ -> 42);
        assertThat(value).isEqualTo(42);
        assertThat(TaskGroup.<String, RuntimeException>call(_ -> null)).isNull();
        try (var group = TaskGroup.open()) {
            group.join();
            assertThat(group.stats().forked()).isZero();
        }
        TaskGroup.open().close();
    }

    @BackendTest
    @DisplayName("L1 join and close of a cancelled group do not return before a task that goes on after its interrupt")
    void straggler() throws Exception {
        var me = Thread.currentThread();
        var blocker = Blocker.stubborn();
        var group = TaskGroup.open();
        var task = group.fork(blocker);
        blocker.awaitEntered();
        try (group;
                var _ = Foreign.run(() -> {
                    blocker.awaitInterrupted();
                    Threads.awaitBlocked(me);
                    blocker.release();
                })) {
            group.cancel();
            group.join();
            assertThat(blocker.ended()).isTrue();
            assertThat(task.isDone()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L1 run whose body throws leaves only when every task has terminated")
    void bodyThrows() throws Exception {
        var failure = new IOException("body");
        var blocker = Blocker.stubborn();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            var thrown = catchThrowable(() -> TaskGroup.run(group -> {
                var _ = group.fork(blocker);
                throw failure;
            }));
            assertThat(blocker.ended()).isTrue();
            assertThat(thrown).isSameAs(failure);
        }
    }

    @BackendTest
    @DisplayName("L1 run whose task fails leaves only when the other tasks have terminated")
    void taskFails() throws Exception {
        var blocker = Blocker.stubborn();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            var thrown = catchThrowable(() -> TaskGroup.run(group -> {
                var _ = group.fork(blocker);
                blocker.awaitEntered();
                var _ = group.fork(Failures.throwing(new IOException("task")));
            }));
            assertThat(blocker.ended()).isTrue();
            assertThat(thrown).hasRootCauseMessage("task");
        }
    }

    @BackendTest
    @DisplayName("L1 run whose owner is interrupted leaves only when every task has terminated")
    void ownerInterrupted() throws Exception {
        var owner = Thread.currentThread();
        var blocker = Blocker.stubborn();
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            owner.interrupt();
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            var thrown = catchThrowable(() -> TaskGroup.run(group -> {
                var _ = group.fork(blocker);
            }));
            assertThat(blocker.ended()).isTrue();
            assertThat(thrown).isInstanceOf(InterruptedException.class);
        }
    }

    @BackendTest
    @DisplayName("L1 a task forked by a task of a task is awaited too")
    void descendants() throws Exception {
        var ended = new AtomicBoolean();
        TaskGroup.run(group -> {
            var _ = group.fork(() -> {
                var _ = group.fork(() -> {
                    var _ = group.fork(() -> {
                        Thread.yield();
                        ended.set(true);
                    });
                });
            });
        });
        assertThat(ended).isTrue();
    }

    @BackendTest
    @DisplayName("L1 a task whose body has ended is awaited until its callbacks have")
    void callbacks() throws Exception {
        var owner = Thread.currentThread();
        var gate = new CountDownLatch(1);
        var registered = new CountDownLatch(1);
        var inCallback = new CountDownLatch(1);
        var ended = new AtomicBoolean();
        try (var _ = Foreign.run(() -> {
            inCallback.await();
            Threads.awaitBlocked(owner);
            gate.countDown();
        })) {
            TaskGroup.run(group -> {
                var task = group.fork(() -> registered.await());
                var _ = task.onDone(done -> {
                    inCallback.countDown();
                    boolean _ = Failures.uninterruptibly(gate);
                    ended.set(!done.isDone());
                });
                registered.countDown();
            });
            assertThat(ended).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L1 a daemon is awaited like another task")
    void daemon() throws Exception {
        var blocker = Blocker.stubborn();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            TaskGroup.run(group -> {
                var _ = group.forkDaemon("daemon", blocker);
                blocker.awaitEntered();
            });
            assertThat(blocker.ended()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L1, C2 an outer group that is cancelled ends after the tasks of the groups in its tasks")
    void nested() throws Exception {
        var blocker = Blocker.stubborn();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            TaskGroup.run(outer -> {
                var _ = outer.fork(() -> TaskGroup.run(inner -> {
                    var _ = inner.fork(blocker);
                }));
                blocker.awaitEntered();
                outer.cancel();
            });
            assertThat(blocker.ended()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L1 join returns only when every task forked so far, and by those, has terminated")
    void joinWaits() throws Exception {
        var blocker = new Blocker();
        try (var group = TaskGroup.open();
                var _ = releaseWhenBlocked(blocker)) {
            Action parent = () -> {
                var _ = group.fork(blocker);
            };
            var _ = group.fork(parent);
            group.join();
            assertThat(blocker.ended()).isTrue();
            assertThat(group.activeTasks()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName("L1 no task runs when run has returned, whoever forks at that moment")
    void nothingAfterRun() throws Exception {
        try (var race = new Race("L1")) {
            for (int i = 0; i < Race.rounds(1_000); i++) {
                var running = new AtomicReference<List<Thread>>(List.of());
                var late = new AtomicBoolean();
                var returned = new AtomicBoolean();
                var rival = new AtomicReference<Race.Rival>();
                TaskGroup.run(group -> {
                    rival.set(race.start(() -> {
                        try {
                            var _ = group.fork(() -> {
                                running.set(List.of(Thread.currentThread()));
                                late.set(returned.get());
                            });
                        } catch (IllegalStateException _) {
                            // the group has ended: as good
                        }
                    }));
                    var _ = group.fork(() -> {});
                    Race.spin(race.draw(2_000));
                });
                returned.set(true);
                rival.get().await();
                assertThat(late).as("a task ran after run had returned").isFalse();
            }
        }
    }

    private static Foreign releaseWhenBlocked(Blocker... blockers) {
        var owner = Thread.currentThread();
        return Foreign.run(() -> {
            for (var blocker : blockers) {
                blocker.awaitEntered();
            }
            Threads.awaitBlocked(owner);
            for (var blocker : blockers) {
                blocker.release();
            }
        });
    }
}
