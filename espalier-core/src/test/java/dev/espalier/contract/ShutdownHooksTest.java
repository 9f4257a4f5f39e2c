// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static dev.espalier.contract.ApplicationLifeTest.newApp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Step;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** S5: the shutdown hooks of an application. */
class ShutdownHooksTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<String> log = new CopyOnWriteArrayList<>();

    @BackendTest
    @DisplayName("S5 a hook that throws, or hangs, keeps no other from its turn, and is named with its stack")
    void hooksThatThrowOrHang(TestBackend threads) throws Exception {
        try (var _ = LogCapture.start()) {
            ManualClock.run(threads, clock -> {
                var app = newApp(o -> o.name("shop").hookLimit(SECOND));
                var stubborn = List.of(new Stubborn(), new Stubborn());
                var overflow = new StackOverflowError("in a hook");
                var deadline = new AtomicReference<@Nullable Duration>();
                app.onStopIntake("slow server", () -> stubborn.get(0).hold());
                app.onShutdown("last", () -> log.add("last"));
                app.manage("hanging", () -> stubborn.get(1).hold());
                app.manage("failing", () -> {
                    deadline.set(CancelScope.currentDeadline().remaining());
                    throw overflow;
                });
                app.start();
                app.shutdown();
                stubborn.get(0).awaitHolding();
                clock.awaitSleepers(1);
                clock.advance(SECOND);
                stubborn.get(1).awaitHolding();
                clock.awaitSleepers(1);
                clock.advance(SECOND);
                ShutdownReport report = app.awaitShutdown();
                assertThat(report.troubles())
                        .extracting(ShutdownReport.Trouble::name)
                        .containsExactly(
                                "hook for the end of the intake 'slow server'",
                                "resource 'failing'",
                                "resource 'hanging'");
                assertThat(report.troubles().get(0).exception())
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("took longer than PT1S")
                        .satisfies(e -> assertThat(e.getStackTrace())
                                .anySatisfy(f -> assertThat(f.getMethodName()).isEqualTo("hold")));
                assertThat(report.troubles().get(1).exception()).isSameAs(overflow);
                assertThat(deadline.get()).isEqualTo(SECOND);
                assertThat(log).containsExactly("last");
                assertThat(report.took())
                        .containsEntry(Step.STOP_INTAKE, SECOND)
                        .containsEntry(Step.CLOSE, SECOND);
                assertThat(report.exitStatus()).isEqualTo(ShutdownReport.NOT_IN_ORDER);
                stubborn.forEach(Stubborn::release);
                Threads.until(() -> clock.timers() == 0); // the hooks that were left behind have ended
                assertThat(stubborn).allMatch(Stubborn::hasEnded);
            });
        }
    }

    @BackendTest
    @DisplayName("S5 a hook that is late is cancelled, with its deadline as the reason")
    void aLateHookIsCancelled(TestBackend threads) throws Exception {
        try (var _ = LogCapture.start()) {
            ManualClock.run(threads, clock -> {
                var app = newApp(o -> o.hookLimit(SECOND));
                var blocker = new Blocker();
                app.onShutdown("slow", blocker);
                app.start();
                app.shutdown();
                blocker.awaitEntered();
                clock.awaitSleepers(1);
                clock.advance(SECOND);
                ShutdownReport report = app.awaitShutdown();
                blocker.awaitInterrupted();
                assertThat(report.troubles())
                        .singleElement()
                        .satisfies(t -> assertThat(t.exception()).isInstanceOf(DeadlineExceededException.class));
                Threads.until(() -> clock.timers() == 0); // the hook that was left behind has ended
            });
        }
    }

    @BackendTest
    @DisplayName("S5 a hook may use groups and scopes, and is not cancelled by the shutdown that it is part of")
    void hooksUseGroups() throws Exception {
        var app = newApp(o -> o.grace(Duration.ZERO));
        app.manage(
                "flush",
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(() -> log.add("flushed"));
                }));
        app.start();
        var blocker = new Blocker();
        var _ = app.fork("working", blocker);
        blocker.awaitEntered();
        app.close();
        assertThat(log).containsExactly("flushed");
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName("S5 where no thread can be made for a hook, it runs all the same")
    void noThreadForAHook(TestBackend threads) throws Exception {
        var refuses = new AtomicBoolean();
        var backend = new FilterBackend(threads) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                if (refuses.get() && Objects.requireNonNull(name).startsWith("resource")) {
                    throw new OutOfMemoryError("no more threads");
                }
                return super.newThread(task, name, inheritThreadLocals);
            }
        };
        try (var warnings = LogCapture.start()) {
            var app = newApp(o -> o.taskOptions(t -> t.backend(backend)));
            app.manage("pool", () -> log.add("closed"));
            app.manage("failing", () -> {
                throw new IllegalStateException("cannot close");
            });
            app.start();
            refuses.set(true);
            app.close();
            assertThat(log).containsExactly("closed");
            assertThat(app.awaitShutdown().troubles())
                    .singleElement()
                    .satisfies(t -> assertThat(t.name()).isEqualTo("resource 'failing'"));
            assertThat(warnings.exceptions()).hasAtLeastOneElementOfType(RejectedExecutionException.class);
        }
    }

    @BackendTest
    @DisplayName("S5 where no thread can be made for the shutdown itself, it comes about all the same")
    void noThreadForTheShutdown(TestBackend threads) throws Exception {
        org.junit.jupiter.api.Assumptions.assumeFalse(
                BackendExtension.isSimulated(), "it falls back to a thread that no simulation knows");
        var refuses = new AtomicBoolean();
        var backend = new FilterBackend(threads) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                if (refuses.get()) {
                    throw new OutOfMemoryError("no more threads");
                }
                return super.newThread(task, name, inheritThreadLocals);
            }
        };
        try (var _ = LogCapture.start()) {
            var app = newApp(o -> o.taskOptions(t -> t.backend(backend)));
            app.manage("pool", () -> log.add("closed"));
            app.start();
            refuses.set(true);
            app.close();
            assertThat(log).containsExactly("closed");
            assertThat(app.awaitShutdown().isInOrder()).isTrue();
        }
    }
}
