// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static dev.espalier.contract.ApplicationLifeTest.newApp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Backoff;
import dev.espalier.CancelScope;
import dev.espalier.StructureException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.app.RestartPolicy;
import dev.espalier.app.ShutdownReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** S5: managed tasks, and when they are started again. */
class RestartTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Backoff AT_ONCE = Backoff.none();

    private final AtomicInteger runs = new AtomicInteger();

    @BackendTest
    @DisplayName("S5 a task that is never started again shuts the application down when it fails, with that failure")
    void neverShutsDown() throws Exception {
        try (var warnings = LogCapture.start()) {
            var app = newApp(o -> o.name("shop"));
            app.start();
            var failure = new IOException("queue gone");
            var task = app.fork("consumer", () -> {
                throw failure;
            });
            ShutdownReport report = app.awaitShutdown();
            assertThat(report.failure()).isSameAs(failure);
            assertThat(report.exitStatus()).isEqualTo(ShutdownReport.FAILED);
            assertThat(report.reason().message())
                    .isEqualTo(
                            "application 'shop' shuts down: task 'consumer' of application 'shop' failed: " + failure);
            assertThat(report.reason().exception()).isSameAs(failure);
            assertThat(report.troubles()).isEmpty();
            assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
            assertThat(warnings.exceptions()).containsExactly(failure);
        }
    }

    @BackendTest
    @DisplayName("S5 with keepRunning a failure is logged, and is in the task, and the application goes on")
    void keepRunning() throws Exception {
        try (var warnings = LogCapture.start()) {
            var app = newApp(o -> o);
            app.start();
            var failure = new IOException("no metrics");
            var task = app.fork("metrics", RestartPolicy.never().keepRunning(), () -> {
                throw failure;
            });
            assertThatThrownBy(task::await)
                    .isInstanceOf(TaskFailedException.class)
                    .hasCause(failure);
            assertThat(app.isShuttingDown()).isFalse();
            app.close();
            assertThat(app.awaitShutdown().isInOrder()).isTrue();
            assertThat(warnings.exceptions()).containsExactly(failure);
        }
    }

    @BackendTest
    @DisplayName("S5 a task that ends normally is done, unless its policy is always")
    void aNormalEnd() throws Exception {
        var app = newApp(o -> o);
        app.start();
        app.fork("once", RestartPolicy.onFailure(AT_ONCE, 3, SECOND), runs::incrementAndGet)
                .await();
        assertThat(runs).hasValue(1);
        var tenth = new CountDownLatch(10);
        var always = app.fork("again", RestartPolicy.always(AT_ONCE, 1, SECOND), tenth::countDown);
        tenth.await();
        assertThat(always.isDone()).isFalse();
        app.close();
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName("S5 a failed task is started again after the backoff, and gives up when it has failed too often in the"
            + " window")
    void backoffAndMaximum(TestBackend threads) throws Exception {
        try (var warnings = LogCapture.start()) {
            ManualClock.run(threads, clock -> {
                var app = newApp(o -> o);
                app.start();
                var backoff = Backoff.exponential(SECOND, Duration.ofMinutes(1)).jitter(false);
                var _ = app.fork("flaky", RestartPolicy.onFailure(backoff, 3, Duration.ofMinutes(1)), () -> {
                    throw new IOException("run " + runs.incrementAndGet());
                });
                for (int seconds : List.of(1, 2, 4)) {
                    clock.awaitSleepers(1);
                    clock.advance(SECOND.multipliedBy(seconds).minusNanos(1));
                    clock.awaitSleepers(1);
                    int before = runs.get();
                    clock.advance(Duration.ofNanos(1));
                    Threads.until(() -> runs.get() == before + 1);
                }
                ShutdownReport report = app.awaitShutdown();
                assertThat(runs).hasValue(4);
                assertThat(report.failure()).hasMessage("run 4");
                assertThat(report.exitStatus()).isEqualTo(ShutdownReport.FAILED);
                assertThat(warnings.messages())
                        .anySatisfy(m -> assertThat(m).contains("is started again (3 of at most 3 in PT1M)"));
            });
        }
    }

    @BackendTest
    @DisplayName(
            "S5 a failure counts for the length of the window, and a run as long as the window begins the backoff anew")
    void theWindowMoves(TestBackend threads) throws Exception {
        try (var _ = LogCapture.start()) {
            ManualClock.run(threads, clock -> {
                var app = newApp(o -> o);
                app.start();
                var delays = Backoff.exponential(SECOND, Duration.ofMinutes(1)).jitter(false);
                var gates = List.of(new Blocker(), new Blocker(), new Blocker(), new Blocker(), new Blocker());
                var _ = app.fork("flaky", RestartPolicy.onFailure(delays, 2, SECOND.multipliedBy(10)), () -> {
                    gates.get(runs.getAndIncrement()).run();
                    throw new IOException("failed");
                });
                for (int i = 0; i < 4; i++) {
                    gates.get(i).awaitEntered();
                    clock.advance(SECOND.multipliedBy(10)); // each failure is outside the window of the one before
                    gates.get(i).release();
                    clock.awaitSleepers(1);
                    clock.advance(SECOND); // never the two seconds of a second failure in a row
                }
                gates.get(4).awaitEntered();
                assertThat(app.isShuttingDown()).isFalse();
                app.shutdown(Duration.ZERO);
                assertThat(app.awaitShutdown().isInOrder()).isTrue();
            });
        }
    }

    @BackendTest
    @DisplayName("S5 the wait before a restart ends at once with the shutdown, and nothing is started again")
    void theShutdownEndsTheWait(TestBackend threads) throws Exception {
        try (var _ = LogCapture.start()) {
            ManualClock.run(threads, clock -> {
                var app = newApp(o -> o.grace(Duration.ofHours(1)));
                app.start();
                var failure = new IOException("failed");
                var policy = RestartPolicy.onFailure(Backoff.fixed(Duration.ofDays(1)), 3, SECOND);
                var task = app.fork("flaky", policy, () -> {
                    runs.incrementAndGet();
                    throw failure;
                });
                clock.awaitSleepers(1);
                app.close();
                assertThat(clock.elapsed()).isZero();
                assertThat(runs).hasValue(1);
                assertThat(task.exceptionNow()).isSameAs(failure);
            });
        }
    }

    @BackendTest
    @DisplayName("S5 a task that fails in the grace is not started again, and is a trouble of the shutdown")
    void aFailureInTheGrace() throws Exception {
        try (var warnings = LogCapture.start()) {
            var app = newApp(o -> o);
            app.start();
            var blocker = Blocker.stubborn();
            var failure = new IOException("failed");
            var _ = app.fork("working", RestartPolicy.always(AT_ONCE, 9, SECOND), () -> {
                runs.incrementAndGet();
                blocker.run();
                throw failure;
            });
            blocker.awaitEntered();
            app.shutdown();
            blocker.release();
            ShutdownReport report = app.awaitShutdown();
            assertThat(runs).hasValue(1);
            assertThat(warnings.messages()).noneMatch(m -> m.contains("started again"));
            assertThat(report.failure()).isNull();
            assertThat(report.troubles()).singleElement().satisfies(t -> {
                assertThat(t.name()).isEqualTo("task 'working' of application 'app'");
                assertThat(t.exception()).isSameAs(failure);
            });
        }
    }

    @BackendTest
    @DisplayName("S5 cancelling a managed task ends it for good, and is no failure; so is ending its own scope")
    void cancellingATask() throws Exception {
        var app = newApp(o -> o);
        app.start();
        var blocker = new Blocker();
        var task = app.fork("running", RestartPolicy.always(AT_ONCE, 9, SECOND), () -> {
            runs.incrementAndGet();
            blocker.run();
        });
        blocker.awaitEntered();
        task.cancel();
        Threads.until(task::isDone);
        assertThat(task.isCancelled()).isTrue();
        assertThat(runs).hasValue(1);
        app.fork("itself", () -> {
                    CancelScope.current().cancel();
                    CancelScope.checkpoint();
                })
                .await();
        app.close();
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "C14 a managed task that is interrupted from elsewhere has failed; the interrupt does not reach the next"
                    + " run")
    void interruptsFromElsewhere() throws Exception {
        try (var _ = LogCapture.start()) {
            var app = newApp(o -> o);
            app.start();
            var second = new CountDownLatch(1);
            var task = app.fork("task", RestartPolicy.onFailure(AT_ONCE, 3, SECOND), () -> {
                if (runs.incrementAndGet() == 1) {
                    Thread.currentThread().interrupt();
                    Thread.currentThread().interrupt();
                    throw new InterruptedException("from elsewhere");
                }
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                second.countDown();
            });
            second.await();
            assertThat(task.await()).isNull();
            app.close();
        }
    }

    @BackendTest
    @DisplayName(
            "F4 an Error of a managed task is a failure like another; L5 each run closes the groups that it left open")
    void errorsAndLeaks() throws Exception {
        try (var warnings = LogCapture.start()) {
            var app = newApp(o -> o);
            app.start();
            app.fork("task", RestartPolicy.onFailure(AT_ONCE, 3, SECOND), () -> {
                        switch (runs.incrementAndGet()) {
                            case 1 -> throw new StackOverflowError("too deep");
                            case 2 -> {
                                var _ = TaskGroup.open();
                            }
                            default -> {}
                        }
                    })
                    .await();
            app.close();
            assertThat(runs).hasValue(3);
            assertThat(warnings.exceptions())
                    .satisfiesExactly(
                            e -> assertThat(e).isInstanceOf(StackOverflowError.class),
                            e -> assertThat(e).isInstanceOf(StructureException.class));
        }
    }

    @BackendTest
    @DisplayName("S5 a managed task finds itself when it has replaced its thread's handler of uncaught exceptions")
    void aReplacedHandler() throws Exception {
        var app = newApp(o -> o.grace(Duration.ZERO));
        app.start();
        var names = new CopyOnWriteArrayList<String>();
        var entered = new CountDownLatch(1);
        var _ = app.fork("replaces", () -> {
            Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
            entered.countDown();
            try {
                CancelScope.current().onCancel(reason -> names.add(reason.message()));
                Stubborn.forever();
            } finally {
                assertThatThrownBy(CancelScope::checkpoint).isInstanceOf(InterruptedException.class);
                names.add("checked");
            }
        });
        entered.await();
        app.close();
        assertThat(names).contains("checked");
    }

    @BackendTest
    @DisplayName("S5 policies say what is wrong with their arguments, and what they are")
    void policies() {
        assertThatThrownBy(() -> RestartPolicy.onFailure(AT_ONCE, 0, SECOND))
                .hasMessage("max is 0; it must be at least 1, and RestartPolicy.never() is for none");
        assertThatThrownBy(() -> RestartPolicy.always(AT_ONCE, 1, Duration.ZERO))
                .hasMessage("window is PT0S; it must be more than zero");
        assertThat(RestartPolicy.never()).hasToString("RestartPolicy[never]");
        assertThat(RestartPolicy.always(AT_ONCE, 2, SECOND).keepRunning())
                .hasToString("RestartPolicy[always, at most 2 in PT1S, no delay, keeps running]");
    }
}
