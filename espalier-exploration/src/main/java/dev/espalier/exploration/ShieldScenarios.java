// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Shields go up and down while a cancellation arrives (C11). */
final class ShieldScenarios {
    private ShieldScenarios() {}

    @Scenario("C11 a cancellation that meets the raising of a shield is held back, and delivered after it")
    static void cancelAgainstShield() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope scope = CancelScope.create();
            Rival rival = Rival.start(scope::cancel);
            boolean _ = scope.run(() -> {
                CancelScope.shielded(() -> {
                    Claim.that(!Thread.currentThread().isInterrupted(), "no interrupt is pending in the shield");
                    CancelScope.checkpoint();
                    Claim.that(!Thread.currentThread().isInterrupted(), "no interrupt comes in the shield");
                });
                new CountDownLatch(1).await();
            });
            Claim.that(scope.cancelledCaught(), "the wait after the shield was interrupted");
            Claim.notInterrupted("after the scope");
            rival.await();
            Claim.notInterrupted("after the canceller");
            return null;
        });
    }

    @Scenario("C11 a shield that is moved up and down by its thread loses no cancellation and lets none through")
    static void shieldMoved() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            CancelScope outer = CancelScope.create();
            CancelScope inner = CancelScope.create();
            Rival rival = Rival.start(outer::cancel);
            boolean _ = outer.run(() -> {
                boolean _ = inner.run(() -> {
                    inner.shield(/* shielded= */ true);
                    Claim.that(!Thread.currentThread().isInterrupted(), "no interrupt is pending in the shield");
                    inner.shield(/* shielded= */ false);
                    inner.shield(/* shielded= */ true);
                    Claim.that(!Thread.currentThread().isInterrupted(), "none either the second time");
                    inner.shield(/* shielded= */ false);
                    new CountDownLatch(1).await();
                });
            });
            Claim.that(outer.cancelledCaught(), "the wait without the shield was interrupted");
            Claim.notInterrupted("after the scopes");
            rival.await();
            return null;
        });
    }

    @Scenario(
            "C11 the limit of a shield that passes while the shield ends delivers what it held back, and nothing leaks")
    static void limitAgainstEndOfShield() throws Exception {
        var backend = new StillBackend();
        Espalier.run(backend, () -> {
            CancelScope scope = CancelScope.create();
            Rival canceller = Rival.start(scope::cancel);
            Rival time = Rival.start(backend::passTime);
            boolean _ = scope.run(() -> {
                CancelScope.shielded(Duration.ofSeconds(1), () -> {});
                new CountDownLatch(1).await();
            });
            Claim.that(scope.cancelledCaught(), "the wait after the shield was interrupted");
            Claim.notInterrupted("after the scope");
            canceller.await();
            time.await();
            Claim.notInterrupted("after the rivals");
            return null;
        });
    }

    @Scenario("C11 C4 an interrupt from elsewhere is not held back for ever, nor lost, by a shield")
    static void foreignAgainstShield() throws Exception {
        Espalier.run(new StillBackend(), () -> {
            Thread me = Thread.currentThread();
            Rival rival = Rival.start(me::interrupt);
            CancelScope.shielded(() -> {});
            boolean seen = Thread.interrupted() || Claim.thrownBy(rival::await) instanceof InterruptedException;
            Claim.that(seen || Thread.interrupted(), "the interrupt is still there");
            return null;
        });
    }
}
