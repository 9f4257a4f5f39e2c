// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Rule C9: hooks that race with the ends of their bodies. */
public class HookRaceTest {
    @BackendTest
    @DisplayName("C9 a hook never runs outside its call, and each call ends with all of it, when the two race")
    void hookAgainstReturn() throws Exception {
        try (var race = new Race("hook against return")) {
            int ran = 0;
            for (int i = 0; i < Race.rounds(3_000); i++) {
                var around = CancelScope.create();
                var inside = new AtomicBoolean(true);
                var outside = new AtomicBoolean();
                var begun = new AtomicBoolean();
                var finished = new AtomicBoolean();
                int spins = race.draw(4_000);
                var rival = race.start(around::cancel);
                boolean _ = around.run(() -> {
                    try {
                        CancelScope.cancelling(
                                () -> {
                                    begun.set(true);
                                    Race.spin(100);
                                    if (!inside.get()) {
                                        outside.set(true);
                                    }
                                    finished.set(true);
                                },
                                () -> Race.spin(spins));
                    } finally {
                        inside.set(false);
                        assertThat(finished.get())
                                .as("the hook that began has ended")
                                .isEqualTo(begun.get());
                    }
                });
                while (!rival.future().isDone()) {
                    Thread.onSpinWait();
                }
                assertThat(outside).isFalse();
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                if (begun.get()) {
                    ran++;
                }
            }
            System.out.println("hook against return: " + ran + " hooks ran");
        }
    }

    @BackendTest
    @DisplayName("C9 the hook runs in every call whose body got its cancellation, when entering races with it")
    void hookAgainstEntry() throws Exception {
        try (var race = new Race("hook against entry")) {
            for (int i = 0; i < Race.rounds(3_000); i++) {
                var around = CancelScope.create();
                var hooks = new AtomicInteger();
                var ran = new AtomicBoolean();
                int spins = race.draw(4_000);
                var rival = race.start(around::cancel);
                boolean _ = around.run(() -> {
                    Race.spin(spins);
                    try {
                        CancelScope.cancelling(hooks::incrementAndGet, () -> {
                            ran.set(true);
                            while (hooks.get() == 0) { // would never end if the cancellation were missed
                                Thread.onSpinWait();
                            }
                        });
                    } catch (CancelledException e) {
                        assertThat(ran).isFalse();
                        throw e;
                    }
                });
                while (!rival.future().isDone()) {
                    Thread.onSpinWait();
                }
                assertThat(hooks).hasValue(ran.get() ? 1 : 0);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        }
    }
}
