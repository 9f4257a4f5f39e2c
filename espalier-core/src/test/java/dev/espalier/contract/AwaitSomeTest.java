// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.WaitUntil;
import dev.espalier.Waited;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;

/** Rules C7, D1, F6 and T7 for await: some of several tasks. */
public class AwaitSomeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @BackendTest
    @DisplayName("C7 ALL_DONE returns when every task has terminated, in whatever way; the lists have the order of the"
            + " collection")
    void all() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var gate = new CountDownLatch(1);
            var ok = group.fork(() -> {
                gate.await();
                return "ok";
            });
            var failed = group.fork(Failures.throwing(new IOException("down")));
            var cancelled = group.fork(Stubborn::forever);
            cancelled.cancel();
            List<Task<?>> tasks = List.of(ok, failed, cancelled);
            try (var _ = WhenBlocked.me(gate::countDown)) {
                Waited<Task<?>> waited = Tasks.await(tasks, WaitUntil.ALL_DONE);
                assertThat(waited.done()).containsExactlyElementsOf(tasks);
                assertThat(waited.pending()).isEmpty();
            }
            boolean _ = failed.outcome().isPresent();
        });
    }

    @BackendTest
    @DisplayName("C7 FIRST_DONE returns when one has terminated: succeeded, failed or cancelled; the others go on")
    void first() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var other = new Blocker();
            var pending = group.fork(other);
            var gate = new CountDownLatch(1);
            List<Task<?>> ways = List.of(
                    group.fork(() -> {
                        gate.await();
                        return "ok";
                    }),
                    group.fork(Failures.throwingAfter(gate, new IOException("down"))),
                    group.fork(Stubborn::forever));
            try (var _ = WhenBlocked.me(() -> {
                gate.countDown();
                ways.get(2).cancel();
            })) {
                for (var way : ways) {
                    Waited<Task<?>> waited = Tasks.await(List.of(pending, way), WaitUntil.FIRST_DONE);
                    assertThat(waited.done()).containsExactly(way);
                    assertThat(waited.pending()).containsExactly(pending);
                }
            }
            assertThat(pending.isDone()).isFalse();
            boolean _ = ways.get(1).outcome().isPresent();
            other.release();
        });
    }

    @BackendTest
    @DisplayName("C7 FIRST_FAILED returns at the first failure; a cancelled task is none; without any it waits for all")
    void firstFailed() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var blocker = new Blocker();
            var pending = group.fork("pending", blocker);
            var cancelled = group.fork("cancelled", Stubborn::forever);
            cancelled.cancel();
            var gate = new CountDownLatch(1);
            var failing = group.fork("failing", Failures.throwingAfter(gate, new IOException("down")));
            List<Task<Void>> tasks = List.of(pending, cancelled, failing);
            var me = Thread.currentThread();
            try (var _ = Foreign.run(() -> {
                Threads.until(cancelled::isDone);
                Threads.awaitBlocked(me);
                gate.countDown();
            })) {
                Waited<Task<Void>> waited = Tasks.await(tasks, WaitUntil.FIRST_FAILED);
                assertThat(waited.done()).containsExactly(cancelled, failing);
                assertThat(waited.pending()).containsExactly(pending);
            }
            assertThat(Tasks.await(tasks, WaitUntil.FIRST_FAILED).done()).contains(failing);
            try (var _ = WhenBlocked.me(blocker::release)) {
                assertThat(Tasks.await(List.of(pending, cancelled), WaitUntil.FIRST_FAILED)
                                .pending())
                        .isEmpty();
            }
            boolean _ = failing.outcome().isPresent();
        });
    }

    @BackendTest
    @DisplayName("F6 await does not count as looking at a failure")
    void unobserved() throws Exception {
        try (var logs = LogCapture.start()) {
            var failure = new IOException("down");
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var task = group.fork(Failures.throwing(failure));
                for (var until : WaitUntil.values()) {
                    assertThat(Tasks.await(List.of(task), until).done()).containsExactly(task);
                }
            });
            assertThat(logs.exceptions()).containsExactly(failure);
        }
    }

    @BackendTest
    @DisplayName("C7 nothing to wait for: it returns at once; a task may be there twice; a null is refused")
    void nothing() throws Exception {
        for (var until : WaitUntil.values()) {
            assertThat(Tasks.await(List.<Task<?>>of(), until)).isEqualTo(new Waited<>(List.of(), List.of()));
        }
        TaskGroup.run(group -> {
            var task = group.fork(() -> 1);
            assertThat(Tasks.await(List.of(task, task), WaitUntil.ALL_DONE).done())
                    .containsExactly(task, task);
            assertThat(Tasks.await(List.of(task, task), WaitUntil.FIRST_DONE).done())
                    .containsExactly(task, task);
            assertThatThrownBy(() -> Tasks.await(Arrays.asList(task, null), WaitUntil.FIRST_DONE))
                    .isInstanceOf(NullPointerException.class);
        });
    }

    @BackendTest
    @DisplayName("T7 a timeout that passes is no failure: what has not terminated is pending, and goes on")
    void timeout(TestBackend backend) throws Exception {
        ManualClock.run(
                backend,
                clock -> TaskGroup.run(group -> {
                    var blocker = new Blocker();
                    var pending = group.fork(blocker);
                    var done = group.fork(() -> {});
                    assertThat(done.await()).isNull();
                    for (var until : List.of(WaitUntil.ALL_DONE, WaitUntil.FIRST_FAILED)) {
                        var before = clock.elapsed();
                        try (var _ = Foreign.run(() -> {
                            clock.awaitSleepers(1);
                            clock.advance(SECOND);
                        })) {
                            var waited = Tasks.await(List.of(pending, done), until, SECOND);
                            assertThat(waited.done()).containsExactly(done);
                            assertThat(waited.pending()).containsExactly(pending);
                        }
                        assertThat(clock.elapsed().minus(before)).isEqualTo(SECOND);
                    }
                    for (var until : WaitUntil.values()) {
                        assertThat(Tasks.await(List.of(pending), until, Duration.ZERO)
                                        .pending())
                                .containsExactly(pending);
                        assertThat(Tasks.await(List.of(done), until, SECOND.negated())
                                        .done())
                                .containsExactly(done);
                    }
                    blocker.release();
                }));
    }

    @BackendTest
    @DisplayName("C7 a cancelled caller gets CancelledException, and none of the tasks is cancelled; an interrupted one"
            + " InterruptedException")
    void cancelled() throws Exception {
        TaskGroup.run(group -> {
            var blocker = new Blocker();
            var task = group.fork(blocker);
            for (var until : WaitUntil.values()) {
                var scope = CancelScope.create();
                try (var _ = WhenBlocked.me(() -> scope.cancel("enough"))) {
                    assertThat(scope.run(() -> {
                                assertThatThrownBy(() -> Tasks.await(List.of(task), until))
                                        .isInstanceOf(CancelledException.class)
                                        .hasMessage("enough");
                                CancelScope.checkpoint();
                            }))
                            .isFalse();
                }
                try (var _ = WhenBlocked.interruptMe()) {
                    assertThatThrownBy(() -> Tasks.await(List.of(task), until))
                            .isExactlyInstanceOf(InterruptedException.class);
                }
            }
            assertThat(task.isDone()).isFalse();
            assertThat(blocker.wasInterrupted()).isFalse();
            blocker.release();
        });
    }

    @BackendTest
    @DisplayName("C16 the owner of an open group that is cancelled notices it here, although the tasks still run")
    void openGroup() throws Exception {
        for (var until : WaitUntil.values()) {
            try (var group = TaskGroup.open()) {
                var stubborn = new Stubborn();
                var task = group.fork(stubborn::hold);
                var _ = stubborn.awaitHolding();
                try (var _ = WhenBlocked.me(group::cancel)) {
                    assertThatThrownBy(() -> Tasks.await(List.of(task), until)).isInstanceOf(CancelledException.class);
                }
                stubborn.release();
            }
        }
    }

    @BackendTest
    @DisplayName("D1 waiting for oneself among others is refused, and so is the last of a circle of waits for all")
    void circles() throws Exception {
        TaskGroup.run(group -> {
            var self = new CompletableFuture<Task<Void>>();
            var other = group.fork(() -> {});
            self.complete(group.fork(() -> {
                for (var until : WaitUntil.values()) {
                    assertThatThrownBy(() -> Tasks.await(List.of(other, self.get()), until))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("waits for");
                }
            }));
            assertThat(self.get().await()).isNull();
            var a = new CompletableFuture<Task<Integer>>();
            var b = new CompletableFuture<Task<Integer>>();
            a.complete(group.fork(() -> awaitAll(b.get())));
            b.complete(group.fork(() -> awaitAll(a.get())));
            assertThat(a.get().await() + b.get().await()).isEqualTo(1);
        });
    }

    /** How many of the two were told that they would wait for ever. */
    private static int awaitAll(Task<Integer> task) throws InterruptedException {
        try {
            var _ = Tasks.await(List.of(task), WaitUntil.ALL_DONE);
            return 0;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("never end");
            return 1;
        }
    }

    @BackendTest
    @DisplayName("L7 a wait that is over leaves no trace at tasks that live on")
    void noTrace() throws Exception {
        TaskGroup.run(group -> {
            var blocker = new Blocker();
            var pending = group.fork(blocker);
            var done = group.fork(() -> {});
            assertThat(done.await()).isNull();
            for (int i = 0; i < BackendExtension.volume(10_000); i++) {
                assertThat(Tasks.await(List.of(pending), WaitUntil.FIRST_DONE, Duration.ofNanos(1))
                                .done())
                        .isEmpty();
            }
            assertThat(dev.espalier.internal.TestAccess.waiters(pending)).isZero();
            blocker.release();
        });
    }
}
