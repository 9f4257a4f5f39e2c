// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C9, the callbacks of {@code onCancel}. */
public class OnCancelTest {
    private final CancelScope scope = CancelScope.create();
    private final List<CancelReason> told = new CopyOnWriteArrayList<>();

    @BackendTest
    @DisplayName(
            "C9 a callback is told the reason once, on a thread of the backend, and the code is interrupted as usual")
    void told(TestBackend backend) throws Exception {
        var thread = new AtomicReference<Thread>();
        var called = new CountDownLatch(1);
        boolean ended = scope.run(() -> {
            var _ = scope.onCancel(reason -> {
                thread.set(Thread.currentThread());
                told.add(reason);
                called.countDown();
            });
            scope.cancel("enough");
            scope.cancel("again");
            assertThat(Failures.uninterruptibly(called)).as("interrupted").isTrue();
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(told).containsExactly(scope.reason().orElseThrow());
        assertThat(thread.get()).isNotSameAs(Thread.currentThread()).isIn(backend.threads());
    }

    @BackendTest
    @DisplayName("C9 a callback that blocks delays no interrupt")
    void delaysNothing() throws Exception {
        var begun = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        boolean ended = scope.run(() -> {
            var _ = scope.onCancel(_ -> {
                begun.countDown();
                boolean _ = Failures.uninterruptibly(finish);
            });
            try (var _ = WhenBlocked.me(scope::cancel)) {
                Stubborn.forever();
            }
        });
        assertThat(ended).isFalse();
        begun.await();
        finish.countDown();
    }

    @BackendTest
    @DisplayName("C9 a callback registered on a cancelled scope runs at once on the caller's thread")
    void atOnce() throws Exception {
        var thread = new AtomicReference<Thread>();
        scope.cancel("before entry");
        try (var _ = scope.onCancel(reason -> {
            thread.set(Thread.currentThread());
            told.add(reason);
        })) {
            assertThat(thread.get()).isSameAs(Thread.currentThread());
        }
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().message()).contains("before entry");

        var outer = CancelScope.create();
        boolean ended = outer.run(() -> {
            outer.cancel("from outside");
            boolean _ = CancelScope.create().run(() -> {
                var _ = CancelScope.current().onCancel(told::add);
                assertThat(told).hasSize(2);
            });
        });
        assertThat(ended).isTrue();
        assertThat(told.get(1)).isEqualTo(outer.reason().orElseThrow());
    }

    @BackendTest
    @DisplayName("C9 a callback is told when a scope around becomes cancelled, at any distance, by a deadline as well")
    void fromAround(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var called = new CountDownLatch(1);
            var outer = CancelScope.withTimeout(Duration.ofSeconds(1));
            boolean ended = outer.run(() -> {
                boolean _ = CancelScope.create()
                        .run(() -> TaskGroup.run(group -> {
                            var _ = group.scope().onCancel(reason -> {
                                told.add(reason);
                                called.countDown();
                            });
                            clock.advance(Duration.ofSeconds(1));
                            boolean _ = Failures.uninterruptibly(called);
                        }));
            });
            assertThat(ended).isTrue();
            assertThat(told).hasSize(1);
            assertThat(told.getFirst().root()).isEqualTo(outer.reason().orElseThrow());
        });
    }

    @BackendTest
    @DisplayName("C9 a callback registered before its scope is entered is told when that happens below a cancelled one")
    void beforeEntry() throws Exception {
        var called = new CountDownLatch(1);
        var inner = CancelScope.create();
        try (var _ = inner.onCancel(reason -> {
            told.add(reason);
            called.countDown();
        })) {
            boolean ended = scope.run(() -> {
                scope.cancel();
                assertThat(told).isEmpty();
                boolean _ = inner.run(() -> {
                    boolean _ = Failures.uninterruptibly(called);
                });
            });
            assertThat(ended).isTrue();
        }
        assertThat(told).containsExactly(scope.reason().orElseThrow());
    }

    @BackendTest
    @DisplayName("C9 a callback of a shielded scope is told when the shield is taken down, not before")
    void shielded() throws Exception {
        var called = new CountDownLatch(1);
        boolean ended = scope.run(() -> {
            var inner = CancelScope.create();
            inner.shield(true);
            boolean _ = inner.run(() -> {
                try (var _ = inner.onCancel(reason -> {
                    told.add(reason);
                    called.countDown();
                })) {
                    scope.cancel();
                    assertThat(told).isEmpty();
                    assertThat(inner.reason()).isEmpty();
                    inner.shield(false);
                    boolean _ = Failures.uninterruptibly(called);
                }
            });
        });
        assertThat(ended).isTrue();
        assertThat(told).containsExactly(scope.reason().orElseThrow());
    }

    @BackendTest
    @DisplayName("C9 a callback of a limited shield is told when its limit has passed")
    void limited(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var called = new CountDownLatch(1);
            boolean ended = scope.run(() -> CancelScope.shielded(Duration.ofSeconds(2), () -> {
                var _ = CancelScope.current().onCancel(reason -> {
                    told.add(reason);
                    called.countDown();
                });
                scope.cancel();
                clock.advance(Duration.ofSeconds(1));
                assertThat(told).isEmpty();
                clock.advance(Duration.ofSeconds(1));
                boolean _ = Failures.uninterruptibly(called);
            }));
            assertThat(ended).isTrue();
            assertThat(told).containsExactly(scope.reason().orElseThrow());
        });
    }

    @BackendTest
    @DisplayName("C9 a callback whose registration was closed is not called")
    void closed(TestBackend backend) throws Exception {
        int threads = backend.threads().size();
        boolean ended = scope.run(() -> {
            var registration = scope.onCancel(told::add);
            registration.close();
            registration.close();
            scope.cancel();
        });
        assertThat(ended).isTrue();
        assertThat(told).isEmpty();
        assertThat(backend.threads()).hasSize(threads);
    }

    @BackendTest
    @DisplayName("C9 closing a registration waits for its running callback")
    void closeWaits() throws Exception {
        TaskGroup.run(group -> {
            var inBody = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var callbackEnded = new AtomicBoolean();
            var closing = group.scope().onCancel(_ -> {
                inBody.countDown();
                boolean _ = Failures.uninterruptibly(release);
                callbackEnded.set(true);
            });
            group.cancel();
            boolean _ = Failures.uninterruptibly(inBody);
            var seen = new AtomicBoolean();
            var closer = new AtomicReference<Thread>();
            try (var _ = Foreign.run(() -> {
                closer.set(Thread.currentThread());
                closing.close();
                seen.set(callbackEnded.get());
            })) {
                Threads.untilRegardless(
                        () -> closer.get() != null && closer.get().getState() == Thread.State.WAITING);
                release.countDown();
            }
            assertThat(seen).as("the callback had ended when close returned").isTrue();
        });
    }

    @BackendTest
    @DisplayName("C9 closing a registration from inside its callback does not wait")
    void closeFromInside() throws Exception {
        var registration = new AtomicReference<Registration>();
        var called = new CountDownLatch(1);
        TaskGroup.run(group -> {
            registration.set(group.scope().onCancel(_ -> {
                registration.get().close();
                called.countDown();
            }));
            group.cancel();
            boolean _ = Failures.uninterruptibly(called);
        });
        assertThat(called.getCount()).isZero();
    }

    @BackendTest
    @DisplayName("C9 what a callback throws is logged, and the other callbacks are told")
    void throwing() throws Exception {
        try (var logs = LogCapture.start()) {
            var bad = new IllegalStateException("callback");
            var called = new CountDownLatch(2);
            TaskGroup.run(group -> {
                var _ = group.scope().onCancel(_ -> called.countDown());
                var _ = group.scope().onCancel(_ -> {
                    throw bad;
                });
                var _ = group.scope().onCancel(_ -> called.countDown());
                group.cancel();
                boolean _ = Failures.uninterruptibly(called);
                Threads.untilRegardless(() -> !logs.exceptions().isEmpty());
                var _ = group.scope().onCancel(_ -> {
                    throw bad; // at once: not to the caller
                });
            });
            assertThat(logs.exceptions()).containsExactly(bad, bad);
        }
    }

    @BackendTest
    @DisplayName("C9 a callback may cancel, and interrupts meant for the code do not reach it")
    void mayCancel() throws Exception {
        var interrupted = new AtomicBoolean();
        TaskGroup.run(outer -> {
            var sleeper = outer.fork(Stubborn::forever);
            TaskGroup.run(group -> {
                var _ = group.scope().onCancel(_ -> {
                    interrupted.set(Thread.currentThread().isInterrupted());
                    sleeper.cancel();
                });
                group.cancel();
            });
            assertThatThrownBy(sleeper::await).isInstanceOf(dev.espalier.TaskCancelledException.class);
        });
        assertThat(interrupted).isFalse();
    }

    @BackendTest
    @DisplayName("C9 each callback is called once or never, and not after its registration was closed, when cancel and"
            + " close race")
    void closeAgainstCancel() throws Exception {
        try (var race = new Race("close against cancel")) {
            for (int i = 0; i < Race.rounds(3_000); i++) {
                var around = CancelScope.create();
                var calls = new AtomicInteger();
                var closed = new AtomicBoolean();
                var late = new AtomicBoolean();
                int spins = race.draw(3_000);
                boolean _ = around.run(() -> {
                    var registrations = new ArrayList<Registration>();
                    for (int j = 0; j < 3; j++) {
                        registrations.add(around.onCancel(_ -> {
                            if (closed.get()) {
                                late.set(true);
                            }
                            calls.incrementAndGet();
                        }));
                    }
                    var rival = race.start(around::cancel);
                    Race.spin(spins);
                    registrations.forEach(Registration::close);
                    closed.set(true);
                    while (!rival.future().isDone()) {
                        Thread.onSpinWait();
                    }
                });
                assertThat(late).isFalse();
                assertThat(calls.get()).isLessThanOrEqualTo(3);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("C9 a callback registered while the scope is being cancelled is called exactly once")
    void registerAgainstCancel() throws Exception {
        try (var race = new Race("register against cancel")) {
            for (int i = 0; i < Race.rounds(3_000); i++) {
                var around = CancelScope.create();
                var calls = new AtomicInteger();
                int spins = race.draw(3_000);
                boolean _ = around.run(() -> {
                    var rival = race.start(around::cancel);
                    Race.spin(spins);
                    try (var _ = around.onCancel(_ -> calls.incrementAndGet())) {
                        while (!rival.future().isDone()) {
                            Thread.onSpinWait();
                        }
                        Threads.untilRegardless(() -> calls.get() > 0);
                    }
                });
                assertThat(calls).hasValue(1);
                boolean _ = CancelScope.create().run(() -> Tasks.sleep(Duration.ZERO));
            }
        }
    }
}
