// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Status;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Facts;
import dev.espalier.spi.TaskObserver;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** Rule V5: who is told of waits. */
public class WaitObserverTest {
    /** Of one thread: what it waits for, with a mark for the end of each wait. */
    private static final class Witness implements TaskObserver {
        private final List<String> events = Collections.synchronizedList(new ArrayList<>());
        private final Thread thread;

        Witness(Thread thread) {
            this.thread = thread;
        }

        @Override
        public void waitBegan(@Nullable Task<?> task, Object what) {
            if (Thread.currentThread().equals(thread)) {
                String name = switch (what) {
                    case Task<?> other -> "task " + other.name();
                    case TaskGroup group -> "group " + group.name();
                    default -> what.toString();
                };
                events.add((task == null ? "" : task.name() + ": ") + name);
            }
        }

        @Override
        public void waitEnded(@Nullable Task<?> task) {
            if (Thread.currentThread().equals(thread)) {
                events.add((task == null ? "" : task.name() + ": ") + "end");
            }
        }
    }

    private static Foreign whenBlocked(dev.espalier.Action action) {
        return WhenBlocked.run(Thread.currentThread(), action);
    }

    @BackendTest
    @DisplayName(
            "V5 a wait for a task and one for a group are told with their ends, and what need not wait tells nothing")
    void tasksAndGroups() throws Exception {
        var witness = new Witness(Thread.currentThread());
        try (var _ = TaskObserver.install(witness)) {
            TaskGroup.run(o -> o.name("seen"), group -> {
                var first = new Blocker();
                Task<Void> task = group.fork("first", first);
                try (var _ = whenBlocked(first::release)) {
                    task.await();
                }
                task.await();
                assertThat(witness.events).containsExactly("task first", "end");
                var second = new Blocker();
                group.fork("second", second);
                second.awaitEntered();
                var _ = whenBlocked(second::release);
            });
        }
        assertThat(witness.events).containsExactly("task first", "end", "group seen", "end");
    }

    @BackendTest
    @DisplayName("V5 waits for primitives are told with the name of what is waited for, of a task with the task")
    void primitives() throws Exception {
        var lock = new Lock("ledger");
        var condition = new Condition("full", lock);
        var event = new Event("ready");
        var permits = new Semaphore("db", 1);
        var told = new AtomicReference<Witness>();
        TaskGroup.run(o -> o.limit(1), outer -> {
            var _ = outer.fork("seen", () -> {
                var witness = new Witness(Thread.currentThread());
                told.set(witness);
                try (var _ = TaskObserver.install(witness)) {
                    var _ = whenBlocked(event::set);
                    event.await();
                    event.await();
                    var taken = permits.tryAcquire().orElseThrow();
                    var _ = whenBlocked(taken::close);
                    permits.acquire().close();
                    try (var _ = lock.acquire()) {
                        var _ = whenBlocked(() -> {
                            try (var _ = lock.acquire()) {
                                condition.signal();
                            }
                        });
                        condition.await();
                    }
                }
            });
        });
        assertThat(Objects.requireNonNull(told.get()).events)
                .containsExactly(
                        "seen: event 'ready'",
                        "seen: end",
                        "seen: semaphore 'db'",
                        "seen: end",
                        "seen: condition 'full' of lock 'ledger'",
                        "seen: end");
    }

    @BackendTest
    @DisplayName("V5 a fork that waits for a place, a start that waits for its task, and a race are told")
    void forks() throws Exception {
        var witness = new Witness(Thread.currentThread());
        try (var _ = TaskObserver.install(witness)) {
            TaskGroup.run(o -> o.name("narrow").limit(1), group -> {
                var first = new Blocker();
                group.fork("first", first);
                var _ = whenBlocked(first::release);
                group.fork("second", () -> {});
            });
            assertThat(witness.events).startsWith("a place of group 'narrow'", "end");
            witness.events.clear();
            TaskGroup.run(group -> {
                var gate = new Blocker();
                var _ = whenBlocked(gate::release);
                var _ = group.start("starting", (Status<Integer> status) -> {
                    gate.run();
                    status.started(1);
                });
            });
            assertThat(witness.events).startsWith("task starting", "end");
            witness.events.clear();
            var slow = new Blocker();
            var _ = whenBlocked(slow::release);
            var _ = Tasks.race(List.of(() -> {
                slow.run();
                return 1;
            }));
            assertThat(witness.events).startsWith("the next one of several tasks", "end");
        }
    }

    @BackendTest
    @DisplayName("V5 a sleep is told once, however often its thread wakes, and its end when it is cancelled")
    void sleep(TestBackend backend) throws Exception {
        var witness = new Witness(Thread.currentThread());
        try (var _ = TaskObserver.install(witness)) {
            ManualClock.run(backend, clock -> {
                try (var _ = whenBlocked(() -> {
                    clock.awaitSleepers(1);
                    clock.advance(Duration.ofSeconds(2));
                })) {
                    Tasks.sleep(Duration.ofSeconds(2));
                }
                Tasks.sleep(Duration.ZERO);
            });
            assertThat(witness.events).containsExactly("PT2S", "end");
            var scope = CancelScope.create();
            assertThat(scope.run(() -> {
                        Thread me = Thread.currentThread();
                        var _ = whenBlocked(() -> {
                            backend.unpark(me); // for nothing
                            Threads.awaitBlocked(me);
                            scope.cancel();
                        });
                        Tasks.sleep(Duration.ofDays(1));
                    }))
                    .isFalse();
        }
        assertThat(witness.events).containsExactly("PT2S", "end", "PT24H", "end");
    }

    @BackendTest
    @DisplayName("V5 the end of a wait is told also when the wait is cancelled or its time is over")
    void cancelled() throws Exception {
        var witness = new Witness(Thread.currentThread());
        var event = new Event("never");
        try (var _ = TaskObserver.install(witness)) {
            var scope = CancelScope.create();
            assertThat(scope.run(() -> {
                        var _ = whenBlocked(scope::cancel);
                        event.await();
                    }))
                    .isFalse();
            assertThat(witness.events).containsExactly("event 'never'", "end");
            var cancelled = CancelScope.create();
            cancelled.cancel();
            assertThat(cancelled.run(() -> assertThatThrownBy(event::await).isInstanceOf(CancelledException.class)))
                    .isTrue();
        }
        assertThat(witness.events).containsExactly("event 'never'", "end");
    }

    @BackendTest
    @DisplayName("V5 the observer of a group is told of waits in it and below it, and not of those around it")
    void ofGroup() throws Exception {
        var witness = new Witness(Thread.currentThread());
        TaskGroup.run(o -> o.name("around"), around -> {
            var early = new Blocker();
            Task<Void> before = around.fork("before", early);
            try (var _ = whenBlocked(early::release)) {
                before.await();
            }
            TaskGroup.run(o -> o.name("with").observer(witness), with -> {
                TaskGroup.run(o -> o.name("below"), below -> {
                    var gate = new Blocker();
                    below.fork("in it", gate);
                    gate.awaitEntered();
                    var _ = whenBlocked(gate::release);
                });
            });
            var late = new Blocker();
            Task<Void> after = around.fork("after", late);
            try (var _ = whenBlocked(late::release)) {
                after.await();
            }
        });
        assertThat(witness.events).startsWith("group below", "end").doesNotContain("task before", "task after");
    }

    @BackendTest
    @DisplayName("V5 what an observer of waits throws changes nothing, and is logged")
    void throwing() throws Exception {
        class Throws implements TaskObserver {
            @Override
            public void waitBegan(@Nullable Task<?> task, Object what) {
                throw new IllegalStateException("at the beginning");
            }

            @Override
            public void waitEnded(@Nullable Task<?> task) {
                throw new IllegalStateException("at the end");
            }
        }
        try (var log = LogCapture.start()) {
            int value = TaskGroup.call(o -> o.observer(new Throws()), group -> {
                var gate = new Blocker();
                Task<Integer> task = group.fork(() -> {
                    gate.run();
                    return 7;
                });
                try (var _ = whenBlocked(gate::release)) {
                    return task.await();
                }
            });
            assertThat(value).isEqualTo(7);
            assertThat(log.messages()).anySatisfy(message -> assertThat(message).contains("Throws"));
        }
    }

    @BackendTest
    @DisplayName("V5 what is told of a task's end and name is there without having looked at its outcome")
    void facts() throws Exception {
        var failed = new AtomicReference<@Nullable Throwable>();
        var by = new AtomicReference<@Nullable CancelScope>();
        class Ends implements TaskObserver {
            @Override
            public void taskEnded(TaskGroup group, Task<?> task) {
                if (task.name().equals("fails")) {
                    failed.set(Occupant.of(task).failure());
                } else {
                    by.set(Facts.cancelledBy(task));
                }
            }
        }
        var scope = new AtomicReference<@Nullable CancelScope>();
        assertThatThrownBy(() -> TaskGroup.run(o -> o.name("facts").observer(new Ends()), group -> {
                    scope.set(group.scope());
                    assertThat(Facts.givenName(group)).isEqualTo("facts");
                    assertThat(Facts.home(group.scope())).isSameAs(Thread.currentThread());
                    var waits = new Blocker();
                    Task<Void> unnamed = group.fork(waits);
                    assertThat(Facts.givenName(unnamed)).isNull();
                    assertThat(Facts.isRefused(unnamed)).isFalse();
                    waits.awaitEntered();
                    group.fork("fails", () -> {
                        throw new IllegalArgumentException("as it is meant");
                    });
                }))
                .isInstanceOf(TaskGroupException.class);
        assertThat(failed.get()).hasMessage("as it is meant");
        assertThat(by.get()).isSameAs(scope.get());
        TaskGroup.run(a -> TaskGroup.run(b -> {
            long first = Facts.number(a);
            assertThat(Facts.number(b)).isGreaterThan(first);
            assertThat(Facts.number(a)).isEqualTo(first);
        }));
        TaskGroup.run(group -> {
            group.cancel();
            assertThat(Facts.isRefused(group.fork(() -> {}))).isTrue();
        });
    }
}
