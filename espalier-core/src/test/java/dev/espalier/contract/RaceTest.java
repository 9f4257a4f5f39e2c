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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules K1 and K4 for race: the first to end decides. */
public class RaceTest {
    /** A callable that only its cancellation ends. */
    private static <T> Callable<T> until(Blocker blocker) {
        return () -> {
            blocker.run();
            throw new AssertionError("released");
        };
    }

    @BackendTest
    @DisplayName("K4 the first to end decides by its value; null is one")
    void value() throws Exception {
        var loser = new Blocker();
        assertThat(Tasks.race(until(loser), () -> "first")).isEqualTo("first");
        assertThat(Tasks.<String>race(() -> null, until(new Blocker()))).isNull();
        List<Callable<Integer>> one = List.of(() -> 1);
        Integer alone = Tasks.race(one);
        assertThat(alone).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("K1 losers are cancelled with a reason that names the winner, and have ended when race returns")
    void reason() throws Exception {
        var loser = new Blocker();
        var reason = new AtomicReference<CancelReason>();
        assertThat(Tasks.race(
                        () -> {
                            try {
                                loser.run();
                                return "never";
                            } finally {
                                reason.set(CancelScope.current().reason().orElseThrow());
                            }
                        },
                        () -> {
                            loser.awaitEntered();
                            return "winner";
                        }))
                .isEqualTo("winner");
        assertThat(loser.ended()).isTrue();
        assertThat(reason.get().kind()).isEqualTo(CancelReason.Kind.ASKED);
        assertThat(reason.get().message()).contains("race[1]").contains("first");
        assertThat(java.util.Objects.requireNonNull(reason.get().task()).name()).isEqualTo("race[1]");
    }

    @BackendTest
    @DisplayName("K4 the first to end decides by its failure, which is thrown when the losers have ended")
    void failure() {
        var failure = new IOException("down");
        var loser = new Blocker();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> Tasks.race(until(loser), () -> {
                    loser.awaitEntered();
                    throw failure;
                }));
        assertThat(thrown).hasCause(failure).hasNoSuppressedExceptions();
        assertThat(loser.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("F7 a loser that fails while it is cancelled is suppressed in the failure of the first, or logged")
    void lateFailure() throws Exception {
        var late = new IllegalStateException("cleanup failed");
        for (boolean wins : new boolean[] {true, false}) {
            var entered = new CountDownLatch(1);
            var loser = Failures.throwingWhenInterrupted(entered, late);
            Callable<String> losing = () -> {
                loser.run();
                return "never";
            };
            try (var logs = LogCapture.start()) {
                if (wins) {
                    assertThat(Tasks.race(losing, () -> {
                                entered.await();
                                return "won";
                            }))
                            .isEqualTo("won");
                    assertThat(logs.exceptions()).containsExactly(late);
                    assertThat(logs.messages().getFirst()).contains("race[1]");
                } else {
                    var failure = new IOException("down");
                    assertThatThrownBy(() -> Tasks.race(losing, () -> {
                                entered.await();
                                throw failure;
                            }))
                            .isInstanceOf(TaskGroupException.class)
                            .hasCause(failure)
                            .hasSuppressedException(late);
                    assertThat(logs.warnings()).isEmpty();
                }
            }
        }
    }

    @BackendTest
    @DisplayName("K4 race of nothing is IllegalArgumentException")
    void nothing() {
        assertThatThrownBy(() -> Tasks.race())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> Tasks.race(List.<Callable<String>>of())).isInstanceOf(IllegalArgumentException.class);
    }

    @BackendTest
    @DisplayName("K4 a callable that cancels itself first decides as a failure")
    void selfCancelled() {
        assertThatThrownBy(() -> Tasks.race(until(new Blocker()), () -> {
                    CancelScope.current().cancel("no");
                    CancelScope.checkpoint();
                    return 1;
                }))
                .isInstanceOf(TaskGroupException.class)
                .hasCauseInstanceOf(TaskCancelledException.class);
    }

    @BackendTest
    @DisplayName("K1 race waits for a loser that ignores its cancellation")
    void stubborn() throws Exception {
        var stubborn = new Stubborn();
        try (var _ = Foreign.run(() -> {
            Threads.until(() -> stubborn.interrupts() > 0);
            stubborn.release();
        })) {
            assertThat(Tasks.race(
                            () -> {
                                stubborn.run();
                                return "never";
                            },
                            () -> {
                                var _ = stubborn.awaitHolding();
                                return "won";
                            }))
                    .isEqualTo("won");
            assertThat(stubborn.hasEnded()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("K1 a caller cancelled before anything is decided gets the exception, when all have ended")
    void callerCancelled() throws Exception {
        var first = new Blocker();
        var second = new Blocker();
        var scope = CancelScope.create();
        try (var _ = Foreign.run(() -> {
            first.awaitEntered();
            second.awaitEntered();
            scope.cancel("enough");
        })) {
            assertThat(scope.run(() -> {
                        assertThatThrownBy(() -> Tasks.race(until(first), until(second)))
                                .isInstanceOf(CancelledException.class)
                                .hasMessage("enough");
                        assertThat(first.ended() && second.ended()).isTrue();
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
        }
    }

    @BackendTest
    @DisplayName("K1 a caller interrupted before anything is decided gets InterruptedException, when all have ended")
    void callerInterrupted() {
        var blocker = new Blocker();
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> Tasks.race(until(blocker))).isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C7 C4 what was won is not lost when the caller is interrupted while the losers end; the interrupt is"
            + " there afterwards")
    void interruptedLate() throws Exception {
        var stubborn = new Stubborn();
        var me = Thread.currentThread();
        try (var _ = Foreign.run(() -> {
            Threads.until(() -> stubborn.interrupts() > 0);
            Threads.awaitBlocked(me);
            me.interrupt();
            Threads.awaitBlocked(me);
            stubborn.release();
        })) {
            assertThat(Tasks.race(
                            () -> {
                                stubborn.run();
                                return "never";
                            },
                            () -> {
                                var _ = stubborn.awaitHolding();
                                return "won";
                            }))
                    .isEqualTo("won");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("C7 what was won is not lost when the caller is cancelled while the losers end; its next blocking call"
            + " throws")
    void cancelledLate() throws Exception {
        var stubborn = new Stubborn();
        var scope = CancelScope.create();
        var won = new AtomicReference<String>();
        try (var _ = Foreign.run(() -> {
            Threads.until(() -> stubborn.interrupts() > 0);
            scope.cancel("enough");
            stubborn.release();
        })) {
            assertThat(scope.run(() -> {
                        won.set(Tasks.race(
                                () -> {
                                    stubborn.run();
                                    return "never";
                                },
                                () -> {
                                    var _ = stubborn.awaitHolding();
                                    return "won";
                                }));
                        Tasks.sleep(Duration.ofDays(1));
                    }))
                    .isFalse();
        }
        assertThat(won).hasValue("won");
    }

    @BackendTest
    @DisplayName("K1 races of instant callables: one value each, and nothing is left behind")
    void instant() throws Exception {
        for (int i = 0; i < 300; i++) {
            assertThat(Tasks.race(() -> 1, () -> 2, () -> 3)).isBetween(1, 3);
        }
    }

    @BackendTest
    @DisplayName("D1 a callable that waits for the task that races it gets IllegalStateException")
    void deadlock() throws Exception {
        dev.espalier.TaskGroup.run(group -> {
            var handle = new java.util.concurrent.CompletableFuture<dev.espalier.Task<String>>();
            var task = group.fork(() -> {
                assertThatThrownBy(() -> Tasks.race(() -> handle.get().await()))
                        .isInstanceOf(TaskGroupException.class)
                        .hasCauseInstanceOf(IllegalStateException.class);
                return "fine";
            });
            handle.complete(task);
            assertThat(task.await()).isEqualTo("fine");
        });
    }
}
