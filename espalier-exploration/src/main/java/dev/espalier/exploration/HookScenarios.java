// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Espalier;
import dev.espalier.Registration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Hooks and callbacks meet the end of what they are for (C9). */
final class HookScenarios {
    private HookScenarios() {}

    @Scenario("C9 closing a registration while its callback is called: when close returns, it does not run and never"
            + " will")
    static void closeAgainstCallback() throws Exception {
        var backend = new StillBackend();
        Espalier.run(backend, () -> {
            var closed = new AtomicBoolean();
            var late = new AtomicBoolean();
            var calls = new AtomicInteger();
            var rival = new AtomicReference<Rival>();
            CancelScope scope = CancelScope.create();
            boolean _ = scope.run(() -> {
                Registration registration = scope.onCancel(reason -> {
                    calls.incrementAndGet();
                    late.set(closed.get());
                });
                rival.set(Rival.start(scope::cancel));
                registration.close();
                closed.set(true);
            });
            rival.get().await();
            backend.awaitThreads();
            Claim.that(!late.get(), "the callback ended before close returned");
            Claim.that(calls.get() <= 1, "the callback ran at most once");
            return null;
        });
    }

    @Scenario("C9 registering a callback while the scope is cancelled: it is called, once")
    static void registerAgainstCancel() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var called = new CountDownLatch(1);
            var calls = new AtomicInteger();
            CancelScope scope = CancelScope.create();
            CancelScope inner = CancelScope.create();
            boolean _ = scope.run(() -> {
                Rival canceller = Rival.start(scope::cancel);
                Rival registrar = Rival.start(() -> {
                    var _ = inner.onCancel(reason -> {
                        calls.incrementAndGet();
                        called.countDown();
                    });
                });
                CancelScope.shielded(() -> {});
                boolean _ = inner.run(() -> CancelScope.shielded(() -> {
                    canceller.await();
                    registrar.await();
                    called.await();
                }));
            });
            Claim.that(calls.get() == 1, "the callback ran once, and there were " + calls.get() + " calls");
            return null;
        });
    }

    @Scenario("C9 a hook that meets the end of its work: when `cancelling` returns, it does not run and never will")
    static void hookAgainstEnd() throws Exception {
        var backend = new StillBackend();
        Espalier.run(backend, () -> {
            var returned = new AtomicBoolean();
            var late = new AtomicBoolean();
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            boolean _ = scope.run(() -> {
                Throwable _ = Claim.thrownBy(() -> CancelScope.cancelling(() -> late.set(returned.get()), () -> {}));
                returned.set(true);
            });
            Claim.notInterrupted("after the scope");
            rival.await();
            Claim.notInterrupted("after the canceller");
            backend.awaitThreads();
            Claim.that(!late.get(), "the hook ended before cancelling returned");
            return null;
        });
    }

    @Scenario("C9 the hook stops the work before any interrupt: none comes before the grace is over")
    static void hookBeforeInterrupt() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var stop = new CountDownLatch(1);
            var began = new AtomicBoolean();
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            var thrown = new AtomicReference<@Nullable Throwable>();
            boolean _ = scope.run(() -> thrown.set(Claim.thrownBy(() -> CancelScope.cancelling(stop::countDown, () -> {
                began.set(true);
                stop.await(); // an InterruptedException in here is a defect
                throw new ArithmeticException("stopped");
            }))));
            Claim.that(
                    thrown.get() instanceof CancelledException told
                            && (!began.get() || told.getCause() instanceof ArithmeticException),
                    "the hook stopped the work, and no interrupt did: " + thrown.get());
            Claim.notInterrupted("after the scope");
            rival.await();
            return null;
        });
    }

    @Scenario("C9 C3 the end of the grace that meets the end of the work leaves no interrupt behind")
    static void graceAgainstEnd() throws Exception {
        var backend = new StillBackend();
        Espalier.run(backend, () -> {
            var stop = new CountDownLatch(1);
            CancelScope scope = CancelScope.create();
            Rival canceller = Rival.start(scope::cancel);
            Rival time = Rival.start(() -> {
                stop.await(); // the hook has begun, and set the timer
                backend.passTime();
            });
            boolean _ = scope.run(() -> {
                try {
                    CancelScope.cancelling(stop::countDown, () -> stop.await());
                } finally {
                    stop.countDown(); // where neither hook nor body ran
                }
            });
            Claim.notInterrupted("after the scope");
            canceller.await();
            time.await();
            Claim.notInterrupted("after the timer");
            return null;
        });
    }
}
