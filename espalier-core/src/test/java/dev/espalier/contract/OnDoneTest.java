// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.FailurePolicy;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rule H3: callbacks at the end of a task. */
public class OnDoneTest {
    @BackendTest
    @DisplayName("H3 callbacks run in the order of registration, on the task's thread")
    void order() throws Exception {
        var calls = new CopyOnWriteArrayList<Integer>();
        var threads = new CopyOnWriteArrayList<Thread>();
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            for (int i = 0; i < 20; i++) {
                int number = i;
                assertThat(task.onDone(ended -> {
                            assertThat(ended).isSameAs(task);
                            calls.add(number);
                            threads.add(Thread.currentThread());
                        }))
                        .isSameAs(task);
            }
            var thread = stubborn.awaitHolding();
            stubborn.release();
            group.join();
            assertThat(threads).hasSize(20).allMatch(t -> t == thread);
        });
        assertThat(calls)
                .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    }

    @BackendTest
    @DisplayName("H3 callbacks run before the task terminates, and see its outcome")
    void beforeTermination() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var stubborn = new Stubborn();
            var inCallback = new CountDownLatch(1);
            var finish = new CountDownLatch(1);
            var seen = new CopyOnWriteArrayList<Object>();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var _ = task.onDone(t -> {
                seen.add(t.outcome());
                seen.add(t.status());
                inCallback.countDown();
                boolean _ = Failures.uninterruptibly(finish);
            });
            stubborn.release();
            inCallback.await();
            assertThat(task.isDone()).isFalse();
            assertThat(group.activeTasks()).isEqualTo(List.of(task));
            finish.countDown();
            assertThat(task.await()).isEqualTo("value");
            assertThat(seen)
                    .containsExactly(java.util.Optional.of(new Outcome.Success<>("value")), TaskStatus.SUCCEEDED);

            var failure = new IOException("x");
            var failed = new CopyOnWriteArrayList<Object>();
            var gate = new CountDownLatch(1);
            var failing = group.fork(Failures.throwingAfter(gate, failure));
            var _ = failing.onDone(t -> failed.add(t.outcome().orElseThrow()));
            gate.countDown();
            group.join();
            assertThat(failed).containsExactly(new Outcome.Failure<>(failure));
        });
    }

    @BackendTest
    @DisplayName("H3 no lock is held in a callback: another thread can use the task and the group meanwhile")
    void noLock() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            var steps = new CopyOnWriteArrayList<String>();
            var sibling = new AtomicReference<Task<?>>();
            var _ = task.onDone(t -> {
                try (var _ = Foreign.run(
                        () -> { // joined inside the callback
                            t.cancel();
                            steps.add("cancelled");
                            var _ = t.onDone(_ -> steps.add("registered meanwhile"));
                            assertThat(t.status()).isNotNull();
                            assertThat(group.activeTasks()).contains(t);
                            sibling.set(group.fork(() -> steps.add("forked")));
                            assertThat(group.stats().forked()).isEqualTo(2);
                        })) {
                    steps.add("in callback");
                }
            });
            stubborn.release();
            group.join();
            assertThat(steps).contains("in callback", "cancelled", "registered meanwhile", "forked");
            assertThat(sibling.get().status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(task.status()).isEqualTo(TaskStatus.SUCCEEDED);
        });
    }

    @BackendTest
    @DisplayName("H3 a callback registered on a task that has terminated runs at once on the caller's thread")
    void afterwards() throws Exception {
        TaskGroup.run(group -> {
            var task = group.fork(() -> 1);
            assertThat(task.await()).isEqualTo(1);
            var thread = new AtomicReference<Thread>();
            var _ = task.onDone(t -> {
                assertThat(t.isDone()).isTrue();
                thread.set(Thread.currentThread());
            });
            assertThat(thread.get()).isSameAs(Thread.currentThread());
        });
    }

    @BackendTest
    @DisplayName("H3 a callback registered on a task that never ran runs at once on the caller's thread")
    void neverRan() throws Exception {
        var thread = new AtomicReference<Thread>();
        var outcome = new AtomicReference<Object>();
        TaskGroup.run(group -> {
            group.cancel();
            var _ = group.fork(() -> 1).onDone(t -> {
                thread.set(Thread.currentThread());
                outcome.set(t.outcome().orElseThrow());
            });
        });
        assertThat(thread.get()).isSameAs(Thread.currentThread());
        assertThat(outcome.get()).isInstanceOf(Outcome.Cancelled.class);
    }

    @BackendTest
    @DisplayName("H3 a callback that throws is logged and changes nothing, and the rest still run")
    void throwing() throws Exception {
        try (var logs = LogCapture.start()) {
            var bad = new IllegalStateException("callback");
            var worse = new AssertionError("callback");
            var calls = new AtomicInteger();
            TaskGroup.run(group -> {
                var stubborn = new Stubborn();
                var task = group.fork(() -> {
                    stubborn.hold();
                    return "value";
                });
                var _ = task.onDone(_ -> {
                            throw bad;
                        })
                        .onDone(_ -> calls.incrementAndGet())
                        .onDone(_ -> {
                            throw worse;
                        })
                        .onDone(_ -> calls.incrementAndGet());
                stubborn.release();
                assertThat(task.await()).isEqualTo("value");
                var _ = task.onDone(_ -> {
                    throw bad; // at once: not to the caller
                });
            });
            assertThat(calls).hasValue(2);
            assertThat(logs.exceptions()).containsExactly(bad, worse, bad);
        }
    }

    @BackendTest
    @DisplayName("H3 a callback may fork at the end of the group: the group waits for what it forked")
    void forks() throws Exception {
        var forked = new AtomicReference<Task<?>>();
        var depth = new AtomicInteger();
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            var _ = task.onDone(_ -> forked.set(group.fork(() -> depth.incrementAndGet())));
            stubborn.release();
        });
        assertThat(forked.get().status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(depth).hasValue(1);
    }

    @BackendTest
    @DisplayName("H3 a callback may cancel the group: siblings are cancelled, and its task's outcome stays")
    void cancels() throws Exception {
        TaskGroup.run(group -> {
            var sibling = group.fork(Stubborn::forever);
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "first";
            });
            var _ = task.onDone(_ -> group.cancel("first wins"));
            stubborn.release();
            group.join();
            assertThat(sibling.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(task.resultNow()).isEqualTo("first");
        });
    }

    @BackendTest
    @DisplayName("H3 callbacks of a failed or cancelled task run too, and one may cancel its own task without effect")
    void everyOutcome() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var outcomes = new CopyOnWriteArrayList<TaskStatus>();
            var entered = new CountDownLatch(1);
            var cancelled = group.fork(() -> {
                entered.countDown();
                Stubborn.forever();
            });
            entered.await();
            var _ = cancelled.onDone(t -> outcomes.add(t.status()));
            cancelled.cancel();
            Threads.until(cancelled::isDone);
            var gate = new CountDownLatch(1);
            var failed = group.fork(Failures.throwingAfter(gate, new IOException("x")));
            var _ = failed.onDone(t -> {
                t.cancel();
                outcomes.add(t.status());
            });
            gate.countDown();
            group.join();
            assertThat(outcomes).containsExactly(TaskStatus.CANCELLED, TaskStatus.FAILED);
            assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
        });
    }

    @BackendTest
    @DisplayName("H3 a callback registered while its task ends is called exactly once")
    void registrationAgainstEnd() throws Exception {
        try (var race = new Race("onDone against end")) {
            TaskGroup.run(o -> o.history(0), group -> {
                for (int i = 0; i < Race.rounds(5_000); i++) {
                    int spins = race.draw(3_000);
                    int mine = race.draw(3_000);
                    var calls = new ArrayList<AtomicInteger>();
                    var unended = new AtomicBoolean();
                    var task = group.fork(() -> Race.spin(spins));
                    Race.spin(mine);
                    for (int j = 0; j < 3; j++) {
                        var count = new AtomicInteger();
                        calls.add(count);
                        var _ = task.onDone(t -> {
                            if (t.outcome().isEmpty()) {
                                unended.set(true);
                            }
                            count.incrementAndGet();
                        });
                    }
                    Threads.until(task::isDone);
                    assertThat(calls).allMatch(count -> count.get() == 1);
                    assertThat(unended).isFalse();
                }
            });
        }
    }
}
