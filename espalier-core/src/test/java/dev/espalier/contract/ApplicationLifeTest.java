// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.ShutdownReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;

/** S5: the phases of an application: registering, starting, being shut down, by whom and from where. */
class ApplicationLifeTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    /** An application that leaves the JVM's exit alone. */
    static ApplicationScope newApp(UnaryOperator<AppOptions> options) {
        return ApplicationScope.create(o -> options.apply(o.signals(false)));
    }

    private ApplicationScope create() {
        return newApp(o -> o);
    }

    private AutoCloseable closing(String what) {
        return () -> log.add("close " + what);
    }

    @BackendTest
    @DisplayName("S5 startup hooks run in order, shutdown hooks and resources in reverse, whoever registered them")
    void hooksRunInOrderAndInReverse() throws Exception {
        var app = create();
        app.onStartup("a", () -> {
            log.add("start a");
            app.manage("a's", closing("a's"));
        });
        app.onShutdown("a", () -> log.add("stop a"));
        app.onStartup("b", () -> log.add("start b"));
        assertThat(app.uptime()).isZero();
        app.start();
        app.manage("late", closing("late"));
        app.close();

        assertThat(log).containsExactly("start a", "start b", "close late", "stop a", "close a's");
        ShutdownReport report = app.awaitShutdown();
        assertThat(report.isInOrder()).isTrue();
        assertThat(report.exitStatus()).isZero();
        assertThat(report.application()).isEqualTo("app");
        assertThat(report.reason().kind()).isEqualTo(Kind.SHUTDOWN);
        assertThat(report.took()).containsOnlyKeys(ShutdownReport.Step.values());
    }

    @BackendTest
    @DisplayName(
            "S5 shutdown never waits: a managed task, a hook and two threads may call it, and the first reason stays")
    void shutdownFromEverywhere() throws Exception {
        var app = create();
        app.onStopIntake("intake", () -> app.shutdown("second"));
        app.onShutdown("stop", () -> app.shutdown("third"));
        app.start();
        var _ = app.fork("task", () -> app.shutdown("first"));
        ShutdownReport report = app.awaitShutdown();
        assertThat(report.reason().message()).isEqualTo("application 'app' shuts down: first");
        assertThat(report.isInOrder()).isTrue();

        var counted = new AtomicInteger();
        var other = create();
        other.onShutdown("count", counted::incrementAndGet);
        other.start();
        try (var _ = Foreign.run(other::shutdown);
                var _ = Foreign.run(other::close)) {
            other.shutdown();
        }
        assertThat(other.awaitShutdown()).isSameAs(other.awaitShutdown());
        assertThat(counted).hasValue(1);
    }

    @BackendTest
    @DisplayName("S5 a part of an application that waits for its end gets IllegalStateException; so it never waits for"
            + " itself")
    void partsDoNotWaitForTheEnd() throws Exception {
        var app = newApp(o -> o.name("shop"));
        var refused = new CopyOnWriteArrayList<Throwable>();
        class Tries {
            void both() {
                try {
                    var _ = app.awaitShutdown();
                } catch (IllegalStateException | InterruptedException e) {
                    refused.add(e);
                }
                try {
                    app.close();
                } catch (IllegalStateException e) {
                    refused.add(e);
                }
            }
        }
        var tries = new Tries();
        app.onStartup("start", tries::both);
        app.onShutdown("stop", tries::both);
        app.onStopIntake("intake", tries::both);
        app.start();
        app.fork("task", tries::both).await();
        app.run(_ -> TaskGroup.run(inner -> inner.fork(tries::both).await()));
        try (var group = app.taskGroup()) {
            tries.both();
            group.join();
        }
        app.close();
        assertThat(refused)
                .hasSize(12)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("of application 'shop' was called by a part of it")
                        .hasMessageContaining("call shutdown()"));
    }

    @BackendTest
    @DisplayName("S5 an application that was never started closes its resources and runs no hooks")
    void neverStarted() throws Exception {
        var app = create();
        app.manage("one", closing("one"));
        app.onShutdown("hook", () -> log.add("hook"));
        app.onStartup("start", () -> log.add("start"));
        app.manage("two", closing("two"));
        app.close();
        assertThat(log).containsExactly("close two", "close one");
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
        assertThatThrownBy(app::start).isInstanceOf(ApplicationShutdownException.class);
        assertThatThrownBy(() -> app.fork("task", () -> {})).isInstanceOf(ApplicationShutdownException.class);
    }

    @BackendTest
    @DisplayName(
            "S5 what comes at the wrong time is refused with a message, and a resource that comes too late is closed")
    void wrongTimes() throws Exception {
        var app = newApp(o -> o.name("shop"));
        assertThatThrownBy(() -> app.fork("poll", () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("application 'shop' has not been started; call start() before task 'poll'");
        assertThatThrownBy(() -> app.run(_ -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(app::taskGroup).isInstanceOf(IllegalStateException.class);
        app.start();
        assertThatThrownBy(app::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("started once");
        assertThatThrownBy(() -> app.onStartup("late", () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("startup hook 'late' comes too late");
        assertThatThrownBy(() -> app.onShutdown(" ", () -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> app.shutdown(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
        var inHook = new CopyOnWriteArrayList<Throwable>();
        app.onShutdown("hook", () -> {
            try {
                app.manage("late", closing("late"));
            } catch (ApplicationShutdownException e) {
                inHook.add(e);
            }
        });
        app.close();
        assertThat(inHook)
                .singleElement()
                .satisfies(
                        e -> assertThat(e).hasMessageContaining("resource 'late' of application 'shop' was refused"));
        assertThat(log).containsExactly("close late");
        var failure = new IOException("cannot close");
        assertThatThrownBy(() -> app.manage("later", () -> {
                    throw failure;
                }))
                .isInstanceOf(ApplicationShutdownException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(failure));
        assertThatThrownBy(() -> app.onStopIntake("late", () -> {})).isInstanceOf(ApplicationShutdownException.class);
    }

    @BackendTest
    @DisplayName("S5 close waits whatever happens to its caller, and leaves the interrupt status as it was")
    void closeIsUninterruptible() throws Exception {
        var app = create();
        var blocker = Blocker.stubborn();
        app.start();
        var _ = app.fork("slow", blocker);
        blocker.awaitEntered();
        try (var _ = WhenBlocked.me(() -> {
            assertThat(app.isShuttingDown()).isTrue();
            blocker.release();
        })) {
            Thread.currentThread().interrupt();
            app.close();
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("S5 awaitShutdown is a cancellation point, and the shutdown goes on when its caller leaves")
    void awaitShutdownIsACancellationPoint() throws Exception {
        var app = create();
        app.start();
        var scope = CancelScope.create();
        assertThat(scope.run(() -> {
                    try (var _ = WhenBlocked.me(scope::cancel)) {
                        var _ = app.awaitShutdown();
                    }
                }))
                .isFalse();
        assertThat(app.isShuttingDown()).isFalse();
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(app::awaitShutdown).isInstanceOf(InterruptedException.class);
        }
        app.close();
    }

    @BackendTest
    @DisplayName("S5 an application hangs below nothing: a cancellation around its creation does not reach it")
    void hangsBelowNothing() throws Exception {
        var app = new AtomicReference<ApplicationScope>();
        var ran = new CountDownLatch(1);
        var blocker = new Blocker();
        var scope = CancelScope.create();
        scope.run(() -> {
            app.set(create());
            app.get().start();
            var _ = app.get().fork("task", () -> {
                blocker.run();
                CancelScope.checkpoint();
                ran.countDown();
            });
            scope.cancel();
        });
        blocker.release();
        ran.await();
        app.get().close();
        assertThat(app.get().awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName("T7 uptime is on the clock of the backend, and stands still after the end")
    void uptime(TestBackend threads) throws Exception {
        ManualClock.run(threads, clock -> {
            var app = create();
            app.start();
            clock.advance(Duration.ofHours(3));
            assertThat(app.uptime()).isEqualTo(Duration.ofHours(3));
            app.close();
            clock.advance(Duration.ofHours(3));
            assertThat(app.uptime()).isEqualTo(Duration.ofHours(3));
        });
    }

    @BackendTest
    @DisplayName("S5 a logger that throws keeps no step of a shutdown from its turn")
    void aLoggerThatThrows() throws Exception {
        var logger = java.util.logging.Logger.getLogger("dev.espalier");
        java.util.logging.Filter throwing = _ -> {
            throw new IllegalStateException("the disk is full");
        };
        var app = create();
        app.manage("one", closing("one"));
        app.manage("two", () -> {
            throw new IOException("cannot close");
        });
        app.start();
        logger.setFilter(throwing);
        try {
            app.close();
        } finally {
            logger.setFilter(null);
        }
        assertThat(log).containsExactly("close one");
        assertThat(app.awaitShutdown().troubles()).hasSize(1);
    }
}
