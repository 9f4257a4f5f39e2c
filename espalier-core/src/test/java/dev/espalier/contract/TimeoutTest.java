// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules T2, T3 and T5: scopes that their deadlines end. */
public class TimeoutTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @BackendTest
    @DisplayName("T2 failAfter throws the unchecked DeadlineExceededException when its deadline ended the body")
    void failAfter(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var inside = new AtomicReference<CancelledException>();
            try (var _ = clock.advanceWhenBlocked(seconds(1))) {
                var thrown = catchThrowableOfType(
                        DeadlineExceededException.class,
                        () -> CancelScope.failAfter(seconds(1), () -> {
                            try {
                                Tasks.sleep(LONG);
                            } catch (CancelledException e) {
                                inside.set(e);
                                throw e;
                            }
                        }));
                assertThat(thrown).isInstanceOf(RuntimeException.class);
                assertThat(thrown.getCause()).isSameAs(inside.get());
                assertThat(thrown.reason()).isEqualTo(inside.get().reason());
                assertThat(thrown.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            CancelScope.checkpoint();
        });
    }

    @BackendTest
    @DisplayName("T2 failAt and the value forms do as failAfter")
    void forms(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            String timely = CancelScope.failAfter(seconds(1), () -> "value");
            assertThat(timely).isEqualTo("value");
            assertThat(CancelScope.<String, RuntimeException>failAt(Deadline.NONE, () -> "value"))
                    .isEqualTo("value");
            assertThatThrownBy(() -> CancelScope.<String, RuntimeException>failAfter(seconds(1), () -> {
                        clock.advance(seconds(1));
                        Stubborn.forever();
                        return "value";
                    }))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThatThrownBy(() -> CancelScope.failAt(Deadline.after(seconds(1)), () -> {
                        clock.advance(seconds(1));
                        Stubborn.forever();
                    }))
                    .isInstanceOf(DeadlineExceededException.class);
        });
    }

    @BackendTest
    @DisplayName("T2 another failure of the body is thrown as it is, also after the deadline")
    void otherFailure(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var failure = new IOException("x");
            for (var time : List.of(Duration.ZERO, seconds(2))) {
                assertThatThrownBy(() -> CancelScope.failAfter(seconds(1), () -> {
                            clock.advance(time);
                            throw failure;
                        }))
                        .isSameAs(failure);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        });
    }

    @BackendTest
    @DisplayName("T2 an outer cancellation passes failAfter, also where its own deadline has passed")
    void outerPasses(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            for (var time : List.of(Duration.ZERO, seconds(2))) {
                var behind = new AtomicBoolean();
                var outer = CancelScope.create();
                boolean ended = outer.run(() -> {
                    CancelScope.failAfter(seconds(1), () -> {
                        clock.advance(time);
                        outer.cancel();
                        Stubborn.forever();
                    });
                    behind.set(true);
                });
                assertThat(ended).isFalse();
                assertThat(behind).isFalse();
            }
        });
    }

    @BackendTest
    @DisplayName("T2 the DeadlineExceededException of an inner failAfter is an ordinary failure for a cancelled scope"
            + " around it")
    void ordinaryFailure(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var outer = CancelScope.create();
            assertThatThrownBy(() -> outer.run(() -> {
                        try {
                            CancelScope.failAfter(seconds(1), () -> {
                                clock.advance(seconds(1));
                                CancelScope.checkpoint();
                            });
                        } finally {
                            outer.cancel();
                        }
                    }))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(outer.cancelledCaught()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("T2 a task whose failAfter ran out has failed, and its group fails by it")
    void inTask(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var task = new AtomicReference<Task<?>>();
            assertThatThrownBy(() ->
                            TaskGroup.run(group -> task.set(group.fork(() -> CancelScope.failAfter(seconds(1), () -> {
                                clock.advance(seconds(1));
                                CancelScope.checkpoint();
                            })))))
                    .isInstanceOf(dev.espalier.TaskGroupException.class)
                    .cause()
                    .isInstanceOf(DeadlineExceededException.class)
                    .isSameAs(task.get().exceptionNow());
            assertThat(task.get().status()).isEqualTo(TaskStatus.FAILED);
        });
    }

    @BackendTest
    @DisplayName("T2 failAfter around a group throws one DeadlineExceededException, and the tasks are gone")
    void aroundGroup(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var task = new AtomicReference<Task<?>>();
            try (var _ = clock.advanceWhenBlocked(seconds(1))) {
                assertThatThrownBy(() -> CancelScope.failAfter(
                                seconds(1),
                                () -> TaskGroup.run(group -> {
                                    task.set(group.fork(Stubborn::forever));
                                    Stubborn.forever();
                                })))
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasNoSuppressedExceptions();
            }
            assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        });
    }

    @BackendTest
    @DisplayName("T2 a DeadlineExceededException that leaves the body of a group is thrown as it is")
    void leavesBody(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var thrown = new AtomicReference<DeadlineExceededException>();
            assertThatThrownBy(() -> TaskGroup.run(_ -> {
                        try {
                            CancelScope.failAfter(seconds(1), () -> {
                                clock.advance(seconds(1));
                                CancelScope.checkpoint();
                            });
                        } catch (DeadlineExceededException e) {
                            thrown.set(e);
                            throw e;
                        }
                    }))
                    .isInstanceOf(DeadlineExceededException.class)
                    .isSameAs(thrown.get());
        });
    }

    @BackendTest
    @DisplayName("T3 moveOnAfter returns empty when its deadline ended the body, and the value otherwise")
    void moveOnAfter(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            assertThat(CancelScope.moveOnAfter(seconds(1), () -> "value")).contains("value");
            assertThat(CancelScope.moveOnAt(Deadline.NONE, () -> "value")).contains("value");
            assertThat(CancelScope.runOrMoveOnAfter(seconds(1), () -> {})).isTrue();
            assertThat(CancelScope.runOrMoveOnAt(Deadline.NONE, () -> {})).isTrue();
            dev.espalier.Body<String, RuntimeException> late = () -> {
                clock.advance(seconds(1));
                Stubborn.forever();
                return "value";
            };
            assertThat(CancelScope.moveOnAfter(seconds(1), late)).isEmpty();
            assertThat(CancelScope.moveOnAt(Deadline.after(seconds(1)), late)).isEmpty();
            assertThat(CancelScope.runOrMoveOnAfter(seconds(1), () -> late.call()))
                    .isFalse();
            assertThat(CancelScope.runOrMoveOnAt(Deadline.after(seconds(1)), () -> late.call()))
                    .isFalse();
        });
    }

    @BackendTest
    @DisplayName("T3 moveOnAfter throws what failAfter would throw: a failure of the body, an outer cancellation")
    void moveOnAfterThrows(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var failure = new IOException("x");
            assertThatThrownBy(() -> CancelScope.runOrMoveOnAfter(seconds(1), () -> {
                        clock.advance(seconds(1));
                        throw failure;
                    }))
                    .isSameAs(failure);
            var behind = new AtomicBoolean();
            var inner = new AtomicReference<CancelScope>();
            Optional<String> outcome = CancelScope.moveOnAfter(seconds(1), () -> {
                boolean _ = CancelScope.runOrMoveOnAfter(seconds(10), () -> {
                    inner.set(CancelScope.current());
                    clock.advance(seconds(1));
                    Stubborn.forever();
                });
                behind.set(true);
                return "value";
            });
            assertThat(outcome).isEmpty();
            assertThat(behind).isFalse();
            assertThat(inner.get().cancelCalled()).isFalse();
            assertThat(inner.get().cancelledCaught()).isFalse();
        });
    }

    @BackendTest
    @SuppressWarnings("NullAway")
    @DisplayName("T3 null from a body of an Optional form is a NullPointerException that says so")
    void nullValue() throws Exception {
        assertThatThrownBy(() -> CancelScope.moveOnAfter(LONG, () -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("null");
        assertThatThrownBy(() -> CancelScope.moveOnAt(Deadline.NONE, () -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("null");
        assertThatThrownBy(() -> CancelScope.create().call(() -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("null");
        assertThat(CancelScope.<String, RuntimeException>failAfter(LONG, () -> null))
                .isNull();
        assertThat(CancelScope.<String, RuntimeException>shielded(() -> null)).isNull();
    }

    @BackendTest
    @DisplayName(
            "T5 a deadline in the past cancels before the first blocking call: of Espalier, or of the JDK; code before"
                    + " that runs")
    void past(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var old = Deadline.after(seconds(1));
            clock.advance(seconds(2));
            for (var blocking : List.<dev.espalier.VoidBody<RuntimeException>>of(
                    CancelScope::checkpoint, () -> Tasks.sleep(LONG), Stubborn::forever)) {
                var scopes = List.of(
                        CancelScope.withTimeout(Duration.ZERO),
                        CancelScope.withTimeout(seconds(-5)),
                        CancelScope.withTimeout(Duration.ofSeconds(Long.MIN_VALUE)),
                        CancelScope.withDeadline(old));
                for (var scope : scopes) {
                    var steps = new ArrayList<String>();
                    assertThat(scope.run(() -> {
                                steps.add("before");
                                assertThat(scope.cancelCalled()).isTrue();
                                blocking.call();
                                steps.add("behind");
                            }))
                            .isFalse();
                    assertThat(steps).containsExactly("before");
                    assertThat(scope.cancelledCaught()).isTrue();
                    assertThat(scope.reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
                }
            }
            assertThat(clock.timers()).isZero();
            assertThatThrownBy(() -> CancelScope.failAfter(Duration.ZERO, CancelScope::checkpoint))
                    .isInstanceOf(DeadlineExceededException.class);
        });
    }

    @BackendTest
    @DisplayName("T5 a body without a blocking call returns its value although the deadline is in the past")
    void pastWithoutBlocking() throws Exception {
        assertThat(CancelScope.moveOnAfter(Duration.ZERO, () -> "value")).contains("value");
        String value = CancelScope.failAfter(seconds(-1), () -> "value");
        assertThat(value).isEqualTo("value");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("T5 fork below a scope whose deadline is in the past does not run the task")
    void forkBelowPast() throws Exception {
        var ran = new AtomicBoolean();
        var task = new AtomicReference<Task<?>>();
        assertThat(CancelScope.runOrMoveOnAfter(
                        Duration.ZERO, () -> TaskGroup.run(group -> task.set(group.fork(() -> ran.set(true))))))
                .isFalse();
        assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(ran).isFalse();
    }
}
