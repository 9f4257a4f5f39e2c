// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelPolicy;
import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Espalier;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules K2 and K5 for streams and the scopes that they are evaluated in: cancellation, sources that fail, iterators that are abandoned. */
public class StreamScopeTest {
    /** Results that come at once, and then only blocked tasks. */
    private static Stream<Integer> after(int results, Blocker blocker) {
        return Stream.iterate(0, i -> i + 1).gather(Tasks.mapConcurrent(2, i -> {
            if (i >= results) {
                blocker.run();
            }
            return i;
        }));
    }

    @BackendTest
    @DisplayName(
            "K2 a caller that is cancelled gets CancellationException, which its scope knows; no list is cut short")
    void cancelled() throws Exception {
        var blocker = new Blocker();
        var scope = CancelScope.create();
        var thrown = new AtomicReference<Throwable>();
        var reason = new AtomicReference<CancelReason>();
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            scope.cancel("enough");
        })) {
            assertThat(scope.run(() -> {
                        try {
                            var _ = Stream.of(1, 2)
                                    .gather(Tasks.mapConcurrent(2, i -> {
                                        try {
                                            blocker.run();
                                        } finally {
                                            reason.compareAndSet(
                                                    null,
                                                    CancelScope.current()
                                                            .reason()
                                                            .orElseThrow());
                                        }
                                        return i;
                                    }))
                                    .toList();
                        } catch (RuntimeException e) {
                            thrown.set(e);
                            assertThat(blocker.ended()).isTrue();
                            throw e;
                        }
                    }))
                    .isFalse();
        }
        assertThat(thrown.get())
                .isExactlyInstanceOf(CancellationException.class)
                .hasCauseInstanceOf(CancelledException.class)
                .hasMessage("enough");
        assertThat(reason.get().kind()).isEqualTo(CancelReason.Kind.PARENT_CANCELLED);
        assertThat(reason.get().root().message()).isEqualTo("enough");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("K2 a caller that is interrupted gets CancellationException, with the interrupt status set")
    void interrupted() {
        var blocker = new Blocker();
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> after(1, blocker).toList())
                    .isExactlyInstanceOf(CancellationException.class)
                    .cause()
                    .isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("F2 a task that fails while the caller is interrupted outranks that, and the interrupt is restored")
    void failureOutranks() {
        var failure = new IllegalStateException("cleanup failed");
        var task = Failures.throwingWhenInterrupted(new CountDownLatch(1), failure);
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> Stream.of(1)
                            .gather(Tasks.mapConcurrent(1, i -> {
                                task.run();
                                return i;
                            }))
                            .toList())
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(failure);
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("C7 a caller that is cancelled already starts nothing")
    void cancelledBefore(TestBackend backend) throws Exception {
        var scope = CancelScope.create();
        assertThat(scope.run(() -> {
                    scope.cancel();
                    var _ = Stream.of(1).gather(Tasks.mapConcurrent(1, i -> i)).toList();
                }))
                .isFalse();
        assertThat(backend.threads()).isEmpty();
    }

    @BackendTest
    @DisplayName("T1 tasks of a stream see the deadline around it, and it ends them")
    void deadline(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var second = Duration.ofSeconds(1);
            var seen = new AtomicReference<Duration>();
            try (var _ = Foreign.run(() -> {
                clock.awaitSleepers(1);
                clock.advance(second);
            })) {
                assertThatThrownBy(() -> CancelScope.failAfter(
                                second,
                                () -> Stream.of(1)
                                        .gather(Tasks.mapConcurrent(2, i -> {
                                            seen.set(CancelScope.currentDeadline()
                                                    .remaining());
                                            Tasks.sleep(Duration.ofDays(1));
                                            return i;
                                        }))
                                        .toList()))
                        .isInstanceOf(DeadlineExceededException.class);
            }
            assertThat(seen).hasValue(second);
        });
    }

    @BackendTest
    @DisplayName("C8 a task of a stream that swallows the interrupt of a cancellation from around is interrupted again")
    void redelivered(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var stubborn = new Stubborn();
            try (var _ = Foreign.run(() -> {
                var _ = stubborn.awaitHolding();
                clock.advance(Duration.ofSeconds(1));
                Threads.until(() -> stubborn.interrupts() == 1);
                Threads.until(() -> {
                    clock.advance(CancelPolicy.DEFAULT.redeliverAfter()); // counted from a moment after the interrupt
                    return stubborn.interrupts() > 1;
                });
                stubborn.release();
            })) {
                assertThat(CancelScope.runOrMoveOnAfter(Duration.ofSeconds(1), () -> {
                            var _ = Stream.of(1)
                                    .gather(Tasks.mapConcurrent(2, i -> {
                                        stubborn.run();
                                        return i;
                                    }))
                                    .toList();
                        }))
                        .isFalse();
            }
        });
    }

    @BackendTest
    @DisplayName(
            "K5 a source that throws: what was started ends with the scope around the stream, and the exception leaves"
                    + " as it is")
    void failingSource() throws Exception {
        var failure = new IllegalStateException("the source is broken");
        for (int kind = 0; kind < 4; kind++) {
            var blocker = new Blocker();
            var stream = Stream.of(0, 1)
                    .peek(i -> {
                        if (i == 1) {
                            boolean _ = Failures.uninterruptibly(entered(blocker));
                            throw failure;
                        }
                    })
                    .gather(Tasks.mapConcurrent(4, i -> {
                        blocker.run();
                        return i;
                    }));
            int form = kind;
            try (var logs = LogCapture.start()) {
                assertThatThrownBy(() -> {
                            var _ = switch (form) {
                                case 0 -> TaskGroup.call(_ -> stream.toList());
                                case 1 -> CancelScope.create().call(() -> stream.toList());
                                case 2 -> Tasks.gather(() -> stream.toList());
                                default -> CancelScope.cancelling(() -> {}, () -> stream.toList());
                            };
                        })
                        .satisfiesAnyOf(
                                e -> assertThat(e).isSameAs(failure),
                                e -> assertThat(e)
                                        .isInstanceOf(TaskGroupException.class)
                                        .hasCause(failure));
                assertThat(Failures.suppressed(failure)).isEmpty();
                assertThat(logs.warnings()).isEmpty();
            }
            assertThat(blocker.ended()).isTrue();
            assertThat(blocker.wasInterrupted()).isTrue();
        }
    }

    private static CountDownLatch entered(Blocker blocker) {
        var latch = new CountDownLatch(1);
        var _ = Thread.ofVirtual().start(() -> {
            boolean _ = Failures.uninterruptibly(new CountDownLatch(0));
            Threads.until(blocker::hasEntered);
            latch.countDown();
        });
        return latch;
    }

    @BackendTest
    @DisplayName("K5 an abandoned iterator: what was started ends with the scope around it, quietly")
    void abandoned() throws Exception {
        var blocker = new Blocker();
        var kept = new AtomicReference<Iterator<Integer>>();
        try (var logs = LogCapture.start()) {
            assertThat(TaskGroup.<Integer, RuntimeException>call(group -> {
                        var iterator = after(2, blocker).iterator();
                        kept.set(iterator);
                        int first = iterator.next();
                        assertThat(group.isCancelled()).isFalse();
                        return first;
                    }))
                    .isZero();
            assertThat(logs.warnings()).isEmpty();
        }
        assertThat(!blocker.hasEntered() || blocker.ended()).isTrue();
        assertThatThrownBy(() -> {
                    while (true) {
                        var _ = kept.get().next();
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
    }

    @BackendTest
    @DisplayName("K5 a failure of a task of an abandoned stream is logged (F7), and disturbs nobody")
    void abandonedFailure() throws Exception {
        var failure = new IllegalStateException("late");
        var failed = new CountDownLatch(1);
        try (var logs = LogCapture.start()) {
            TaskGroup.run(_ -> {
                var iterator = Stream.of(0, 1)
                        .gather(Tasks.mapConcurrentUnordered(2, i -> {
                            if (i == 1) {
                                failed.await();
                                throw failure;
                            }
                            return i;
                        }))
                        .iterator();
                assertThat(iterator.next()).isZero();
                failed.countDown();
            });
            assertThat(logs.exceptions()).allMatch(logged -> logged == failure);
        }
    }

    @BackendTest
    @DisplayName(
            "K5 an iterator that is consumed to its end by hand gives every result, across calls of other combinators")
    void iterated() throws Exception {
        var iterator =
                Stream.of(1, 2, 3, 4).gather(Tasks.mapConcurrent(2, i -> i * 2)).iterator();
        int sum = 0;
        while (iterator.hasNext()) {
            sum += iterator.next();
            assertThat(Tasks.gather(() -> 1, () -> 2)).containsExactly(1, 2);
        }
        assertThat(sum).isEqualTo(20);
    }

    @BackendTest
    @DisplayName("K5 a stream in an inner scope, begun in an outer one, belongs to the outer one")
    void belongsWhereBegun() throws Exception {
        var blocker = new Blocker();
        boolean _ = Espalier.run(dev.espalier.spi.Backend.virtualThreads(), () -> {
            var iterator = after(3, blocker).iterator();
            assertThat(iterator.next()).isZero();
            assertThat(CancelScope.create()
                            .run(() -> assertThat(iterator.next()).isEqualTo(1)))
                    .isTrue();
            assertThat(iterator.next()).isEqualTo(2);
            return true;
        });
        assertThat(!blocker.hasEntered() || blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("D1 a task of a stream that waits for the task that evaluates the stream gets IllegalStateException")
    void deadlock() throws Exception {
        TaskGroup.run(group -> {
            var handle = new java.util.concurrent.CompletableFuture<dev.espalier.Task<List<Object>>>();
            handle.complete(group.fork(() -> Stream.of(1)
                    .gather(Tasks.<Integer, Object>mapConcurrent(1, _ -> {
                        assertThatThrownBy(() -> handle.get().await()).isInstanceOf(IllegalStateException.class);
                        return "fine";
                    }))
                    .toList()));
            assertThat(handle.get().await()).containsExactly("fine");
        });
    }

    @BackendTest
    @DisplayName("B2 a task of a stream that forks where its evaluator holds the last place is told so")
    void places() throws Exception {
        TaskGroup.run(o -> o.limit(1), group -> {
            var task = group.fork(() -> Stream.of(1)
                    .gather(Tasks.<Integer, String>mapConcurrent(1, _ -> {
                        assertThatThrownBy(() -> group.fork(() -> 1))
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("never get a place");
                        return "fine";
                    }))
                    .toList());
            assertThat(task.await()).containsExactly("fine");
        });
    }

    @Test
    @Timeout(60)
    @DisplayName(
            "K5 outside of all scopes: streams and combinators leave no trace; what a broken source leaves goes on to"
                    + " its end")
    void outside() throws Exception {
        var me = Thread.currentThread();
        assertThat(Stream.of(1, 2, 3).gather(Tasks.mapConcurrent(2, i -> i)).toList())
                .containsExactly(1, 2, 3);
        assertThat(Stream.of(1, 2, 3)
                        .parallel()
                        .gather(Tasks.mapConcurrent(2, i -> i))
                        .limit(2)
                        .toList())
                .containsExactly(1, 2);
        int one = Tasks.race(() -> 1);
        assertThat(Tasks.map(List.of(1), 1, i -> i)).containsExactly(one);
        var blocker = new Blocker();
        assertThatThrownBy(() -> Stream.of(0, 1)
                        .peek(i -> {
                            if (i == 1) {
                                Threads.until(blocker::hasEntered);
                                throw new IllegalStateException("the source is broken");
                            }
                        })
                        .gather(Tasks.mapConcurrent(4, i -> {
                            blocker.run();
                            return i;
                        }))
                        .toList())
                .isInstanceOf(IllegalStateException.class);
        assertThat(dev.espalier.internal.Strands.isKnown(me)).isFalse();
        blocker.release();
        Threads.until(blocker::ended);
        assertThat(blocker.wasInterrupted()).isFalse();
    }
}
