// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Espalier;
import dev.espalier.Status;
import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;

/** X1 and X2: what a task sees of the thread that forked it. */
public class ContextTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();
    private static final ScopedValue<String> OTHER = ScopedValue.newInstance();
    private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

    @BackendTest
    @DisplayName(
            "X1 a scoped value that is named is seen by the task, and by tasks below whose groups name it; one that is"
                    + " not named is not")
    void scopedValues() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        ScopedValue.where(USER, "x").where(OTHER, "y").call(() -> {
            TaskGroup.run(o -> o.inherit(USER), group -> {
                var _ = group.fork(() -> {
                    seen.add("task " + USER.get() + " " + OTHER.isBound());
                    TaskGroup.run(o -> o.inherit(USER), inner -> {
                        var _ = inner.fork(() -> seen.add("named below " + USER.get()));
                    });
                    TaskGroup.run(inner -> {
                        var _ = inner.fork(() -> seen.add("not named below " + USER.isBound()));
                    });
                });
            });
            return null;
        });
        assertThat(seen).containsExactly("task x false", "named below x", "not named below false");
    }

    @BackendTest
    @DisplayName("X1 a task binds a scoped value anew: its tasks see that, the task itself sees the old one afterwards")
    void rebound() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        ScopedValue.where(USER, "x").call(() -> {
            TaskGroup.run(o -> o.inherit(USER), group -> {
                var _ = group.fork(() -> {
                    ScopedValue.where(USER, "y").call(() -> {
                        TaskGroup.run(o -> o.inherit(USER), inner -> {
                            var _ = inner.fork(() -> seen.add(USER.get()));
                        });
                        return null;
                    });
                    seen.add(USER.get());
                });
            });
            return null;
        });
        assertThat(seen).containsExactly("y", "x");
    }

    @BackendTest
    @DisplayName(
            "X1 a scoped value is bound after the group was opened: each task sees it as bound at its fork; join and"
                    + " close work inside")
    void boundAtFork() throws Exception {
        var group = TaskGroup.open(o -> o.inherit(USER));
        var unbound = group.fork(USER::isBound);
        var first = ScopedValue.where(USER, "first").call(() -> group.fork(() -> USER.get()));
        var last = ScopedValue.where(USER, "last").call(() -> {
            var task = group.fork(() -> USER.get());
            group.join();
            group.close();
            return task;
        });
        assertThat(unbound.resultNow()).isFalse();
        assertThat(first.resultNow()).isEqualTo("first");
        assertThat(last.resultNow()).isEqualTo("last");
    }

    @BackendTest
    @DisplayName("X1 a scoped value is bound where run opens the group and not named: no task sees it")
    void notNamed() throws Exception {
        var bound = ScopedValue.where(USER, "x")
                .call(() -> TaskGroup.call(group -> {
                    var task = group.fork(USER::isBound);
                    return task.await();
                }));
        assertThat(bound).isFalse();
    }

    @BackendTest
    @DisplayName(
            "X1 a task of a start, a daemon, a tryFork and a forkWith, whose close included, see scoped values like"
                    + " another")
    void everyKindOfFork() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        ScopedValue.where(USER, "x").call(() -> {
            TaskGroup.run(o -> o.inherit(USER), group -> {
                var started = group.start((Status<String> status) -> status.started(USER.get()));
                seen.add(started.value());
                var daemon = group.forkDaemon("daemon", () -> seen.add(USER.get()));
                Threads.until(daemon::isDone);
                seen.add(group.tryFork(USER::get).orElseThrow().await());
                AutoCloseable resource = () -> seen.add(USER.get());
                seen.add(group.<AutoCloseable, String>forkWith(resource, _ -> USER.get())
                        .await());
                var registered =
                        new CountDownLatch(1); // one that comes while the task ends may find the context cleared
                var last = group.fork(() -> registered.await());
                var _ = last.onDone(_ -> seen.add(USER.get()));
                registered.countDown();
                var _ = last.await();
            });
            return null;
        });
        assertThat(seen).hasSize(6).containsOnly("x");
    }

    @BackendTest
    @DisplayName("X2 a task sees the inheritable thread-locals of the thread that forks it")
    void inheritable() throws Exception {
        INHERITABLE.set("body");
        try {
            TaskGroup.run(group -> {
                assertThat(group.fork(() -> INHERITABLE.get()).await()).isEqualTo("body");
                var below = group.fork(() -> {
                    INHERITABLE.set("task");
                    return TaskGroup.call(
                            inner -> inner.fork(() -> INHERITABLE.get()).await());
                });
                assertThat(below.await()).isEqualTo("task");
                assertThat(INHERITABLE.get()).isEqualTo("body");
            });
        } finally {
            INHERITABLE.remove();
        }
    }

    @BackendTest
    @DisplayName("X2 inheritThreadLocals(false): a task sees none of them")
    void notInheritable() throws Exception {
        INHERITABLE.set("body");
        try {
            TaskGroup.run(o -> o.inheritThreadLocals(false), group -> {
                assertThat(group.fork(() -> INHERITABLE.get()).await()).isNull();
                assertThat(group.forkDaemon(
                                        "daemon",
                                        () -> assertThat(INHERITABLE.get()).isNull())
                                .await())
                        .isNull();
            });
        } finally {
            INHERITABLE.remove();
        }
    }

    @BackendTest
    @DisplayName("X2 inheritThreadLocals(false) on the backend of a factory: IllegalArgumentException, and nothing is"
            + " opened")
    void notInheritableWithFactory() throws Exception {
        var backend = Backend.of(Thread.ofPlatform().daemon().factory());
        var ran = new AtomicBoolean();
        assertThatThrownBy(() -> TaskGroup.run(o -> o.backend(backend).inheritThreadLocals(false), _ -> ran.set(true)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TaskGroup.open(o -> o.backend(backend).inheritThreadLocals(false)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Espalier.run(
                        backend, () -> TaskGroup.call(o -> o.inheritThreadLocals(false), _ -> ran.getAndSet(true))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ran).isFalse();
        var inherited = TaskGroup.call(o -> o.backend(backend), group -> {
            INHERITABLE.set("body");
            try {
                return group.fork(() -> INHERITABLE.get()).await();
            } finally {
                INHERITABLE.remove();
            }
        });
        assertThat(inherited).isEqualTo("body");
    }
}
