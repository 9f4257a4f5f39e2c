// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.Espalier;
import dev.espalier.TaskGroup;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Interrupts meet the exits of scopes. */
final class InterruptScenarios {
    private InterruptScenarios() {}

    @Scenario("C3 a cancellation that meets the exit of its scope leaves no interrupt behind")
    static void cancelAgainstExit() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            boolean _ = scope.run(() -> {});
            Claim.notInterrupted("after the scope");
            rival.await();
            Claim.notInterrupted("after the canceller");
            return null;
        });
    }

    @Scenario("C3 C7 the same, where the body blocks, or passes a checkpoint")
    static void cancelAgainstBlockingBody() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            boolean ended = scope.run(() -> {
                Throwable thrown = Claim.thrownBy(() -> new CountDownLatch(1).await());
                Claim.that(thrown instanceof InterruptedException, "the wait was interrupted");
                CancelScope.checkpoint();
            });
            Claim.that(!ended && scope.cancelledCaught(), "the scope absorbed its cancellation");
            Claim.notInterrupted("after the scope");
            rival.await();
            Claim.notInterrupted("after the canceller");
            return null;
        });
    }

    @Scenario("C3 C6 two scopes around one another, cancelled at the same time by two threads: nothing is left behind")
    static void twoCancellations() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope outer = CancelScope.create();
            CancelScope inner = CancelScope.create();
            Rival one = Rival.start(inner::cancel);
            Rival two = Rival.start(outer::cancel);
            boolean passed = outer.run(() -> {
                boolean _ = inner.run(CancelScope::checkpoint);
                if (!outer.cancelCalled()) {
                    Claim.that(!Thread.currentThread().isInterrupted() || outer.cancelCalled(), "no interrupt between");
                }
                boolean before = outer.cancelCalled();
                Throwable thrown = Claim.thrownBy(CancelScope::checkpoint);
                Claim.that(!before || thrown != null, "a cancelled scope's checkpoint throws");
            });
            Claim.that(passed || outer.cancelledCaught(), "it ended, or was caught");
            Claim.notInterrupted("after the scopes");
            one.await();
            two.await();
            Claim.notInterrupted("after the cancellers");
            return null;
        });
    }

    @Scenario(
            "C6 C8 a cancellation around that meets the exit of a cancelled scope still interrupts what comes after it")
    static void outerCancelAgainstInnerExit() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope outer = CancelScope.create();
            CancelScope inner = CancelScope.create();
            inner.cancel();
            Rival rival = Rival.start(outer::cancel);
            boolean _ = outer.run(() -> {
                boolean _ = inner.run(() -> {
                    Throwable _ = Claim.thrownBy(() -> new CountDownLatch(1).await());
                });
                new CountDownLatch(1).await();
            });
            Claim.that(outer.cancelledCaught(), "the wait after the inner scope was interrupted");
            Claim.notInterrupted("after the scopes");
            rival.await();
            return null;
        });
    }

    @Scenario("C4 an interrupt from elsewhere that meets the exit of a scope is not swallowed")
    static void foreignAgainstExit() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            Thread me = Thread.currentThread();
            Rival rival = Rival.start(me::interrupt);
            boolean ended = CancelScope.create().run(() -> {});
            boolean seen = Thread.interrupted() || Claim.thrownBy(rival::await) instanceof InterruptedException;
            Claim.that(ended && (seen || Thread.interrupted()), "the interrupt is still there");
            return null;
        });
    }

    @Scenario("C3 C4 an interrupt that was pending at the entry is pending after the exit, whatever is cancelled"
            + " meanwhile")
    static void pendingBefore() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            Thread.currentThread().interrupt();
            boolean _ = scope.run(() -> {});
            Claim.that(Thread.interrupted(), "the interrupt is still there");
            rival.await();
            Claim.notInterrupted("after the canceller");
            return null;
        });
    }

    @Scenario("C2 C3 a scope that is cancelled while it is entered interrupts its body, and leaves nothing behind")
    static void cancelAgainstEntry() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope outer = CancelScope.create();
            Rival rival = Rival.start(outer::cancel);
            boolean _ = outer.run(() -> {
                boolean _ = CancelScope.create().run(() -> new CountDownLatch(1).await());
            });
            Claim.that(outer.cancelledCaught(), "the wait was interrupted");
            Claim.notInterrupted("after the scope");
            rival.await();
            return null;
        });
    }

    @Scenario("T5 C3 a deadline that passes while its scope ends leaves no interrupt behind")
    static void deadlineAgainstExit() throws Exception {
        var backend = new StillBackend();
        Espalier.run(backend, () -> {
            CancelScope scope = CancelScope.withTimeout(Duration.ofSeconds(1));
            Rival rival = Rival.start(backend::passTime);
            boolean _ = scope.run(() -> {});
            Claim.notInterrupted("after the scope");
            rival.await();
            Claim.notInterrupted("after the timer");
            return null;
        });
    }

    @Scenario("T4 T5 a deadline that is moved while it passes cancels, or does not, and leaves nothing behind")
    static void deadlineMoved() throws Exception {
        var backend = new StillBackend();
        Espalier.run(backend, () -> {
            CancelScope scope = CancelScope.withTimeout(Duration.ofSeconds(1));
            Rival time = Rival.start(backend::passTime);
            boolean ended = scope.run(() -> {
                Rival mover = Rival.start(() -> scope.deadline(Deadline.NONE));
                mover.await();
            });
            Claim.that(ended || scope.cancelledCaught(), "it ended, or was cancelled");
            Claim.notInterrupted("after the scope");
            time.await();
            Claim.notInterrupted("after the timer");
            return null;
        });
    }

    @Scenario("C15 C16 a group that is cancelled while its body ends leaves no interrupt on its owner")
    static void cancelAgainstEndOfGroup() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            var rival = new java.util.concurrent.atomic.AtomicReference<Rival>();
            TaskGroup.run(group -> {
                rival.set(Rival.start(group::cancel));
                var _ = group.fork(() -> {});
            });
            Claim.notInterrupted("after the group");
            rival.get().await();
            Claim.notInterrupted("after the canceller");
            return null;
        });
    }
}
