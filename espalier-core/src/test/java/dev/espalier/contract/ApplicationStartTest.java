// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static dev.espalier.contract.ApplicationLifeTest.newApp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Trouble;
import dev.espalier.app.StartupFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** S5: the start of an application, and what comes between. */
class ApplicationStartTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    private ApplicationScope create() {
        return newApp(o -> o);
    }

    private AutoCloseable closing(String what) {
        return () -> log.add("close " + what);
    }

    @BackendTest
    @DisplayName(
            "S5 when a startup hook fails, what was started is shut down in reverse, and the failure is thrown with"
                    + " that of the cleaning")
    void aFailedStartIsShutDown() throws Exception {
        try (var warnings = LogCapture.start()) {
            var app = newApp(o -> o.name("shop"));
            var failure = new IOException("no database");
            var closing = new IOException("cannot close");
            app.onShutdown("first", () -> log.add("stop first"));
            app.onStartup(
                    "one",
                    () -> app.manage("pool", () -> {
                        log.add("close pool");
                        throw closing;
                    }));
            app.onStartup("two", () -> {
                throw failure;
            });
            app.onShutdown("not reached", () -> log.add("stop what was not reached"));
            app.onStartup("three", () -> log.add("start three"));
            app.manage("early", closing("early"));

            assertThatThrownBy(app::start)
                    .isInstanceOf(StartupFailedException.class)
                    .hasMessage("startup hook 'two' of application 'shop' failed: " + failure)
                    .hasCause(failure)
                    .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(closing));
            assertThat(log).containsExactly("close early", "close pool", "stop first");
            ShutdownReport report = app.awaitShutdown();
            assertThat(report.failure()).hasCause(failure);
            assertThat(report.exitStatus()).isEqualTo(ShutdownReport.FAILED);
            assertThat(report.troubles()).containsExactly(new Trouble("resource 'pool'", closing));
            assertThat(warnings.messages())
                    .anySatisfy(m -> assertThat(m).contains("application 'shop' shuts down: its start failed"));
        }
    }

    @BackendTest
    @DisplayName("S5 a shutdown during the start cancels the running hook, skips the later ones, and start throws")
    void shutdownDuringTheStart() throws Exception {
        var app = newApp(o -> o.grace(Duration.ofDays(1)));
        var blocker = new Blocker();
        var reason = new AtomicReference<Kind>();
        app.onStartup("slow", () -> {
            app.manage("opened", closing("opened"));
            try {
                blocker.run();
            } finally {
                reason.set(CancelScope.current().reason().orElseThrow().kind());
            }
        });
        app.onStartup("next", () -> log.add("start next"));
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            app.shutdown("changed its mind");
        })) {
            assertThatThrownBy(app::start)
                    .isInstanceOf(ApplicationShutdownException.class)
                    .hasMessageContaining("changed its mind");
        }
        assertThat(log).containsExactly("close opened");
        assertThat(reason.get()).isEqualTo(Kind.SHUTDOWN);
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "S5 a startup hook that shuts its application down is cancelled by that, and what wraps the interruption"
                    + " is no failure")
    void aStartupHookShutsDown() throws Exception {
        var app = create();
        app.onStartup("batch", () -> {
            app.shutdown();
            try {
                Stubborn.forever();
            } catch (InterruptedException e) {
                throw new IllegalStateException("wrapped by a library", e);
            }
        });
        assertThatThrownBy(app::start).isInstanceOf(ApplicationShutdownException.class);
        assertThat(app.awaitShutdown().exitStatus()).isEqualTo(ShutdownReport.IN_ORDER);
    }

    @BackendTest
    @DisplayName("S5 a hook that fails while the application is being shut down is in the report and thrown")
    void aHookThatFailsDuringTheShutdown() throws Exception {
        try (var _ = LogCapture.start()) {
            var app = create();
            var failure = new IllegalArgumentException("bad port");
            app.onStartup("server", () -> {
                app.shutdown();
                throw failure;
            });
            assertThatThrownBy(app::start)
                    .isInstanceOf(StartupFailedException.class)
                    .hasCause(failure);
            ShutdownReport report = app.awaitShutdown();
            assertThat(report.failure()).isNull();
            assertThat(report.troubles())
                    .singleElement()
                    .satisfies(t -> assertThat(t.exception()).hasCause(failure));
            assertThat(report.exitStatus()).isEqualTo(ShutdownReport.NOT_IN_ORDER);
        }
    }

    @BackendTest
    @DisplayName("S5 a start whose caller is cancelled shuts down and passes the cancellation")
    void aCancelledStart() throws Exception {
        var app = create();
        app.manage("early", closing("early"));
        app.onStartup("slow", Stubborn::forever);
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            try (var _ = WhenBlocked.me(scope::cancel)) {
                app.start();
            }
        });
        assertThat(ended).isFalse();
        assertThat(log).containsExactly("close early");
        assertThat(app.isShuttingDown()).isTrue();
    }

    @BackendTest
    @DisplayName("S5 a shutdown at any moment of the start is seen by it, and ends in order")
    void startAgainstShutdown() throws Exception {
        try (var race = new Race("start against shutdown")) {
            for (int i = Race.rounds(500); i > 0; i--) {
                var app = create();
                app.onStartup("resource", () -> app.manage("resource", closing("resource")));
                app.onStartup("hook", () -> app.fork("task", Stubborn::forever));
                var rival = race.start(() -> app.shutdown(Duration.ZERO));
                Race.spin(race.draw(3_000));
                try {
                    app.start();
                } catch (ApplicationShutdownException e) {
                    // it came before the end of the start
                }
                rival.await();
                ShutdownReport report = app.awaitShutdown();
                assertThat(report.isInOrder()).isTrue();
                assertThat(report.took().get(ShutdownReport.Step.CANCEL)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }
}
