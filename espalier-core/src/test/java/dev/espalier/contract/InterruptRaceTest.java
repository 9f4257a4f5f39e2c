// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.VoidBody;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** Rules C3 and C4 against the clock: cancellations from another thread that race with the ends of scopes. */
public class InterruptRaceTest {
    private static SplittableRandom random(String name) {
        long seed = Long.getLong("espalier.race", System.nanoTime());
        System.out.println(name + ": -Despalier.race=" + seed);
        return new SplittableRandom(seed);
    }

    /** Does each thing that is put into it after a little time, on a thread of its own that does not park, and says when it has. */
    private static final class Canceller implements AutoCloseable {
        private volatile @Nullable Runnable next;
        private volatile int spins;
        private volatile boolean taken;
        private volatile boolean end;
        private final Foreign thread = Foreign.run(() -> {
            for (int idle = 0; !end; idle++) {
                var action = next;
                if (action != null) {
                    taken = true;
                    Race.spin(spins);
                    action.run();
                    next = null;
                    idle = 0;
                } else {
                    pause(idle);
                }
            }
        });

        private static void pause(int idle) {
            if (idle % 100 == 99) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }

        void soon(Runnable action, int delay) {
            taken = false;
            spins = delay;
            next = action;
        }

        /** Waits until its thread runs, so that the two are at work at the same time. */
        void awaitTaken() {
            for (int i = 0; !taken; i++) {
                pause(i);
            }
        }

        /** Waits until it is done. */
        void await() {
            for (int i = 0; next != null; i++) {
                pause(i);
            }
        }

        @Override
        public void close() {
            end = true;
            thread.close();
        }
    }

    @BackendTest
    @DisplayName("C3 of 100,000 scopes that are cancelled while they end, none leaves an interrupt")
    void endOfScope() throws Exception {
        var random = random("end of scope");
        int caught = 0;
        try (var canceller = new Canceller()) {
            for (int i = 0; i < Race.rounds(100_000); i++) {
                var scope = CancelScope.create();
                int kind = random.nextInt(4);
                int spins = random.nextInt(300);
                canceller.soon(scope::cancel, random.nextInt(300));
                if (!scope.run(body(canceller, kind, spins))) {
                    caught++;
                }
                canceller.await(); // the cancel has returned, so that an interrupt would have arrived
                if (Thread.currentThread().isInterrupted()) {
                    throw new AssertionError("scope " + i + " of kind " + kind + " leaked an interrupt");
                }
                if (!scope.cancelCalled() && scope.cancelledCaught()) {
                    throw new AssertionError("scope " + i + " caught what was not called");
                }
            }
        }
        assertThat(caught).as("scopes that were reached in time").isPositive();
    }

    private static VoidBody<RuntimeException> body(Canceller canceller, int kind, int spins) {
        VoidBody<RuntimeException> body = switch (kind) {
            case 0 -> () -> Race.spin(spins);
            case 1 ->
                () -> {
                    Race.spin(spins);
                    CancelScope.checkpoint();
                };
            case 2 ->
                () -> {
                    for (int i = 0; i < spins; i++) {
                        CancelScope.checkpoint();
                    }
                };
            default ->
                () -> {
                    Race.spin(spins);
                    if (Thread.interrupted()) {
                        Thread.currentThread().interrupt(); // as code does that restores the status
                    }
                };
        };
        return () -> {
            canceller.awaitTaken();
            body.call();
        };
    }

    @BackendTest
    @DisplayName(
            "C3 of 30,000 nested scopes of which one is cancelled while they end, none leaves an interrupt, and the"
                    + " right one absorbs")
    void nestedScopes() throws Exception {
        var random = random("nested scopes");
        try (var canceller = new Canceller()) {
            for (int i = 0; i < Race.rounds(30_000); i++) {
                var outer = CancelScope.create();
                var inner = CancelScope.create();
                boolean cancelsOuter = random.nextBoolean();
                int kind = random.nextInt(4);
                int spins = random.nextInt(200);
                canceller.soon((cancelsOuter ? outer : inner)::cancel, random.nextInt(300));
                boolean ended = outer.run(() -> {
                    boolean _ = inner.run(body(canceller, kind, spins));
                    Race.spin(spins);
                });
                canceller.await();
                assertThat(Thread.currentThread().isInterrupted())
                        .as("interrupt left after %d", i)
                        .isFalse();
                assertThat(ended).isEqualTo(!outer.cancelledCaught());
                assertThat(cancelsOuter ? inner.cancelledCaught() : outer.cancelledCaught())
                        .as("absorbed by the wrong one, %d", i)
                        .isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("C3 of 2,000 groups that are cancelled while they end, none leaves an interrupt on its owner")
    void endOfGroup() throws Exception {
        var random = random("end of group");
        try (var canceller = new Canceller()) {
            for (int i = 0; i < Race.rounds(2_000); i++) {
                int spins = random.nextInt(2_000);
                int delay = random.nextInt(4_000);
                TaskGroup.run(group -> {
                    canceller.soon(group::cancel, delay);
                    var _ = group.fork(() -> Race.spin(spins));
                    canceller.awaitTaken();
                    Race.spin(spins);
                });
                canceller.await();
                assertThat(Thread.currentThread().isInterrupted())
                        .as("interrupt left after %d", i)
                        .isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("C3 of 20,000 scopes cancelled while their thread parks, none hangs and none leaves an interrupt")
    void parked() throws Exception {
        var random = random("parked");
        try (var canceller = new Canceller()) {
            for (int i = 0; i < Race.rounds(20_000); i++) {
                var scope = CancelScope.create();
                boolean jdk = random.nextBoolean();
                canceller.soon(scope::cancel, random.nextInt(200));
                boolean ended = scope.run(() -> {
                    if (jdk) {
                        Stubborn.forever();
                    } else {
                        while (true) {
                            CancelScope.checkpoint();
                            LockSupport.park(scope); // returns at once while the interrupt is pending
                        }
                    }
                });
                canceller.await();
                assertThat(ended).isFalse();
                assertThat(Thread.currentThread().isInterrupted())
                        .as("interrupt left after %d", i)
                        .isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere is not lost while scopes that are not cancelled begin and end")
    void foreignIsNotLost() throws Exception {
        var random = random("foreign");
        var owner = Thread.currentThread();
        for (int i = 0; i < Race.rounds(3_000); i++) {
            int delay = random.nextInt(300);
            var sent = new CountDownLatch(1);
            var _ = Thread.ofVirtual().start(() -> {
                Race.spin(delay);
                owner.interrupt();
                sent.countDown();
            });
            for (int j = 0; sent.getCount() > 0; j++) {
                assertThat(CancelScope.create().run(() -> CancelScope.shielded(CancelScope::checkpoint)))
                        .isTrue();
                if (j % 100 == 99) {
                    Thread.yield();
                }
            }
            assertThat(Thread.interrupted()).as("interrupt %d", i).isTrue();
        }
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere that races with the end of a cancelled scope is merged or kept, and"
            + " nothing else is broken")
    void foreignAgainstCancel() throws Exception {
        var random = random("foreign against cancel");
        var owner = Thread.currentThread();
        try (var canceller = new Canceller()) {
            for (int i = 0; i < Race.rounds(20_000); i++) {
                var scope = CancelScope.create();
                int spins = random.nextInt(400);
                int between = random.nextInt(100);
                boolean interruptFirst = random.nextBoolean();
                canceller.soon(
                        () -> {
                            if (interruptFirst) {
                                owner.interrupt();
                            }
                            Race.spin(between);
                            scope.cancel();
                            if (!interruptFirst) {
                                owner.interrupt();
                            }
                        },
                        random.nextInt(300));
                boolean _ = scope.run(() -> {
                    canceller.awaitTaken();
                    Race.spin(spins);
                });
                canceller.await();
                boolean _ = Thread.interrupted();
                assertThat(CancelScope.create().run(CancelScope::checkpoint)).isTrue();
                assertThat(owner.isInterrupted()).isFalse();
            }
        }
    }
}
