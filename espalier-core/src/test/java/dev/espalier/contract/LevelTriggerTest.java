// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C7: Espalier's own blocking calls in cancelled code. */
public class LevelTriggerTest {
    private static final Duration LONG = Duration.ofHours(1);

    private interface Check {
        void on(Map<String, VoidBody<Exception>> calls) throws Exception;
    }

    /** Gives the check every call that is a cancellation point, with tasks that have terminated and one that has not. */
    private static void withCalls(Check check) throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var running = group.fork(stubborn);
            var done = group.fork(() -> 1);
            assertThat(done.await()).isEqualTo(1);
            var cancelled = group.fork(Stubborn::forever);
            cancelled.cancel();
            Threads.until(cancelled::isDone);
            var calls = new LinkedHashMap<String, VoidBody<Exception>>();
            calls.put("checkpoint", CancelScope::checkpoint);
            calls.put("sleep", () -> Tasks.sleep(LONG));
            calls.put("sleep of zero", () -> Tasks.sleep(Duration.ZERO));
            calls.put("sleep of less", () -> Tasks.sleep(LONG.negated()));
            calls.put("await of a running task", running::await);
            calls.put("await of a terminated task", done::await);
            calls.put("await of a cancelled task", cancelled::await);
            calls.put("get of a running task", running::get);
            calls.put("get of a terminated task", done::get);
            calls.put("timed get of a terminated task", () -> done.get(1, TimeUnit.HOURS));
            calls.put("timed get of a running task", () -> running.get(1, TimeUnit.HOURS));
            calls.put("cancelling", () -> CancelScope.cancelling(() -> {}, () -> {}));
            calls.put("start", () -> group.start((Status<Integer> status) -> status.started(1)));
            try {
                check.on(calls);
            } finally {
                stubborn.release();
            }
        });
    }

    @BackendTest
    @DisplayName(
            "C7 while the scope is cancelled, each blocking call and checkpoint throws, every time, and consumes the"
                    + " pending interrupt")
    void everyTime() throws Exception {
        withCalls(calls -> {
            for (var call : calls.entrySet()) {
                var scope = CancelScope.create();
                var seen = new AtomicInteger();
                boolean ended = scope.run(() -> {
                    scope.cancel();
                    for (int i = 0; i < 3; i++) {
                        assertThatThrownBy(() -> call.getValue().call())
                                .as("%s, time %d", call.getKey(), i)
                                .isExactlyInstanceOf(CancelledException.class);
                        assertThat(Thread.currentThread().isInterrupted())
                                .as("%s, time %d", call.getKey(), i)
                                .isFalse();
                        seen.incrementAndGet();
                    }
                });
                assertThat(ended).isTrue();
                assertThat(seen).hasValue(3);
            }
        });
    }

    @BackendTest
    @DisplayName("C7 a blocking call throws in a scope below the cancelled one, and after the JDK has consumed the"
            + " interrupt")
    void belowAndAfterwards() throws Exception {
        withCalls(calls -> {
            for (var call : calls.entrySet()) {
                var scope = CancelScope.create();
                boolean ended = scope.run(() -> {
                    scope.cancel();
                    assertThatThrownBy(Stubborn::forever).isInstanceOf(InterruptedException.class);
                    boolean _ = CancelScope.create().run(() -> call.getValue().call());
                    throw new AssertionError(call.getKey() + " passed");
                });
                assertThat(ended).as(call.getKey()).isFalse();
            }
        });
    }

    @BackendTest
    @DisplayName("C7 a blocking call that waits is ended by the cancellation")
    void whileWaiting() throws Exception {
        withCalls(calls -> {
            for (var name : new String[] {
                "sleep", "await of a running task", "get of a running task", "timed get of a running task"
            }) {
                var scope = CancelScope.create();
                var call = java.util.Objects.requireNonNull(calls.get(name));
                try (var _ = WhenBlocked.me(scope::cancel)) {
                    boolean ended = scope.run(() -> {
                        assertThatThrownBy(call::call).as(name).isExactlyInstanceOf(CancelledException.class);
                        assertThat(Thread.currentThread().isInterrupted())
                                .as(name)
                                .isFalse();
                    });
                    assertThat(ended).isTrue();
                }
            }
        });
    }

    @BackendTest
    @DisplayName("C7 code that has swallowed a cancellation meets it at its next blocking call")
    void swallowed() throws Exception {
        var steps = new ArrayList<String>();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            try {
                Tasks.sleep(LONG);
            } catch (Exception e) { // the pitfall
                steps.add("swallowed");
            }
            steps.add("went on");
            Tasks.sleep(LONG);
            steps.add("behind");
        });
        assertThat(ended).isFalse();
        assertThat(steps).containsExactly("swallowed", "went on");
    }

    @BackendTest
    @DisplayName("C7 run and call with nothing to cut short return normally in a cancelled scope")
    void runAndCall() throws Exception {
        var steps = new ArrayList<Object>();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            TaskGroup.run(_ -> steps.add("body"));
            TaskGroup.run(TaskGroup::join);
            steps.add(TaskGroup.<String, RuntimeException>call(_ -> "value"));
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(steps).containsExactly("body", "value");
    }

    @BackendTest
    @DisplayName("C7 a task that never ran because of a cancelled scope around its group was cut short: run throws the"
            + " cancellation")
    void forkThatNeverRuns() throws Exception {
        var ran = new AtomicBoolean();
        var task = new AtomicReference<Task<?>>();
        var returned = new AtomicBoolean();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            TaskGroup.run(group -> task.set(group.fork(() -> ran.set(true))));
            returned.set(true);
        });
        assertThat(ended).isFalse();
        assertThat(returned).isFalse();
        assertThat(ran).isFalse();
        assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName("C7 join and close that find nothing cut short return normally in a cancelled scope")
    void joinAndClose() throws Exception {
        var returned = new AtomicInteger();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            var empty = TaskGroup.open();
            var finished = TaskGroup.open();
            var task = finished.fork(() -> "value");
            Threads.until(task::isDone);
            scope.cancel();
            finished.join();
            returned.incrementAndGet();
            finished.close();
            returned.incrementAndGet();
            empty.join();
            returned.incrementAndGet();
            empty.close();
            returned.incrementAndGet();
            assertThat(task.resultNow()).isEqualTo("value");
        });
        assertThat(ended).isTrue();
        assertThat(returned).hasValue(4);
    }

    @BackendTest
    @DisplayName("C7 join that has cut a task short in a cancelled scope throws the cancellation")
    void joinThatCutShort() throws Exception {
        var behind = new AtomicBoolean();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            try (var group = TaskGroup.open()) {
                var _ = group.fork(Stubborn::forever);
                scope.cancel();
                assertThatThrownBy(group::join).isInstanceOf(CancelledException.class);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
            CancelScope.checkpoint();
            behind.set(true);
        });
        assertThat(ended).isFalse();
        assertThat(behind).isFalse();
    }

    @BackendTest
    @DisplayName("C7 a run whose tasks all return values although they are cancelled returns its value")
    void nothingCutShort() throws Exception {
        var values = new ArrayList<String>();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> values.add(TaskGroup.<String, RuntimeException>call(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var _ = stubborn.awaitHolding();
            scope.cancel();
            stubborn.release();
            Threads.untilRegardless(task::isDone);
            return task.resultNow();
        })));
        assertThat(ended).isTrue();
        assertThat(values).containsExactly("value");
    }

    @BackendTest
    @DisplayName(
            "C7 a start that races with the cancellation of its caller hands over the running task, or throws when it"
                    + " has terminated")
    void startAgainstCancel() throws Exception {
        try (var race = new Race("start against cancel")) {
            for (int i = 0; i < Race.rounds(2_000); i++) {
                TaskGroup.run(group -> {
                    var begun = new AtomicBoolean();
                    var ended = new AtomicBoolean();
                    var scope = CancelScope.create();
                    var rival = race.start(scope::cancel);
                    boolean returned = scope.run(() -> {
                        try {
                            var started = group.start((Status<String> status) -> {
                                begun.set(true);
                                try {
                                    status.started("ready");
                                    Stubborn.forever();
                                } finally {
                                    ended.set(true);
                                }
                            });
                            assertThat(started.value()).isEqualTo("ready");
                            assertThat(started.task().isDone())
                                    .as("handed over, and then lost")
                                    .isFalse();
                            started.task().cancel();
                        } catch (CancelledException e) {
                            assertThat(ended.get()).as("left running").isEqualTo(begun.get());
                            throw e;
                        }
                    });
                    rival.await();
                    assertThat(returned).isEqualTo(!scope.cancelledCaught());
                    assertThat(group.isCancelled()).isFalse();
                });
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        }
    }
}
