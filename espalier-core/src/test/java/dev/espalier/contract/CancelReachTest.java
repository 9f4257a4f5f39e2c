// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules C2 and C12: what a cancellation reaches, and what it does not. */
public class CancelReachTest {
    private static final Duration LONG = Duration.ofHours(1);

    @BackendTest
    @DisplayName("C2 cancelling a group reaches the tasks of groups nested in its tasks")
    void nestedGroups() throws Exception {
        var leaves = new ConcurrentLinkedQueue<Task<?>>();
        var workers = new ArrayList<Task<?>>();
        var blocked = new CountDownLatch(4);
        TaskGroup.run(root -> {
            for (int i = 0; i < 2; i++) {
                workers.add(root.fork(() -> TaskGroup.run(group -> {
                    for (int j = 0; j < 2; j++) {
                        leaves.add(group.fork(() -> {
                            blocked.countDown();
                            Stubborn.forever();
                        }));
                    }
                })));
            }
            blocked.await();
            root.cancel();
            root.join();
            assertThat(leaves).hasSize(4).allMatch(Task::isCancelled);
            assertThat(workers).allMatch(Task::isCancelled);
        });
    }

    @BackendTest
    @DisplayName("C2 cancelling a scope reaches the innermost of many scopes and groups of its thread")
    void deep() throws Exception {
        var outermost = CancelScope.create();
        boolean ended = outermost.run(() -> descend(200, outermost));
        assertThat(ended).isFalse();
        assertThat(outermost.cancelledCaught()).isTrue();
    }

    private static void descend(int depth, CancelScope outermost) throws InterruptedException {
        if (depth == 0) {
            outermost.cancel();
            CancelScope.checkpoint();
            throw new AssertionError("the checkpoint passed");
        } else if (depth % 2 == 0) {
            boolean _ = CancelScope.create().run(() -> descend(depth - 1, outermost));
        } else {
            TaskGroup.run(_ -> descend(depth - 1, outermost));
        }
        throw new AssertionError("something in between absorbed the cancellation");
    }

    @BackendTest
    @DisplayName("C2 cancelling a scope from a foreign thread ends what blocks in it, in Espalier or in the JDK")
    void fromForeignThread() throws Exception {
        var first = CancelScope.create();
        try (var _ = WhenBlocked.me(first::cancel)) {
            assertThat(first.run(() -> Tasks.sleep(LONG))).isFalse();
        }
        var second = CancelScope.create();
        try (var _ = WhenBlocked.me(second::cancel)) {
            assertThat(second.run(Stubborn::forever)).isFalse();
        }
    }

    @BackendTest
    @DisplayName("C2 cancelling a group stops at a shield in a task, and reaches its siblings")
    void stopsAtShields() throws Exception {
        var shielded = new Stubborn();
        TaskGroup.run(group -> {
            var protectedTask = group.fork(() -> {
                CancelScope.shielded(() -> {
                    shielded.hold();
                    CancelScope.checkpoint();
                });
                return "cleaned up";
            });
            var _ = shielded.awaitHolding();
            var sibling = group.fork(Stubborn::forever);
            group.cancel();
            Threads.untilRegardless(sibling::isDone);
            assertThat(sibling.isCancelled()).isTrue();
            assertThat(shielded.interrupts()).isZero();
            shielded.release();
            Threads.untilRegardless(protectedTask::isDone);
            assertThat(protectedTask.resultNow()).isEqualTo("cleaned up");
        });
    }

    @BackendTest
    @DisplayName("C2 a scope of a task cancelled from the body ends that scope only")
    void scopeOfATask() throws Exception {
        var scope = CancelScope.create();
        TaskGroup.run(group -> {
            var inScope = new CountDownLatch(1);
            var task = group.fork(() -> {
                boolean ended = scope.run(() -> {
                    inScope.countDown();
                    Stubborn.forever();
                });
                assertThat(ended).isFalse();
                CancelScope.checkpoint();
                return "went on";
            });
            inScope.await();
            scope.cancel();
            assertThat(task.await()).isEqualTo("went on");
            assertThat(scope.cancelledCaught()).isTrue();
            assertThat(group.isCancelled()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("C2 cancelling a group from one of its tasks reaches that task and the body")
    void fromItsTask() throws Exception {
        var self = new AtomicReference<Task<?>>();
        var caught = new AtomicReference<CancelledException>();
        TaskGroup.run(group -> {
            self.set(group.fork(() -> {
                group.cancel();
                CancelScope.checkpoint();
            }));
            try {
                Tasks.sleep(LONG);
            } catch (CancelledException e) {
                caught.set(e);
                throw e;
            }
        });
        assertThat(self.get().isCancelled()).isTrue();
        assertThat(caught.get()).isNotNull();
    }

    @BackendTest
    @DisplayName("C2 a task that is being forked while its group is cancelled is cancelled or never runs, and none is"
            + " missed")
    void forkAgainstCancel() throws Exception {
        try (var race = new Race("fork against cancel")) {
            for (int i = 0; i < Race.rounds(2_000); i++) {
                var ran = new AtomicInteger();
                TaskGroup.run(group -> {
                    var tasks = new ArrayList<Task<?>>();
                    var rival = race.start(group::cancel);
                    int before = race.draw(6);
                    for (int j = 0; j < before; j++) {
                        tasks.add(group.fork(() -> {
                            ran.incrementAndGet();
                            Stubborn.forever();
                        }));
                    }
                    awaitQuietly(rival); // would hang below if a task were missed
                    group.join();
                    assertThat(tasks).allMatch(Task::isCancelled);
                    assertThat(tasks.size()).isGreaterThanOrEqualTo(ran.get());
                });
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        }
    }

    private static void awaitQuietly(Race.Rival rival) {
        boolean interrupted = false;
        while (true) {
            try {
                rival.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @BackendTest
    @DisplayName("C2 a group that is being opened below a scope while that is cancelled is reached, with its tasks")
    void openAgainstCancel() throws Exception {
        try (var race = new Race("open against cancel")) {
            for (int i = 0; i < Race.rounds(2_000); i++) {
                Queue<Task<?>> inner = new ConcurrentLinkedQueue<>();
                TaskGroup.run(group -> {
                    var task = group.fork(() -> TaskGroup.run(nested -> {
                        inner.add(nested.fork(Stubborn::forever));
                        boolean _ = CancelScope.create().run(() -> inner.add(nested.fork(Stubborn::forever)));
                    }));
                    var rival = race.start(group::cancel);
                    awaitQuietly(rival);
                    group.join();
                    assertThat(task.isDone()).isTrue();
                    assertThat(inner).allMatch(Task::isCancelled);
                });
            }
        }
    }

    @BackendTest
    @DisplayName("C2 cancelling a task that is just ending changes nothing but its own outcome")
    void cancelAgainstCompletion() throws Exception {
        try (var race = new Race("cancel against completion");
                var logs = LogCapture.start()) {
            for (int i = 0; i < Race.rounds(3_000); i++) {
                int spins = race.draw(3_000);
                TaskGroup.run(group -> {
                    var task = group.fork(() -> {
                        Race.spin(spins);
                        return "value";
                    });
                    var rival = race.start(task::cancel);
                    group.join();
                    rival.await();
                    assertThat(task.status()).isEqualTo(TaskStatus.SUCCEEDED);
                    assertThat(task.resultNow()).isEqualTo("value");
                    assertThat(group.isCancelled()).isFalse();
                });
            }
            assertThat(logs.messages()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName("C2 a scope cancelled before it is entered cancels its body")
    void beforeEntry() throws Exception {
        var scope = CancelScope.create();
        scope.cancel("early");
        var entered = new AtomicReference<CancelReason>();
        boolean ended = scope.run(() -> {
            entered.set(CancelScope.current().reason().orElseThrow());
            Stubborn.forever();
        });
        assertThat(ended).isFalse();
        assertThat(entered.get().message()).contains("early");
    }

    @BackendTest
    @DisplayName("C12 a task forked from within a shield into a group outside it is reached while the shield stands")
    void taskForkedFromShield() throws Exception {
        var scope = CancelScope.create();
        var reached = new AtomicReference<TaskStatus>();
        boolean ended = scope.run(() -> TaskGroup.run(group -> {
            CancelScope.shielded(() -> {
                var task = group.fork(Stubborn::forever);
                scope.cancel();
                reached.set(statusOf(task));
                CancelScope.checkpoint(); // the shield still protects its own code
            });
            CancelScope.checkpoint();
        }));
        assertThat(ended).isFalse();
        assertThat(reached.get()).isEqualTo(TaskStatus.CANCELLED);
    }

    private static TaskStatus statusOf(Task<?> task) {
        Threads.untilRegardless(task::isDone);
        return task.status();
    }

    @BackendTest
    @DisplayName("C12 a task forked before the shield is reached while its group's body waits in the shield")
    void taskForkedBeforeShield() throws Exception {
        TaskGroup.run(group -> {
            var task = group.fork(Stubborn::forever);
            CancelScope.shielded(() -> {
                group.cancel();
                assertThat(statusOf(task)).isEqualTo(TaskStatus.CANCELLED);
            });
        });
    }

    @BackendTest
    @DisplayName("C12 a fork from within a shield into a cancelled group outside it does not run")
    void forkIntoCancelledGroup() throws Exception {
        var ran = new AtomicInteger();
        var tasks = new ArrayList<Task<?>>();
        TaskGroup.run(group -> {
            group.cancel();
            CancelScope.shielded(() -> tasks.add(group.fork(ran::incrementAndGet)));
        });
        assertThat(tasks).hasSize(1).allMatch(Task::isCancelled);
        assertThat(ran).hasValue(0);
    }

    @BackendTest
    @DisplayName("C12 a shield protects the tasks of a group opened in it")
    void groupInShield() throws Exception {
        var values = new ArrayList<List<Integer>>();
        TaskGroup.run(group -> {
            group.cancel();
            CancelScope.shielded(() -> values.add(TaskGroup.call(inner -> {
                var first = inner.fork(() -> {
                    Tasks.sleep(Duration.ofMillis(1));
                    CancelScope.checkpoint();
                    return 1;
                });
                return List.of(first.await(), inner.fork(() -> 2).await());
            })));
        });
        assertThat(values).containsExactly(List.of(1, 2));
    }

    @BackendTest
    @DisplayName(
            "C12 a scope of a task in a group outside a shield is not protected by the shield of the forking thread")
    void shieldIsNotInherited() throws Exception {
        TaskGroup.run(group -> {
            var task = new AtomicReference<Task<?>>();
            CancelScope.shielded(() -> task.set(group.fork(() -> {
                var scope = CancelScope.create();
                boolean _ = scope.run(() -> Tasks.sleep(LONG));
                throw new AssertionError("the cancellation of the group did not pass");
            })));
            group.cancel();
            assertThat(statusOf(task.get())).isEqualTo(TaskStatus.CANCELLED);
        });
    }
}
