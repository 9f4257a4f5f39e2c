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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** Rules K1 and K4 for any and firstSuccessful: as many successes as are needed, or every failure. */
public class AnyTest {
    private static Callable<String> failing(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    private static Callable<String> until(Blocker blocker) {
        return () -> {
            blocker.run();
            return "never";
        };
    }

    @BackendTest
    @DisplayName("K4 any returns the first success, whatever failed before, and that is neither thrown nor logged")
    void success() throws Exception {
        var loser = new Blocker();
        var failing = new AtomicReference<Thread>();
        try (var logs = LogCapture.start()) {
            assertThat(Tasks.any(
                            () -> {
                                failing.set(Thread.currentThread());
                                throw new IOException("down");
                            },
                            until(loser),
                            () -> {
                                loser.awaitEntered();
                                Threads.until(() -> failing.get() != null);
                                failing.get().join();
                                return "answer";
                            }))
                    .isEqualTo("answer");
            assertThat(logs.warnings()).isEmpty();
        }
        assertThat(loser.ended()).isTrue();
        assertThat(Tasks.<String>any(() -> null)).isNull();
        assertThat(Tasks.any(List.of(failing(new IOException("down")), () -> "b")))
                .isEqualTo("b");
    }

    @BackendTest
    @DisplayName("K1 losers of any are cancelled with a reason that names the winner")
    void reason() throws Exception {
        var loser = new Blocker();
        var reason = new AtomicReference<CancelReason>();
        var _ = Tasks.any(
                () -> {
                    loser.awaitEntered();
                    return "winner";
                },
                () -> {
                    try {
                        loser.run();
                        return "never";
                    } finally {
                        reason.set(CancelScope.current().reason().orElseThrow());
                    }
                });
        assertThat(reason.get().message()).contains("any[0]").contains("succeed");
    }

    @BackendTest
    @DisplayName("K4 all fail: TaskGroupException with every failure, in the order in which they happened")
    void allFail() {
        var failures = List.of(new IOException("0"), new IOException("1"), new IOException("2"));
        var first = new CountDownLatch(1);
        var threads = new AtomicReference<Thread>();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> Tasks.any(
                        () -> {
                            first.await();
                            threads.get().join();
                            throw failures.get(0);
                        },
                        () -> {
                            threads.set(Thread.currentThread());
                            first.countDown();
                            throw failures.get(1);
                        }));
        assertThat(thrown.failures()).containsExactly(failures.get(1), failures.get(0));
        assertThat(thrown).hasMessageContaining("2 of 2 tasks").hasMessageContaining("any");
        assertThatThrownBy(() -> Tasks.any(failing(failures.get(2))))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(failures.get(2));
    }

    @BackendTest
    @DisplayName("K4 two thousand failures are all in the exception")
    void manyFail() {
        var callables = new ArrayList<Callable<String>>();
        for (int i = 0; i < 2_000; i++) {
            callables.add(failing(new IOException("down " + i)));
        }
        try (var logs = LogCapture.start()) {
            var thrown = catchThrowableOfType(TaskGroupException.class, () -> Tasks.any(callables));
            assertThat(thrown.failures()).hasSize(2_000).doesNotHaveDuplicates();
            assertThat(logs.warnings()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName("K4 any of nothing is IllegalArgumentException, and so is a quorum that cannot be")
    void nothing() {
        assertThatThrownBy(() -> Tasks.any()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tasks.firstSuccessful(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tasks.firstSuccessful(0, () -> 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Tasks.firstSuccessful(3, () -> 1, () -> 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 successes of 2");
    }

    @BackendTest
    @DisplayName("K4 a callable that cancels itself counts as failed")
    void selfCancelled() throws Exception {
        Callable<String> cancelsItself = () -> {
            CancelScope.current().cancel("no");
            CancelScope.checkpoint();
            return "never";
        };
        assertThat(Tasks.any(cancelsItself, () -> "b")).isEqualTo("b");
        assertThatThrownBy(() -> Tasks.any(cancelsItself, cancelsItself))
                .isInstanceOfSatisfying(
                        TaskGroupException.class,
                        e -> assertThat(e.failures())
                                .hasSize(2)
                                .allSatisfy(f -> assertThat(f).isInstanceOf(TaskCancelledException.class)));
    }

    @BackendTest
    @DisplayName("K4 firstSuccessful returns n values in the order in which they came, and cancels the rest")
    void quorum() throws Exception {
        var loser = new Blocker();
        var one = new AtomicReference<Thread>();
        var known = new CountDownLatch(1);
        assertThat(Tasks.firstSuccessful(
                        2,
                        () -> {
                            known.await();
                            one.get().join();
                            return "second";
                        },
                        until(loser),
                        failing(new IOException("down")),
                        () -> {
                            loser.awaitEntered();
                            one.set(Thread.currentThread());
                            known.countDown();
                            return "first";
                        }))
                .containsExactly("first", "second");
        assertThat(loser.ended()).isTrue();
        assertThat(Tasks.firstSuccessful(2, List.of(() -> 1, () -> 2))).containsExactlyInAnyOrder(1, 2);
    }

    @BackendTest
    @DisplayName(
            "K4 firstSuccessful gives up as soon as n successes are impossible: the rest is cancelled and has ended")
    void impossible() {
        var loser = new Blocker();
        var reason = new AtomicReference<CancelReason>();
        var failure = new IOException("1");
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> Tasks.firstSuccessful(
                        3,
                        () -> {
                            try {
                                loser.run();
                                return "never";
                            } finally {
                                reason.set(CancelScope.current().reason().orElseThrow());
                            }
                        },
                        () -> "success",
                        failing(new IOException("0")),
                        () -> {
                            loser.awaitEntered();
                            throw failure;
                        }));
        assertThat(thrown.failures()).hasSize(2).contains(failure);
        assertThat(loser.ended()).isTrue();
        assertThat(reason.get().kind()).isEqualTo(CancelReason.Kind.SIBLING_FAILED);
        assertThat(reason.get().message()).contains("impossible");
    }

    @BackendTest
    @DisplayName("F7 a caller cancelled before any success gets the exception, with the failures so far as suppressed")
    void callerCancelled() throws Exception {
        var failure = new IOException("down");
        var blocker = new Blocker();
        var scope = CancelScope.create();
        var me = Thread.currentThread();
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            Threads.awaitBlocked(me);
            scope.cancel("enough");
        })) {
            assertThat(scope.run(() -> {
                        assertThatThrownBy(() -> Tasks.any(failing(failure), until(blocker)))
                                .isInstanceOf(CancelledException.class)
                                .hasMessage("enough")
                                .hasSuppressedException(failure);
                        assertThat(blocker.ended()).isTrue();
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
        }
    }

    @BackendTest
    @DisplayName("K4 of two that fail the first to end comes first, however late the thread that forks is")
    void lateForker(TestBackend backend) throws Exception {
        var slowForks = new FilterBackend(backend) {
            private volatile @Nullable Thread first;

            @Override
            public Thread newThread(Runnable task, @Nullable String name, boolean inherit) {
                Thread before = first;
                if (before == null) {
                    first = Objects.requireNonNull(super.newThread(task, name, inherit));
                    return first;
                }
                return new Thread(task) {
                    @Override
                    public void start() { // returns when both have ended, this one first
                        super.start();
                        Threads.until(() -> !isAlive() && !before.isAlive());
                    }
                };
            }
        };
        var second = new AtomicReference<Thread>();
        var thrown = dev.espalier.Espalier.run(
                slowForks,
                () -> catchThrowableOfType(
                        TaskGroupException.class,
                        () -> Tasks.any(
                                () -> {
                                    Threads.until(() -> second.get() != null);
                                    second.get().join();
                                    throw new IOException("0");
                                },
                                () -> {
                                    second.set(Thread.currentThread());
                                    throw new IOException("1");
                                })));
        assertThat(thrown.failures()).extracting(Throwable::getMessage).containsExactly("1", "0");
    }
}
