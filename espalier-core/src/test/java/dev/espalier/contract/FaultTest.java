// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.espalier.Action;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.Outcome;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L12: errors of the JVM lose no task and hang no group. */
public class FaultTest {
    @SuppressWarnings("InfiniteRecursion") // that is what it is for
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    private static final Action OVERFLOW = () -> assertThat(recurse(0)).isNegative();

    private static final Action OUT_OF_MEMORY = () -> {
        var arrays = new long[2][];
        arrays[0] = new long[Integer.MAX_VALUE]; // more than any heap's array: fails without using the heap up
        assertThat(arrays[0]).isNull();
    };

    @BackendTest
    @DisplayName(
            "L12, F4 a task overflows its stack: it has failed with that, its siblings are cancelled, run throws it")
    void stackOverflow() throws Exception {
        var blocker = new Blocker();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(blocker);
                    blocker.awaitEntered();
                    var _ = group.fork(OVERFLOW);
                }));
        assertThat(thrown.getCause()).isInstanceOf(StackOverflowError.class);
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "L12, F4 a task runs out of memory: it has failed with that, its siblings are cancelled, run throws it")
    void outOfMemory() throws Exception {
        var blocker = new Blocker();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(blocker);
                    blocker.awaitEntered();
                    var _ = group.fork(OUT_OF_MEMORY);
                }));
        assertThat(thrown.getCause()).isInstanceOf(OutOfMemoryError.class);
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("L12 many tasks overflow and run out of memory under a limit: no place is lost, every one is counted")
    void manyErrors() throws Exception {
        try (var _ = LogCapture.start()) {
            TaskGroup.run(o -> o.limit(2).failurePolicy(FailurePolicy.COLLECT), group -> {
                for (int i = 0; i < 25; i++) {
                    var _ = group.fork(OVERFLOW);
                    var _ = group.fork(OUT_OF_MEMORY);
                }
                group.join();
                assertThat(group.stats().failed()).isEqualTo(50);
                assertThat(group.stats().active()).isZero();
                var first = group.tryFork(() -> 1);
                assertThat(first).isPresent();
                assertThat(first.get().await()).isEqualTo(1);
            });
        }
    }

    @BackendTest
    @DisplayName(
            "L12 a callback throws an error: the task terminates with its outcome, later callbacks run, run returns")
    void errorInCallback() throws Exception {
        for (Action error : List.of(OVERFLOW, OUT_OF_MEMORY)) {
            var called = new AtomicInteger();
            try (var _ = LogCapture.start()) {
                TaskGroup.run(group -> {
                    var gate = new CountDownLatch(1);
                    var task = group.fork(() -> {
                        gate.await();
                        return 7;
                    });
                    var _ = task.onDone(_ -> {
                        try {
                            error.run();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    });
                    var _ = task.onDone(_ -> called.incrementAndGet());
                    gate.countDown();
                    assertThat(task.await()).isEqualTo(7);
                });
            }
            assertThat(called).hasValue(1);
        }
    }

    private static void nestScopes(int depth, CancelScope outermost, AtomicReference<Throwable> innermost)
            throws InterruptedException {
        if (depth == 0) {
            outermost.cancel();
            innermost.set(catchThrowable(CancelScope::checkpoint));
            CancelScope.checkpoint();
            return;
        }
        var _ = CancelScope.create().run(() -> nestScopes(depth - 1, outermost, innermost));
    }

    @BackendTest
    @DisplayName(
            "L12, C2 the outermost of three hundred nested scopes is cancelled: the innermost checkpoint throws, and"
                    + " all are left")
    void deepScopes() throws Exception {
        var innermost = new AtomicReference<Throwable>();
        var outermost = CancelScope.create();
        boolean ended = outermost.run(() -> nestScopes(300, outermost, innermost));
        assertThat(ended).isFalse();
        assertThat(innermost.get()).isInstanceOf(CancelledException.class);
    }

    private static void chain(TaskGroup group, int depth, CountDownLatch bottom) {
        var _ = group.fork(() -> {
            if (depth == 0) {
                bottom.countDown();
                new CountDownLatch(1).await();
            } else {
                TaskGroup.run(inner -> chain(inner, depth - 1, bottom));
            }
        });
    }

    @BackendTest
    @DisplayName(
            "L12, C2 a chain of a thousand groups in tasks is cancelled from its root, by a thread with a small stack:"
                    + " all end")
    void deepGroups() throws Exception {
        assumeFalse(BackendExtension.isSimulated(), "it is about the stack of a platform thread");
        var bottom = new CountDownLatch(1);
        var cancelled = new AtomicBoolean();
        TaskGroup.run(group -> {
            chain(group, 1_000, bottom);
            bottom.await();
            var canceller = new Thread(
                    null,
                    () -> {
                        group.cancel();
                        cancelled.set(true);
                    },
                    "small",
                    300_000);
            canceller.start();
            while (canceller.isAlive()) {
                Thread.onSpinWait();
            }
            group.cancel(); // so that the test ends if that thread's stack was too small
        });
        assertThat(cancelled).isTrue();
    }

    @BackendTest
    @DisplayName("L12, C1 a canceller never waits for the owner: cancel returns while the body and a task hold on")
    void cancelDoesNotWait() throws Exception {
        var body = Blocker.stubborn();
        var task = Blocker.stubborn();
        TaskGroup.run(group -> {
            var _ = group.fork(task);
            task.awaitEntered();
            try (var _ = Foreign.run(() -> {
                body.awaitEntered();
                group.cancel(); // returns although nobody is released before
                body.release();
                task.release();
            })) {
                body.run();
            }
        });
        assertThat(body.ended()).isTrue();
        assertThat(task.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("L12, F4 the outcome of a task that failed with an error is recorded like another")
    void outcome() throws Exception {
        var error = new StackOverflowError("made by hand");
        try (var _ = LogCapture.start();
                var group = TaskGroup.open(o -> o.failurePolicy(FailurePolicy.COLLECT))) {
            var task = group.fork(Failures.throwing(error));
            group.join();
            assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
            assertThat(task.outcome()).contains(new Outcome.Failure<>(error));
            assertThat(task.exceptionNow()).isSameAs(error);
            assertThat(group.failures()).containsExactly(error);
        }
    }
}
