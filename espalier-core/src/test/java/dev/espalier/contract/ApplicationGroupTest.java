// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static dev.espalier.contract.ApplicationLifeTest.newApp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.ShutdownReport.Step;
import dev.espalier.spi.TaskObserver;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;

/** S5: groups of any thread that belong to an application. */
class ApplicationGroupTest {
    private static ApplicationScope started() throws InterruptedException {
        var app = newApp(o -> o.name("shop").grace(Duration.ZERO));
        app.start();
        return app;
    }

    @BackendTest
    @DisplayName(
            "S5 a group of an application is one like any other: values, exceptions, failures, deadlines around it")
    void likeAnyOther() throws Exception {
        try (var app = started()) {
            int value = app.call(group -> group.fork(() -> 41).await() + 1);
            assertThat(value).isEqualTo(42);
            var failure = new IOException("failed");
            assertThatThrownBy(() -> app.run(_ -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThatThrownBy(() -> app.run(group -> {
                        var _ = group.fork(() -> {
                            throw failure;
                        });
                    }))
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(failure);
            app.run(group -> {
                group.cancel();
                CancelScope.checkpoint();
            });
            assertThat(app.isShuttingDown()).isFalse();
        }
    }

    @BackendTest
    @DisplayName("S5 the shutdown cuts a group short with ApplicationShutdownException, in the forms with and without a"
            + " value")
    void cutShort() throws Exception {
        var app = started();
        var entered = new CountDownLatch(4);
        var bodies = new CopyOnWriteArrayList<Kind>();
        var tasks = new CopyOnWriteArrayList<Kind>();
        class Waits {
            void in(List<Kind> kinds) throws InterruptedException {
                entered.countDown();
                try {
                    Stubborn.forever();
                } finally {
                    kinds.add(CancelScope.current().reason().orElseThrow().kind());
                }
            }
        }
        var waits = new Waits();
        try (var _ = Foreign.run(() -> assertThatThrownBy(() -> app.call(_ -> {
                            waits.in(bodies);
                            return 1;
                        }))
                        .isInstanceOf(ApplicationShutdownException.class)
                        .satisfies(
                                e -> assertThat(Cancellation.isCancellation(e)).isFalse()));
                var _ = Foreign.run(() -> assertThatThrownBy(() -> app.run(_ -> waits.in(bodies)))
                        .isInstanceOf(ApplicationShutdownException.class));
                var _ = Foreign.run(() -> assertThatThrownBy(() -> app.call(group -> {
                            var _ = group.fork(() -> waits.in(tasks));
                            return 1;
                        }))
                        .isInstanceOf(ApplicationShutdownException.class)
                        .hasNoCause());
                var _ = Foreign.run(() -> {
                    try (var group = app.taskGroup(o -> o.name("opened"))) {
                        var _ = group.fork(() -> waits.in(tasks));
                        assertThatThrownBy(group::join)
                                .isInstanceOf(ApplicationShutdownException.class)
                                .hasMessageStartingWith("group 'opened' was cut short: application 'shop' shuts down");
                    }
                })) {
            entered.await();
            app.close();
        }
        assertThat(bodies).containsExactly(Kind.SHUTDOWN, Kind.SHUTDOWN);
        assertThat(tasks).containsExactly(Kind.SHUTDOWN, Kind.SHUTDOWN);
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName("S5 an opened group that is closed without a join says that the shutdown cut it short")
    void closedWithoutAJoin() throws Exception {
        var app = started();
        var blocker = new Blocker();
        var group = app.taskGroup();
        var _ = group.fork(blocker);
        blocker.awaitEntered();
        app.shutdown();
        blocker.awaitInterrupted();
        assertThatThrownBy(group::close).isInstanceOf(ApplicationShutdownException.class);
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName("C17 what has a result although it was cancelled keeps it; F2 a failure outranks the shutdown")
    void valuesAndFailures() throws Exception {
        var app = started();
        var entered = new CountDownLatch(2);
        try (var _ = Foreign.run(() -> assertThat(app.<Integer, InterruptedException>call(_ -> {
                            entered.countDown();
                            try {
                                Stubborn.forever();
                            } catch (CancelledException e) {
                                throw e;
                            } catch (InterruptedException e) {
                                return 7;
                            }
                            return 0;
                        }))
                        .isEqualTo(7));
                var _ = Foreign.run(() -> assertThatThrownBy(() -> app.run(group -> {
                            var _ = group.fork(() -> {
                                entered.countDown();
                                try {
                                    Stubborn.forever();
                                } finally {
                                    throwIo();
                                }
                            });
                        }))
                        .isInstanceOf(TaskGroupException.class)
                        .hasCauseInstanceOf(IOException.class))) {
            entered.await();
            app.close();
        }
    }

    private static void throwIo() throws IOException {
        throw new IOException("while cleaning up");
    }

    @BackendTest
    @DisplayName("T2 a deadline around a group of an application still holds, and is not the shutdown's")
    void deadlinesAround(TestBackend threads) throws Exception {
        ManualClock.run(threads, clock -> {
            var app = started();
            try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(1))) {
                assertThatThrownBy(() ->
                                CancelScope.failAfter(Duration.ofSeconds(1), () -> app.run(_ -> Stubborn.forever())))
                        .isInstanceOf(DeadlineExceededException.class);
            }
            assertThat(app.isShuttingDown()).isFalse();
            app.close();
        });
    }

    @BackendTest
    @DisplayName("S5 a group that a managed task opened passes the cancellation of the task, which is no failure of it")
    void insideAManagedTask() throws Exception {
        var app = started();
        var entered = new CountDownLatch(1);
        var thrown = new AtomicReference<Throwable>();
        var task = app.fork("task", () -> {
            try {
                app.run(_ -> {
                    entered.countDown();
                    Stubborn.forever();
                });
            } catch (InterruptedException | RuntimeException e) {
                thrown.set(e);
                throw e;
            }
        });
        entered.await();
        app.close();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
    }

    @BackendTest
    @DisplayName("S5 groups have the application's backend and task options, whatever is around their threads")
    void taskOptions(TestBackend threads) throws Exception {
        var made = new CopyOnWriteArrayList<String>();
        var backend = new FilterBackend(threads) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                made.add(String.valueOf(name));
                return super.newThread(task, name, inheritThreadLocals);
            }
        };
        ScopedValue<String> user = ScopedValue.newInstance();
        var app = newApp(o -> o.taskOptions(t -> t.backend(backend).inherit(user)));
        app.start();
        try (var _ = Foreign.run(() -> ScopedValue.where(user, "ada").run(() -> {
            try {
                assertThat(app.<String, RuntimeException>call(
                                group -> group.fork("in a group", user::get).await()))
                        .isEqualTo("ada");
                app.fork("managed", () -> assertThat(user.get()).isEqualTo("ada"))
                        .await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }))) {
            // closing joins
        }
        app.close();
        assertThat(made).contains("in a group", "managed");
        assertThatThrownBy(() -> AppOptions.DEFAULT.taskOptions(t -> t.limit(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give them to one group");
    }

    @BackendTest
    @DisplayName("S5 an open group keeps the shutdown waiting for its grace, also when nothing runs in it")
    void anIdleGroupCounts(TestBackend threads) throws Exception {
        ManualClock.run(threads, clock -> {
            var app = newApp(o -> o.grace(Duration.ofMinutes(1)));
            app.start();
            var group = app.taskGroup();
            app.shutdown();
            clock.awaitSleepers(1);
            clock.advance(Duration.ofSeconds(30));
            group.close();
            var report = app.awaitShutdown();
            assertThat(report.took()).containsEntry(Step.GRACE, Duration.ofSeconds(30));
            assertThat(report.isInOrder()).isTrue();
        });
    }

    @BackendTest
    @DisplayName(
            "S5 groups that are opened while the application shuts down are refused, or waited for and cancelled: none"
                    + " is missed")
    void openAgainstShutdown() throws Exception {
        try (var race = new Race("open against shutdown")) {
            for (int i = Race.rounds(500); i > 0; i--) {
                var app = started();
                var inside = new AtomicInteger();
                app.manage("resource", () -> assertThat(inside).hasValue(0));
                var rival = race.start(app::shutdown);
                Race.spin(race.draw(3_000));
                try {
                    app.run(group -> {
                        inside.incrementAndGet();
                        try {
                            var _ = group.fork(Stubborn::forever);
                            Stubborn.forever();
                        } finally {
                            inside.decrementAndGet();
                        }
                    });
                    throw new AssertionError("nothing ended it but the shutdown");
                } catch (ApplicationShutdownException e) {
                    // refused, or cut short
                }
                rival.await();
                assertThat(app.awaitShutdown().isInOrder()).isTrue();
            }
        }
    }

    @BackendTest
    @DisplayName("S5 tasks that are forked while the application shuts down are refused, or cancelled: none is left")
    void forkAgainstShutdown() throws Exception {
        try (var race = new Race("fork against shutdown")) {
            for (int i = Race.rounds(500); i > 0; i--) {
                var app = started();
                var inside = new AtomicInteger();
                app.manage("resource", () -> assertThat(inside).hasValue(0));
                var rival = race.start(app::shutdown);
                Race.spin(race.draw(3_000));
                try {
                    for (int tasks = 0; tasks < 20; tasks++) {
                        var _ = app.fork("task", () -> {
                            inside.incrementAndGet();
                            try {
                                Stubborn.forever();
                            } finally {
                                inside.decrementAndGet();
                            }
                        });
                        Race.spin(100);
                    }
                } catch (ApplicationShutdownException e) {
                    // refused
                }
                rival.await();
                assertThat(app.awaitShutdown().isInOrder()).isTrue();
            }
        }
    }

    @BackendTest
    @DisplayName("S5 a group that was let in, and opens when all others have been cancelled, is cancelled too")
    void openedTooLate(TestBackend threads) throws Exception {
        var app = new AtomicReference<ApplicationScope>();
        var observer = new TaskObserver() {
            @Override
            public void groupOpened(TaskGroup group) {
                if (group.name().equals("late")) {
                    app.get().shutdown();
                    Threads.until(() -> threads.threads().stream()
                            .anyMatch(t -> t.getName().startsWith("shutdown of") && isWaiting(t)));
                }
            }
        };
        app.set(newApp(o -> o.grace(Duration.ZERO).taskOptions(t -> t.observer(observer))));
        app.get().start();
        assertThatThrownBy(() -> app.get().run(o -> o.name("late"), _ -> Stubborn.forever()))
                .isInstanceOf(ApplicationShutdownException.class);
        assertThat(app.get().awaitShutdown().isInOrder()).isTrue();
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @BackendTest
    @DisplayName("L7 no memory is left of a group that has ended")
    void nothingIsKept() throws Exception {
        Assumptions.assumeFalse(BackendExtension.isSimulated(), "a simulation keeps what has happened");
        var app = started();
        var ended = new ArrayList<WeakReference<TaskGroup>>();
        for (int i = 0; i < 20; i++) {
            app.run(group -> ended.add(new WeakReference<>(group)));
            try (var group = app.taskGroup()) {
                ended.add(new WeakReference<>(group));
            }
            assertThatThrownBy(() -> app.run(group -> {
                        ended.add(new WeakReference<>(group));
                        throw new IOException("failed");
                    }))
                    .isInstanceOf(IOException.class);
        }
        Threads.until(() -> {
            System.gc();
            return ended.stream().allMatch(r -> r.refersTo(null));
        });
        app.close();
    }
}
