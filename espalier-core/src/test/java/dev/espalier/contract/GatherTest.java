// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules K1, K2 and K3 for gather and gatherSettled: all of several callables. */
public class GatherTest {
    @BackendTest
    @DisplayName("K2 gather returns the results in the order of the callables, though they end in the other order")
    void order() throws Exception {
        var last = new CountDownLatch(1);
        var middle = new CountDownLatch(1);
        assertThat(Tasks.gather(
                        () -> {
                            middle.await();
                            return "a";
                        },
                        () -> {
                            last.await();
                            middle.countDown();
                            return "b";
                        },
                        () -> {
                            last.countDown();
                            return "c";
                        }))
                .containsExactly("a", "b", "c");
    }

    @BackendTest
    @DisplayName("K2 gather runs all callables at once, each on a task of its own")
    void atOnce() throws Exception {
        var all = new CountDownLatch(50);
        List<Callable<Thread>> callables = Collections.nCopies(50, () -> {
            all.countDown();
            all.await();
            return Thread.currentThread();
        });
        assertThat(Tasks.gather(callables)).doesNotHaveDuplicates().hasSize(50).doesNotContain(Thread.currentThread());
    }

    @BackendTest
    @DisplayName("K4 gather of nothing is the empty list, and starts nothing")
    void nothing(TestBackend backend) throws Exception {
        assertThat(Tasks.<String>gather()).isEmpty();
        assertThat(Tasks.<String>gather(List.<Callable<String>>of())).isEmpty();
        assertThat(Tasks.gatherSettled()).isEmpty();
        assertThat(backend.threads()).isEmpty();
    }

    @BackendTest
    @DisplayName(
            "K2 one callable, null results, and a supertype of the results: the list has them all, and is unmodifiable")
    void nullsAndTypes() throws Exception {
        assertThat(Tasks.gather(() -> 1)).containsExactly(1);
        List<String> nulls = Tasks.gather(() -> null, () -> "b", () -> null);
        assertThat(nulls).containsExactly(null, "b", null);
        assertThatThrownBy(() -> nulls.set(0, "a")).isInstanceOf(UnsupportedOperationException.class);
        List<Callable<Integer>> ints = List.of(() -> 1, () -> 2);
        List<Number> numbers = Tasks.gather(ints);
        assertThat(numbers).containsExactly(1, 2);
        List<Number> mixed = Tasks.gather(() -> 1, () -> 2.5);
        assertThat(mixed).containsExactly(1, 2.5);
    }

    @BackendTest
    @DisplayName("K2 a null callable is named with its index, and nothing is started")
    void nullCallable(TestBackend backend) {
        Callable<String> fine = () -> "fine";
        List<Callable<String>> callables = Arrays.asList(fine, fine, null);
        assertThatThrownBy(() -> Tasks.gather(callables))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("callable 2 of 3");
        assertThatThrownBy(() -> Tasks.gatherSettled(fine, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("callable 1 of 2");
        assertThatThrownBy(() -> Tasks.any(null, fine))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("callable 0 of 2");
        assertThat(backend.threads()).isEmpty();
    }

    @BackendTest
    @DisplayName("K2 the first failure cancels the rest, with itself as reason, and is thrown when all have ended (K1)")
    void failure() {
        var failure = new IOException("down");
        var waiting = new CountDownLatch(2);
        var ended = new CountDownLatch(2);
        var reasons = new ArrayList<CancelReason>();
        Callable<String> loser = () -> {
            waiting.countDown();
            try {
                Stubborn.forever();
                return "never";
            } finally {
                synchronized (reasons) {
                    reasons.add(CancelScope.current().reason().orElseThrow());
                }
                ended.countDown();
            }
        };
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> Tasks.gather(
                        loser,
                        () -> {
                            waiting.await();
                            throw failure;
                        },
                        loser));
        assertThat(ended.getCount()).isZero();
        assertThat(thrown).hasCause(failure).hasNoSuppressedExceptions().hasMessageContaining("gather[1]");
        assertThatThrownBy(() -> thrown.rethrow(IOException.class)).isSameAs(failure);
        assertThat(thrown.getStackTrace()[0].getMethodName()).isEqualTo("gather");
        assertThat(reasons).hasSize(2).allSatisfy(reason -> {
            assertThat(reason.kind()).isEqualTo(CancelReason.Kind.SIBLING_FAILED);
            assertThat(reason.exception()).isSameAs(failure);
            assertThat(reason.message()).contains("gather[1]");
        });
    }

    @BackendTest
    @DisplayName("K2 all fail: the first is the cause, the others are suppressed; an Error is a failure like another")
    void allFail() {
        var first = new CountDownLatch(1);
        var error = new AssertionError("first");
        assertThatThrownBy(() -> Tasks.gather(
                        () -> {
                            first.countDown();
                            throw error;
                        },
                        () -> {
                            first.await();
                            boolean _ = Failures.uninterruptibly(new CountDownLatch(0));
                            throw new IOException("second");
                        }))
                .isInstanceOf(TaskGroupException.class)
                .satisfies(e -> assertThat(((TaskGroupException) e).failures()).hasSizeBetween(1, 2));
        var both = new CountDownLatch(2);
        Callable<Void> together = () -> {
            both.countDown();
            boolean _ = Failures.uninterruptibly(both);
            throw new IOException("each");
        };
        assertThatThrownBy(() -> Tasks.gather(together, together))
                .isInstanceOfSatisfying(
                        TaskGroupException.class, e -> assertThat(e.failures()).hasSize(2))
                .hasMessageContaining("2 tasks");
    }

    @BackendTest
    @DisplayName(
            "K2 a callable that cancels itself has no result: the rest is cancelled, and that is thrown as a failure"
                    + " would be")
    void selfCancelled() {
        var other = new Blocker();
        Callable<String> cancelsItself = () -> {
            other.awaitEntered();
            CancelScope.current().cancel("changed its mind");
            CancelScope.checkpoint();
            return "never";
        };
        assertThatThrownBy(() -> Tasks.gather(
                        () -> {
                            other.run();
                            return "never";
                        },
                        cancelsItself))
                .isInstanceOf(TaskGroupException.class)
                .hasMessageContaining("gather[1]")
                .cause()
                .isInstanceOf(TaskCancelledException.class)
                .hasMessageContaining("changed its mind");
        assertThat(other.wasInterrupted()).isTrue();
        assertThat(other.ended()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "K2 a cancelled caller gets the exception and not a short list; the callables are cancelled and have ended"
                    + " (K1)")
    void callerCancelled() throws Exception {
        var scope = CancelScope.create();
        var blocker = new Blocker();
        var thrown = new AtomicReference<Throwable>();
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            scope.cancel("enough");
        })) {
            assertThat(scope.run(() -> {
                        try {
                            Tasks.gather(() -> "done", () -> {
                                blocker.run();
                                return "never";
                            });
                        } catch (InterruptedException e) {
                            thrown.set(e);
                            assertThat(blocker.ended()).isTrue();
                            throw e;
                        }
                    }))
                    .isFalse();
        }
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        CancelledException.class,
                        e -> assertThat(e.reason().message()).isEqualTo("enough"));
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("K2 an interrupted caller gets InterruptedException; the callables are cancelled and have ended (K1)")
    void callerInterrupted() {
        var blocker = new Blocker();
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> Tasks.gather(() -> {
                        blocker.run();
                        return "never";
                    }))
                    .isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(blocker.ended()).isTrue();
        assertThat(blocker.wasInterrupted()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName(
            "K2 F2 a callable that fails while the caller is interrupted outranks that, and the interrupt is restored")
    void failureOutranks() {
        var failure = new IllegalStateException("cleanup failed");
        var entered = new CountDownLatch(1);
        var cleanup = Failures.throwingWhenInterrupted(entered, failure);
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> Tasks.gather(() -> {
                        cleanup.run();
                        return "never";
                    }))
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(failure);
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "C7 a caller that is cancelled already starts nothing and gets the exception, also where there is nothing"
                    + " to do")
    void cancelledBefore(TestBackend backend) throws Exception {
        var scope = CancelScope.create();
        assertThat(scope.run(() -> {
                    scope.cancel();
                    for (int i = 0; i < 2; i++) {
                        assertThatThrownBy(() -> Tasks.gather()).isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> Tasks.gather(() -> 1)).isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> Tasks.gatherSettled(() -> 1)).isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> Tasks.race(() -> 1)).isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> Tasks.any(() -> 1)).isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> Tasks.map(List.of(), 1, x -> x))
                                .isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> Tasks.await(List.of(), dev.espalier.WaitUntil.ALL_DONE))
                                .isInstanceOf(CancelledException.class);
                    }
                    CancelScope.checkpoint();
                }))
                .isFalse();
        assertThat(backend.threads()).isEmpty();
    }

    @BackendTest
    @DisplayName("C7 a caller that is interrupted already starts nothing and gets InterruptedException")
    void interruptedBefore(TestBackend backend) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Tasks.gather(() -> 1)).isExactlyInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Tasks.race(() -> 1)).isExactlyInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(backend.threads()).isEmpty();
    }

    @BackendTest
    @DisplayName(
            "K1 gather waits for a callable that ignores its cancellation, whatever happens to the caller meanwhile")
    void stubborn() {
        var stubborn = new Stubborn();
        try (var _ = Foreign.run(() -> {
            Threads.until(() -> stubborn.interrupts() > 0);
            stubborn.release();
        })) {
            assertThatThrownBy(() -> Tasks.gather(
                            () -> {
                                stubborn.hold();
                                return "late";
                            },
                            () -> {
                                var _ = stubborn.awaitHolding();
                                throw new IOException("down");
                            }))
                    .isInstanceOf(TaskGroupException.class);
        }
        assertThat(stubborn.hasEnded()).isTrue();
    }

    @BackendTest
    @DisplayName("K2 a combinator in a combinator: results and failures nest, and the inner one ends before the outer")
    void nested() throws Exception {
        assertThat(Tasks.gather(
                        () -> Tasks.gather(() -> 1, () -> 2),
                        () -> List.of(Tasks.race(() -> 3)),
                        () -> Tasks.map(List.of(4, 5), 2, x -> x + 1)))
                .containsExactly(List.of(1, 2), List.of(3), List.of(5, 6));
        var failure = new IOException("deep");
        var blocker = new Blocker();
        assertThatThrownBy(() -> Tasks.gather(
                        () -> Tasks.gather(() -> {
                            blocker.run();
                            return 1;
                        }),
                        () -> Tasks.any(() -> {
                            blocker.awaitEntered();
                            throw failure;
                        })))
                .isInstanceOfSatisfying(TaskGroupException.class, e -> {
                    assertThat(e.getCause()).isInstanceOf(TaskGroupException.class);
                    assertThat(e.leaves()).containsExactly(failure);
                });
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("K2 the same callable twice runs twice, and has two results")
    void sameTwice() throws Exception {
        var runs = new AtomicInteger();
        Callable<Integer> callable = runs::incrementAndGet;
        assertThat(Tasks.<Integer>gather(callable, callable)).containsExactlyInAnyOrder(1, 2);
        assertThat(Tasks.<Integer>gatherSettled(callable, callable)).hasSize(2);
        assertThat(runs).hasValue(4);
    }

    @BackendTest
    @DisplayName("M1 what the caller did happens-before each callable, and what they did happens-before the return")
    void memory() throws Exception {
        int[] plain = new int[100];
        for (int round = 1; round <= BackendExtension.volume(50); round++) {
            int[] seen = new int[100];
            var callables = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < plain.length; i++) {
                plain[i] = round;
                int index = i;
                callables.add(() -> seen[index] = plain[index]);
            }
            assertThat(Tasks.gather(callables)).containsOnly(round);
            assertThat(seen).containsOnly(round);
        }
    }
}
