// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Outcome;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C1: what cancelling does at once, and the reasons. */
public class CancelReasonTest {
    private static CancelReason reasonOf(Task<?> task) {
        return task.outcome()
                .map(outcome -> ((Outcome.Cancelled<?>) outcome).reason())
                .orElseThrow(() -> new AssertionError(task + " has no outcome"));
    }

    @BackendTest
    @DisplayName("C1 a scope cancelled twice keeps the first reason and is delivered once")
    void scopeCancelledTwice() throws Exception {
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel("first");
            assertThat(Thread.interrupted()).as("delivered by the first cancel").isTrue();
            scope.cancel("second");
            scope.cancel();
            assertThat(Thread.currentThread().isInterrupted())
                    .as("delivered again")
                    .isFalse();
            var thrown = catchThrowableOfType(CancelledException.class, CancelScope::checkpoint);
            assertThat(thrown).hasMessageContaining("first");
            assertThat(thrown.reason()).isEqualTo(scope.reason().orElseThrow());
            throw thrown;
        });
        assertThat(ended).isFalse();
        assertThat(scope.reason()).get().satisfies(reason -> {
            assertThat(reason.kind()).isEqualTo(Kind.ASKED);
            assertThat(reason.message()).contains("first");
            assertThat(reason.scope()).isSameAs(scope);
            assertThat(reason.task()).isNull();
            assertThat(reason.exception()).isNull();
            assertThat(reason.origin()).isNull();
        });
    }

    @BackendTest
    @DisplayName("C1 a group cancelled twice keeps the first reason")
    void groupCancelledTwice() throws Exception {
        TaskGroup.run(group -> {
            group.cancel("first");
            group.cancel("second");
            assertThat(group.scope().reason()).get().satisfies(reason -> {
                assertThat(reason.kind()).isEqualTo(Kind.ASKED);
                assertThat(reason.message()).contains("first").doesNotContain("second");
                assertThat(reason.scope()).isSameAs(group.scope());
            });
        });
    }

    @BackendTest
    @DisplayName("C1 a task cancelled twice ends with the first reason, which names the task")
    void taskCancelledTwice() throws Exception {
        TaskGroup.run(group -> {
            var task = group.fork(Stubborn::forever);
            task.cancel("first");
            task.cancel("second");
            group.join();
            assertThat(reasonOf(task)).satisfies(reason -> {
                assertThat(reason.kind()).isEqualTo(Kind.ASKED);
                assertThat(reason.message()).contains("first");
                assertThat(reason.task()).isSameAs(task);
                assertThat(reason.scope()).isNotNull().isNotSameAs(group.scope());
            });
        });
    }

    @BackendTest
    @DisplayName("C1 cancel returns while a callback of the cancelled scope blocks")
    void cancelDoesNotWaitForCallbacks() throws Exception {
        var running = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        TaskGroup.run(group -> {
            var registration = group.scope().onCancel(reason -> {
                running.countDown();
                boolean _ = Failures.uninterruptibly(finish);
            });
            group.cancel();
            boolean _ = Failures.uninterruptibly(running); // the callback runs, and cancel has returned
            assertThat(group.isCancelled()).isTrue();
            finish.countDown();
            registration.close();
        });
    }

    @BackendTest
    @DisplayName("C1 cancel returns while a hook of cancelled code blocks")
    void cancelDoesNotWaitForHooks() throws Exception {
        var running = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        TaskGroup.run(group -> {
            var inBody = new CountDownLatch(1);
            var task = group.fork(() -> CancelScope.cancelling(
                    () -> {
                        running.countDown();
                        boolean _ = Failures.uninterruptibly(finish);
                    },
                    () -> {
                        inBody.countDown();
                        boolean _ = Failures.uninterruptibly(running);
                        return "done";
                    }));
            inBody.await();
            task.cancel();
            running.await();
            assertThat(task.isDone()).isFalse();
            finish.countDown();
            assertThat(task.await()).isEqualTo("done");
        });
    }

    @BackendTest
    @DisplayName("C1 the failure of a sibling is the reason: its kind, the task and the same exception")
    void siblingFailed() throws Exception {
        var failure = new IOException("down");
        var seen = new AtomicReference<CancelReason>();
        var tasks = new AtomicReference<Task<?>>();
        var waiting = new CountDownLatch(1);
        var group = new AtomicReference<TaskGroup>();
        assertThatThrownBy(() -> TaskGroup.run(g -> {
                    group.set(g);
                    var _ = g.fork(() -> {
                        waiting.countDown();
                        try {
                            Tasks.sleep(Duration.ofHours(1));
                        } catch (CancelledException e) {
                            seen.set(e.reason());
                            throw e;
                        }
                    });
                    waiting.await();
                    tasks.set(g.fork("bad", Failures.throwing(failure)));
                }))
                .isInstanceOf(TaskGroupException.class)
                .cause()
                .isSameAs(failure);
        assertThat(seen.get().kind()).isEqualTo(Kind.SIBLING_FAILED);
        assertThat(seen.get().task()).isSameAs(tasks.get());
        assertThat(seen.get().exception()).isSameAs(failure);
        assertThat(seen.get().scope()).isSameAs(group.get().scope());
        assertThat(seen.get().message()).contains("bad");
    }

    @BackendTest
    @DisplayName("C1 the failure of the body is the reason of its tasks: its kind and the same exception")
    void bodyFailed() {
        var failure = new IOException("down");
        var task = new AtomicReference<Task<?>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    task.set(group.fork(Stubborn::forever));
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(reasonOf(task.get()).kind()).isEqualTo(Kind.BODY_FAILED);
        assertThat(reasonOf(task.get()).exception()).isSameAs(failure);
    }

    @BackendTest
    @DisplayName("C1 a deadline is a reason of its kind, and its message says so")
    void deadline(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var scope = CancelScope.withTimeout(Duration.ofSeconds(1));
            try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(1))) {
                assertThat(scope.run(() -> Tasks.sleep(Duration.ofHours(1)))).isFalse();
            }
            assertThat(scope.reason()).get().satisfies(reason -> {
                assertThat(reason.kind()).isEqualTo(Kind.DEADLINE);
                assertThat(reason.message()).containsAnyOf("deadline", "timeout");
                assertThat(reason.scope()).isSameAs(scope);
            });
        });
    }

    @BackendTest
    @DisplayName("C1 a scope cancelled by hand before its deadline passes keeps its reason")
    void askedBeforeDeadline(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            boolean[] reached = {false};
            CancelScope.failAfter(Duration.ofSeconds(1), () -> {
                var scope = CancelScope.current();
                scope.cancel("by hand");
                clock.advance(Duration.ofSeconds(2));
                assertThat(scope.reason()).get().satisfies(reason -> {
                    assertThat(reason.kind()).isEqualTo(Kind.ASKED);
                    assertThat(reason.message()).contains("by hand");
                });
                reached[0] = true;
                CancelScope.checkpoint();
            });
            assertThat(reached[0]).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C1 a task whose own group was cancelled ends with that group's reason")
    void ownGroup() throws Exception {
        TaskGroup.run(group -> {
            var task = group.fork(Stubborn::forever);
            group.cancel("enough");
            group.join();
            assertThat(reasonOf(task)).isEqualTo(group.scope().reason().orElseThrow());
        });
    }

    @BackendTest
    @DisplayName("C1 a task below a cancelled scope outside its group ends with kind parent cancelled and the original"
            + " reason")
    void parentCancelled() throws Exception {
        var task = new AtomicReference<Task<?>>();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> TaskGroup.run(group -> {
            task.set(group.fork(Stubborn::forever));
            scope.cancel("from outside");
            Stubborn.forever();
        }));
        assertThat(ended).isFalse();
        var reason = reasonOf(task.get());
        assertThat(reason.kind()).isEqualTo(Kind.PARENT_CANCELLED);
        assertThat(reason.origin()).isEqualTo(scope.reason().orElseThrow());
        assertThat(reason.root()).isEqualTo(scope.reason().orElseThrow());
        assertThat(reason.root().message()).contains("from outside");
    }

    @BackendTest
    @DisplayName("C1 a nested scope on the thread of the cancelled one has its reason as it is")
    void sameThread() throws Exception {
        var outer = CancelScope.create();
        boolean ended = outer.run(() -> {
            boolean _ = CancelScope.create().run(() -> {
                outer.cancel("all");
                var reason = outer.reason();
                assertThat(reason).isPresent();
                assertThat(CancelScope.current().reason()).isEqualTo(reason);
                CancelScope.checkpoint();
            });
        });
        assertThat(ended).isFalse();
    }

    @BackendTest
    @DisplayName("C1 daemons, and what close cuts short, end with kind shutdown")
    void shutdown() throws Exception {
        var daemon = new AtomicReference<Task<?>>();
        TaskGroup.run(group -> daemon.set(group.forkDaemon("daemon", Stubborn::forever)));
        assertThat(reasonOf(daemon.get()).kind()).isEqualTo(Kind.SHUTDOWN);

        var group = TaskGroup.open();
        var task = group.fork(Stubborn::forever);
        assertThatThrownBy(group::close).isInstanceOf(IllegalStateException.class);
        assertThat(reasonOf(task).kind()).isEqualTo(Kind.SHUTDOWN);
    }

    @BackendTest
    @DisplayName("C1 the owner's interrupt in join is a reason of kind asked")
    void ownerInterrupted() {
        var group = TaskGroup.open();
        var task = group.fork(Stubborn::forever);
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(group::join).isInstanceOf(InterruptedException.class);
        }
        group.close();
        assertThat(reasonOf(task).kind()).isEqualTo(Kind.ASKED);
    }

    @BackendTest
    @DisplayName("C1 every exception for a cancellation carries the reason: checkpoint, sleep, await, get, start, join,"
            + " cancelling")
    void everyCallCarriesIt() throws Exception {
        TaskGroup.run(outside -> {
            var done = outside.fork(() -> 1);
            assertThat(done.await()).isEqualTo(1);
            var scope = CancelScope.create();
            boolean ended = scope.run(() -> TaskGroup.run(group -> {
                var holding = new Stubborn();
                var running = group.fork(holding);
                var stubborn = new Stubborn();
                var own = TaskGroup.open();
                var _ = own.fork(stubborn);
                var _ = stubborn.awaitHolding();
                scope.cancel("why");
                var why = scope.reason().orElseThrow();
                assertThat(reasonThrownBy(CancelScope::checkpoint)).isEqualTo(why);
                assertThat(reasonThrownBy(() -> Tasks.sleep(Duration.ofHours(1))))
                        .isEqualTo(why);
                assertThat(reasonThrownBy(() -> Tasks.sleep(Duration.ZERO))).isEqualTo(why);
                assertThat(reasonThrownBy(done::await)).isEqualTo(why);
                assertThat(reasonThrownBy(done::get)).isEqualTo(why);
                assertThat(reasonThrownBy(running::await)).isEqualTo(why);
                assertThat(reasonThrownBy(() -> CancelScope.cancelling(() -> {}, () -> {})))
                        .isEqualTo(why);
                assertThat(reasonThrownBy(() -> outside.start((Status<Integer> status) -> status.started(1)))
                                .root())
                        .isEqualTo(why);
                stubborn.release();
                assertThat(reasonThrownBy(own::join).root()).isEqualTo(why);
                own.close();
                holding.release();
                throw new CancelledException(why);
            }));
            assertThat(ended).isFalse();
        });
    }

    private static CancelReason reasonThrownBy(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        var thrown = catchThrowableOfType(CancelledException.class, call);
        assertThat(thrown).isNotNull();
        return thrown.reason();
    }

    @BackendTest
    @DisplayName("C1 where the JDK threw, the current scope has the reason")
    void jdkThrew() throws Exception {
        var seen = new AtomicReference<Optional<CancelReason>>();
        TaskGroup.run(group -> {
            var task = group.fork(() -> {
                try {
                    Stubborn.forever();
                } catch (InterruptedException e) {
                    assertThat(e).isNotInstanceOf(CancelledException.class);
                    seen.set(CancelScope.current().reason());
                    throw e;
                }
            });
            group.cancel("why");
            group.join();
            assertThat(seen.get()).contains(group.scope().reason().orElseThrow());
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("C1 a group that ended without failure has no reason, nor has a scope that was not cancelled")
    void noReason() throws Exception {
        var scope = CancelScope.create();
        assertThat(scope.run(() -> assertThat(CancelScope.current().reason()).isEmpty()))
                .isTrue();
        assertThat(scope.reason()).isEmpty();
        var group = new AtomicReference<TaskGroup>();
        TaskGroup.run(g -> {
            group.set(g);
            var _ = g.fork(() -> 1);
        });
        assertThat(group.get().scope().reason()).isEmpty();
        assertThat(group.get().isCancelled()).isFalse();
    }
}
