// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static dev.espalier.contract.ApplicationLifeTest.newApp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Step;
import dev.espalier.app.ShutdownReport.Straggler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** S5: the five steps, each bounded, and then hooks and resources. */
class ShutdownStepsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<String> log = new CopyOnWriteArrayList<>();

    @BackendTest
    @DisplayName("S5 hooks of the intake run first, in reverse, while work still comes in; then work is refused")
    void theIntakeStopsFirst() throws Exception {
        var app = newApp(o -> o.name("shop"));
        var blocker = Blocker.stubborn();
        var stopped = new CountDownLatch(1);
        app.onStopIntake("first", () -> {
            log.add("first");
            app.run(_ -> log.add("served"));
            app.fork("in time", () -> log.add("forked")).await();
        });
        app.onStopIntake("second", () -> log.add("second"));
        app.onShutdown("close", () -> log.add("close"));
        app.start();
        var _ = app.fork("working", () -> {
            blocker.run();
            Threads.untilRegardless(() -> isRefused(app));
            stopped.countDown();
            log.add("worked");
        });
        blocker.awaitEntered();
        app.shutdown();
        assertThat(app.isShuttingDown()).isTrue();
        blocker.release();
        stopped.await();
        assertThatThrownBy(() -> app.fork("late", () -> {}))
                .isInstanceOfSatisfying(ApplicationShutdownException.class, e -> {
                    assertThat(e.reason().kind()).isEqualTo(Kind.SHUTDOWN);
                    assertThat(e)
                            .hasMessage(
                                    "task 'late' of application 'shop' was refused: application 'shop' shuts down: it"
                                            + " was asked to");
                });
        assertThatThrownBy(() -> app.forkDaemon("late", () -> {})).isInstanceOf(ApplicationShutdownException.class);
        assertThatThrownBy(() -> app.run(_ -> {})).isInstanceOf(ApplicationShutdownException.class);
        assertThatThrownBy(() -> app.call(_ -> 1)).isInstanceOf(ApplicationShutdownException.class);
        assertThatThrownBy(app::taskGroup).isInstanceOf(ApplicationShutdownException.class);
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
        assertThat(log).containsExactly("second", "first", "served", "forked", "worked", "close");
    }

    @BackendTest
    @DisplayName("S5 a managed task or a startup hook that ends because work was refused has not failed")
    void aRefusalIsNoFailure() throws Exception {
        var app = newApp(o -> o);
        app.start();
        var entered = new CountDownLatch(1);
        var task = app.fork("takes", () -> {
            entered.countDown();
            while (true) {
                app.run(_ -> Tasks.sleep(Duration.ZERO));
            }
        });
        entered.await();
        app.close();
        assertThat(task.exceptionNow()).isInstanceOf(ApplicationShutdownException.class);
        assertThat(app.awaitShutdown().isInOrder()).isTrue();

        var other = newApp(o -> o);
        other.onStartup("start", () -> {
            other.shutdown();
            Threads.untilRegardless(() -> isRefused(other));
            var _ = other.fork("late", () -> {});
        });
        assertThatThrownBy(other::start).isInstanceOf(ApplicationShutdownException.class);
        assertThat(other.awaitShutdown().isInOrder()).isTrue();
    }

    private static boolean isRefused(ApplicationScope app) {
        try {
            app.run(_ -> {});
            return false;
        } catch (ApplicationShutdownException e) {
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @BackendTest
    @DisplayName("S5 during the grace nothing is cancelled; a daemon is, at once, when all else has ended")
    void theGrace(TestBackend threads) throws Exception {
        ManualClock.run(threads, clock -> {
            var app = newApp(o -> o.grace(Duration.ofMinutes(1)));
            app.start();
            var daemon = new Blocker();
            var working = new Blocker();
            var requesting = new Blocker();
            var reason = new AtomicReference<@Nullable Kind>();
            var _ = app.forkDaemon("daemon", () -> {
                try {
                    daemon.run();
                } finally {
                    reason.set(CancelScope.current().reason().orElseThrow().kind());
                }
            });
            var task = app.fork("working", working);
            try (var request = Foreign.run(() -> app.run(group -> {
                var _ = group.fork(requesting);
            }))) {
                daemon.awaitEntered();
                working.awaitEntered();
                requesting.awaitEntered();
                app.shutdown();
                clock.awaitSleepers(1);
                clock.advance(Duration.ofSeconds(59));
                working.release();
                var _ = task.await();
                Threads.awaitBlocked(request.thread());
                assertThat(daemon.wasInterrupted()).isFalse();
                assertThat(requesting.wasInterrupted()).isFalse();
                requesting.release();
            }
            ShutdownReport report = app.awaitShutdown();
            assertThat(reason.get()).isEqualTo(Kind.SHUTDOWN);
            assertThat(report.took()).containsEntry(Step.GRACE, Duration.ofSeconds(59));
            assertThat(report.took()).containsEntry(Step.CANCEL, Duration.ZERO);
            assertThat(report.isInOrder()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "S5 after the grace what is left is cancelled with a reason of kind SHUTDOWN, and may clean up until the"
                    + " hard limit")
    void afterTheGrace(TestBackend threads) throws Exception {
        ManualClock.run(threads, clock -> {
            var app = newApp(o -> o.name("shop").grace(SECOND).hardLimit(Duration.ofSeconds(10)));
            app.start();
            var kinds = new CopyOnWriteArrayList<Kind>();
            var entered = new CountDownLatch(2);
            class Cleans {
                void run() throws InterruptedException {
                    try {
                        entered.countDown();
                        Stubborn.forever();
                    } finally {
                        kinds.add(CancelScope.current().reason().orElseThrow().kind());
                        CancelScope.shielded(SECOND.multipliedBy(9), () -> Tasks.sleep(SECOND.multipliedBy(5)));
                        log.add("cleaned");
                    }
                }
            }
            var task = app.fork("working", () -> new Cleans().run());
            try (var _ =
                    Foreign.run(() -> assertThatThrownBy(() -> app.run(o -> o.name("request"), _ -> new Cleans().run()))
                            .isInstanceOf(ApplicationShutdownException.class)
                            .hasMessage("group 'request' was cut short: application 'shop' shuts down: it was asked to")
                            .hasCauseInstanceOf(InterruptedException.class))) {
                entered.await();
                app.shutdown();
                clock.awaitSleepers(1);
                clock.advance(SECOND);
                clock.awaitSleepers(3);
                assertThat(log).isEmpty();
                clock.advance(SECOND.multipliedBy(5));
            }
            ShutdownReport report = app.awaitShutdown();
            assertThat(task.isCancelled()).isTrue();
            assertThat(kinds).containsExactly(Kind.SHUTDOWN, Kind.SHUTDOWN);
            assertThat(log).containsExactly("cleaned", "cleaned");
            assertThat(report.took())
                    .containsEntry(Step.GRACE, SECOND)
                    .containsEntry(Step.CANCEL, SECOND.multipliedBy(5));
            assertThat(report.isInOrder()).isTrue();
        });
    }

    @BackendTest
    @DisplayName("S5 at the hard limit stragglers are named with path, state and stack, and the resources close all the"
            + " same")
    void stragglersAreNamed(TestBackend threads) throws Exception {
        var stubborn = List.of(new Stubborn(), new Stubborn(), new Stubborn(), new Stubborn());
        var ended = new CountDownLatch(3);
        try (var warnings = LogCapture.start()) {
            ManualClock.run(threads, clock -> {
                var app = newApp(o -> o.name("shop").grace(Duration.ZERO).hardLimit(SECOND));
                app.start();
                app.manage("pool", () -> log.add("close pool"));
                var _ = app.fork("outer", () -> {
                    try {
                        TaskGroup.run(
                                o -> o.name("inner"),
                                group ->
                                        group.fork("deaf", () -> stubborn.get(0).hold()));
                    } finally {
                        ended.countDown();
                    }
                });
                Task<Void> callback = app.fork("callback", stubborn.get(1)::hold);
                try (var request = Foreign.run(() -> {
                            app.<Exception>run(
                                    o -> o.name("request"), _ -> stubborn.get(2).hold());
                            ended.countDown();
                        });
                        var opened = Foreign.run(() -> {
                            try (var _ = app.taskGroup(o -> o.name("opened"))) {
                                stubborn.get(3).hold();
                            }
                            ended.countDown();
                        })) {
                    request.thread().setName("requests");
                    opened.thread().setName("opener");
                    stubborn.forEach(Stubborn::awaitHolding);
                    app.shutdown();
                    clock.awaitSleepers(1);
                    clock.advance(SECOND);
                    ShutdownReport report = app.awaitShutdown();
                    assertThat(report.stragglers())
                            .extracting(Straggler::path)
                            .containsExactlyInAnyOrder(
                                    "application 'shop' > group 'tasks' > task 'outer' > group 'inner' > task 'deaf'",
                                    "application 'shop' > group 'tasks' > task 'callback'",
                                    "thread 'requests' > group 'request'",
                                    "thread 'opener' > group 'opened'");
                    assertThat(report.stragglers()).allSatisfy(s -> {
                        assertThat(s.state()).isNotNull();
                        assertThat(s.stack())
                                .anySatisfy(f -> assertThat(f.getMethodName()).isEqualTo("hold"));
                    });
                    assertThat(report.exitStatus()).isEqualTo(ShutdownReport.NOT_IN_ORDER);
                    assertThat(log).containsExactly("close pool");
                    assertThat(ended.getCount()).isEqualTo(3);
                    assertThat(callback.isDone()).isFalse();
                    stubborn.forEach(Stubborn::release);
                }
                ended.await();
                callback.toCompletableFuture().join();
            });
            assertThat(warnings.messages())
                    .anySatisfy(m -> assertThat(m)
                            .contains("task 'deaf' has not ended PT1S after it was cancelled")
                            .contains("Stubborn.hold"));
        }
    }

    @BackendTest
    @DisplayName("S5 a later shutdown can make the grace shorter, and not longer")
    void aShorterGrace(TestBackend threads) throws Exception {
        ManualClock.run(threads, clock -> {
            assertThat(graceTook(clock, List.of(SECOND.multipliedBy(9), Duration.ofDays(1)), SECOND.multipliedBy(9)))
                    .isEqualTo(SECOND.multipliedBy(9));
            assertThat(graceTook(clock, List.of(Duration.ofDays(1), SECOND), SECOND))
                    .isEqualTo(SECOND);
            assertThat(graceTook(clock, List.of(Duration.ofDays(1), Duration.ZERO), Duration.ZERO))
                    .isZero();
        });
    }

    private static Duration graceTook(ManualClock clock, List<Duration> asked, Duration advance) throws Exception {
        var app = newApp(o -> o);
        app.start();
        var blocker = new Blocker();
        var _ = app.fork("working", blocker);
        blocker.awaitEntered();
        for (Duration grace : asked) {
            app.shutdown(grace);
        }
        if (advance.isPositive()) {
            clock.awaitSleepers(1);
            clock.advance(advance);
        }
        ShutdownReport report = app.awaitShutdown();
        assertThat(blocker.wasInterrupted()).isTrue();
        return report.took().getOrDefault(Step.GRACE, Duration.ofDays(-1));
    }

    @BackendTest
    @DisplayName("S5 a shutdown from cancelled code goes its way, and the caller notices its own cancellation later")
    void shutdownFromCancelledCode() throws Exception {
        var app = newApp(o -> o.grace(Duration.ZERO));
        app.start();
        var scope = CancelScope.create();
        scope.run(() -> {
            scope.cancel();
            app.close();
            assertThatThrownBy(app::awaitShutdown).isInstanceOf(CancelledException.class);
        });
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }
}
