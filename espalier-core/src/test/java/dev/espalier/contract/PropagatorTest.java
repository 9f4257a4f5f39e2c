// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Registration;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.spi.ContextPropagator;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** X1: contexts of propagators. */
public class PropagatorTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();
    private static final Tenant TENANT = new Tenant();

    @BackendTest
    @DisplayName("X1 a task of a start, a daemon, a tryFork and a forkWith see scoped values and contexts like another")
    void everyKindOfFork() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        Tenant.with(
                "acme",
                () -> ScopedValue.where(USER, "x").call(() -> {
                    TaskGroup.run(o -> o.inherit(USER).propagators(TENANT), group -> {
                        var started = group.start((Status<String> status) -> status.started(both()));
                        seen.add(started.value());
                        var daemon = group.forkDaemon("daemon", () -> seen.add(both()));
                        Threads.until(daemon::isDone);
                        seen.add(group.tryFork(PropagatorTest::both)
                                .orElseThrow()
                                .await());
                        AutoCloseable resource = () -> seen.add(both());
                        var task = group.<AutoCloseable, String>forkWith(resource, _ -> both());
                        seen.add(task.await());
                    });
                    return null;
                }));
        assertThat(seen).hasSize(5).containsOnly("x acme");
    }

    private static String both() {
        return USER.get() + " " + Tenant.CURRENT.get();
    }

    @BackendTest
    @DisplayName("X1 a propagator captures at the fork, on the forking thread, and restores in the task and in its"
            + " callbacks")
    void propagator() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(o -> o.propagators(TENANT), group -> {
            var gate = new CountDownLatch(1);
            Tenant.with("acme", () -> {
                var task = group.fork(() -> {
                    gate.await();
                    seen.add("body " + Tenant.CURRENT.get());
                });
                var _ = task.onDone(_ -> seen.add("callback " + Tenant.CURRENT.get()));
            });
            try (var foreign = Foreign.run(() -> Tenant.with("other", () -> {
                var _ = group.fork(() -> Tenant.CURRENT.get()).onDone(task -> seen.add(task.resultNow()));
            }))) {
                assertThat(foreign.thread()).isNotNull();
            }
            Threads.until(() -> seen.size() == 1);
            gate.countDown();
        });
        assertThat(seen).containsExactly("other", "body acme", "callback acme");
    }

    @BackendTest
    @DisplayName("X1 what a propagator restored is cleared after the task, whether it returned, threw or was cancelled,"
            + " before run returns")
    void cleared() throws Exception {
        int restored = Tenant.RESTORED.get();
        int closed = Tenant.CLOSED.get();
        Tenant.with("acme", () -> {
            var thrown = catchThrowable(() -> TaskGroup.run(o -> o.propagators(TENANT), group -> {
                var blocker = new Blocker();
                var _ = group.fork(blocker);
                blocker.awaitEntered();
                assertThat(group.fork(() -> 1).await()).isEqualTo(1);
                var _ = group.fork(Failures.throwing(new IOException("task")));
            }));
            assertThat(thrown).hasRootCauseMessage("task");
        });
        assertThat(Tenant.RESTORED.get() - restored).isEqualTo(3);
        assertThat(Tenant.CLOSED.get() - closed).isEqualTo(3);
    }

    @BackendTest
    @DisplayName(
            "X1 the thread goes on after the task: it does not see the task's context any more, nor does the caller"
                    + " what the task set")
    void afterTheTask(TestBackend backend) throws Exception {
        var after = new ConcurrentLinkedQueue<String>();
        var ended = new CountDownLatch(1);
        var going = new FilterBackend(backend) {
            @Override
            public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                return super.newThread(
                        () -> {
                            task.run();
                            after.add(String.valueOf(Tenant.CURRENT.get()));
                            ended.countDown();
                        },
                        name,
                        inheritThreadLocals);
            }
        };
        Tenant.with(
                "acme",
                () -> TaskGroup.run(o -> o.backend(going).propagators(TENANT), group -> {
                    var task = group.fork(() -> {
                        var seen = Tenant.CURRENT.get();
                        Tenant.CURRENT.set("set by the task");
                        return seen;
                    });
                    assertThat(task.await()).isEqualTo("acme");
                    assertThat(Tenant.CURRENT.get()).isEqualTo("acme");
                }));
        ended.await();
        assertThat(after).containsExactly("null");
    }

    @BackendTest
    @DisplayName("X1 a propagator that is installed carries for tasks of every group forked from then on, and for none"
            + " forked after it is removed; what it has captured it still restores and clears")
    void installed() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        int cleared = Tenant.CLOSED.get();
        TaskGroup.run(group -> Tenant.with("acme", () -> {
            seen.add("before " + group.fork(() -> Tenant.CURRENT.get()).await());
            var gate = new CountDownLatch(1);
            Task<String> waiting;
            Registration installed = ContextPropagator.install(TENANT);
            try {
                waiting = group.fork(() -> {
                    gate.await();
                    return Tenant.CURRENT.get();
                });
                seen.add(group.fork(() -> Tenant.CURRENT.get()).await());
            } finally {
                installed.close();
                installed.close(); // does nothing more
            }
            seen.add("after " + group.fork(() -> Tenant.CURRENT.get()).await());
            gate.countDown();
            seen.add("still " + waiting.await());
        }));
        assertThat(seen).containsExactly("before null", "acme", "after null", "still acme");
        assertThat(Tenant.CLOSED.get() - cleared).isEqualTo(2);
    }

    @BackendTest
    @DisplayName("X1 the same propagator installed twice carries twice, and once after one of both is removed")
    void installedTwice() throws Exception {
        int before = Tenant.RESTORED.get();
        var first = ContextPropagator.install(TENANT);
        var second = ContextPropagator.install(TENANT);
        try {
            Tenant.with(
                    "acme",
                    () -> TaskGroup.run(group -> {
                        group.fork(() -> {}).await();
                        assertThat(Tenant.RESTORED.get() - before).isEqualTo(2);
                        first.close();
                        first.close();
                        group.fork(() -> {}).await();
                        assertThat(Tenant.RESTORED.get() - before).isEqualTo(3);
                    }));
        } finally {
            first.close();
            second.close();
        }
    }

    @BackendTest
    @DisplayName("X1 capture throws: fork throws it, nothing is forked, and no place is lost")
    void captureFails() throws Exception {
        TaskGroup.run(o -> o.limit(1).propagators(TENANT), group -> {
            var before = group.stats();
            Tenant.with(
                    Tenant.FAIL_CAPTURE,
                    () -> assertThatThrownBy(() -> group.fork(() -> 1)).hasMessage(Tenant.FAIL_CAPTURE));
            assertThat(group.stats()).isEqualTo(before);
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName("X1 restore throws: that is the task's failure, whose body does not run")
    void restoreFails() throws Exception {
        var ran = new AtomicBoolean();
        var thrown = catchThrowable(() -> TaskGroup.run(
                o -> o.propagators(TENANT),
                group -> Tenant.with(Tenant.FAIL_RESTORE, () -> group.fork(() -> ran.set(true)))));
        assertThat(thrown).hasRootCauseMessage(Tenant.FAIL_RESTORE);
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("X1 close of a binding throws: it is logged, the task's outcome is what it was")
    void closeFails() throws Exception {
        var task = new AtomicReference<Task<Integer>>();
        try (var logs = LogCapture.start()) {
            TaskGroup.run(
                    o -> o.propagators(TENANT),
                    group -> Tenant.with(Tenant.FAIL_CLOSE, () -> task.set(group.fork(() -> 7))));
            assertThat(logs.exceptions()).extracting(Throwable::getMessage).containsExactly(Tenant.FAIL_CLOSE);
        }
        assertThat(task.get().resultNow()).isEqualTo(7);
    }

    @BackendTest
    @DisplayName("X1 a task that never runs restores nothing")
    void neverRan() throws Exception {
        int restored = Tenant.RESTORED.get();
        TaskGroup.run(o -> o.propagators(TENANT), group -> {
            group.cancel();
            Tenant.with("acme", () -> assertThat(group.fork(() -> 1).status()).isEqualTo(TaskStatus.CANCELLED));
        });
        assertThat(Tenant.RESTORED.get()).isEqualTo(restored);
    }
}
