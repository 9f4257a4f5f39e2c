// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;

/** Rule C11: shields, but for their limits in time. */
public class ShieldTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final CancelScope outer = CancelScope.create();
    private final CancelScope inner = CancelScope.create();
    private final List<String> steps = new ArrayList<>();

    private static boolean status() {
        return Thread.currentThread().isInterrupted();
    }

    private static boolean passes() {
        try {
            CancelScope.checkpoint();
            return true;
        } catch (CancelledException e) {
            return false;
        }
    }

    @BackendTest
    @DisplayName("C11 a shielded body completes in a cancelled scope, and the next blocking call after it is cancelled")
    void protects() throws Exception {
        for (boolean limited : new boolean[] {false, true}) {
            var scope = CancelScope.create();
            steps.clear();
            boolean ended = scope.run(() -> {
                dev.espalier.VoidBody<RuntimeException> body = () -> {
                    scope.cancel();
                    CancelScope.checkpoint();
                    Tasks.sleep(Duration.ofNanos(1));
                    assertThat(TaskGroup.<Integer, RuntimeException>call(
                                            g -> g.fork(() -> 1).await())
                                    .intValue())
                            .isEqualTo(1);
                    assertThat(CancelScope.current().reason()).isEmpty();
                    steps.add("cleaned up");
                };
                if (limited) {
                    CancelScope.shielded(LONG, body);
                } else {
                    CancelScope.shielded(body);
                }
                steps.add("after the shield");
                Tasks.sleep(LONG);
                steps.add("behind");
            });
            assertThat(ended).isFalse();
            assertThat(steps).containsExactly("cleaned up", "after the shield");
        }
    }

    @BackendTest
    @DisplayName("C11 a shield returns the value of its body, and throws its exception as it is")
    void results() throws Exception {
        String value = CancelScope.shielded(() -> "value");
        assertThat(value).isEqualTo("value");
        String limited = CancelScope.shielded(LONG, () -> "value");
        assertThat(limited).isEqualTo("value");
        var failure = new IOException("x");
        assertThatThrownBy(() -> CancelScope.shielded(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @BackendTest
    @DisplayName("C11 a pending interrupt of an enclosing scope is held back in the shield, and delivered after it")
    void heldBack() throws Exception {
        boolean ended = outer.run(() -> {
            outer.cancel();
            assertThat(status()).isTrue();
            CancelScope.shielded(() -> {
                assertThat(status()).as("in the shield").isFalse();
                Thread.sleep(Duration.ofNanos(1)); // a blocking call of the JDK
                steps.add("shielded");
            });
            assertThat(status()).as("after the shield").isTrue();
            Stubborn.forever();
        });
        assertThat(ended).isFalse();
        assertThat(steps).containsExactly("shielded");
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C11 a cancellation that comes while the shield stands is delivered after it")
    void cameMeanwhile() throws Exception {
        boolean ended = outer.run(() -> {
            CancelScope.shielded(() -> {
                outer.cancel();
                assertThat(status()).as("in the shield").isFalse();
            });
            assertThat(status()).as("after the shield").isTrue();
            Stubborn.forever();
        });
        assertThat(ended).isFalse();
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C11 an empty shield in a finally block loses neither the cancellation on its way nor a later one")
    void emptyShield() throws Exception {
        boolean ended = outer.run(() -> {
            outer.cancel();
            try {
                CancelScope.checkpoint();
            } finally {
                CancelScope.shielded(() -> {});
                assertThat(passes()).isFalse();
            }
        });
        assertThat(ended).isFalse();
        assertThat(outer.cancelledCaught()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "C11 in a shield the current scope is the shield's; its own cancel ends its body, and nothing around it")
    void ownCancel() throws Exception {
        var ended = outer.run(() -> {
            CancelScope.shielded(() -> {
                assertThat(CancelScope.current()).isNotSameAs(outer);
                assertThat(CancelScope.current().isShielded()).isTrue();
                CancelScope.current().cancel();
                Tasks.sleep(LONG);
                steps.add("behind");
            });
            CancelScope.checkpoint();
            steps.add("after the shield");
        });
        assertThat(ended).isTrue();
        assertThat(steps).containsExactly("after the shield");
    }

    @BackendTest
    @DisplayName("C11 a shielded scope's own cancel works although an enclosing one is cancelled")
    void ownCancelInCancelled() throws Exception {
        inner.shield(true);
        boolean ended = outer.run(() -> {
            outer.cancel();
            boolean innerEnded = inner.run(() -> {
                CancelScope.checkpoint();
                steps.add("protected");
                inner.cancel();
                Tasks.sleep(LONG);
            });
            assertThat(innerEnded).isFalse();
            assertThat(inner.cancelledCaught()).isTrue();
            steps.add("between");
        });
        assertThat(ended).isTrue();
        assertThat(steps).containsExactly("protected", "between");
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C11 a scope inside a shield can be cancelled, and after it the shield holds again")
    void scopeInShield() throws Exception {
        boolean ended = outer.run(() -> CancelScope.shielded(() -> {
            outer.cancel();
            boolean innerEnded = inner.run(() -> {
                assertThat(passes()).isTrue();
                inner.cancel();
                Stubborn.forever();
            });
            assertThat(innerEnded).isFalse();
            assertThat(passes()).isTrue();
            assertThat(status()).isFalse();
            steps.add("held");
        }));
        assertThat(ended).isTrue();
        assertThat(steps).containsExactly("held");
    }

    @BackendTest
    @DisplayName(
            "C11 the shield of a scope is put up and taken down under a cancelled one: checkpoints pass, throw, pass")
    void toggled() throws Exception {
        inner.shield(true);
        assertThat(inner.isShielded()).isTrue();
        boolean ended = outer.run(() -> {
            outer.cancel();
            boolean innerEnded = inner.run(() -> {
                assertThat(passes()).as("put up before entry").isTrue();
                inner.shield(false);
                assertThat(inner.isShielded()).isFalse();
                assertThat(status()).as("delivered when taken down").isTrue();
                assertThat(passes()).as("down").isFalse();
                inner.shield(true);
                assertThat(passes()).as("up").isTrue();
                inner.shield(false);
                assertThat(passes()).as("down").isFalse();
                inner.shield(true);
            });
            assertThat(innerEnded).isTrue();
            steps.add("between");
        });
        assertThat(ended).isTrue();
        assertThat(steps).containsExactly("between");
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C11 a shield put up over a delivered interrupt holds it back, and taken down delivers it again")
    void raisedOverInterrupt() throws Exception {
        boolean ended = outer.run(() -> {
            boolean _ = inner.run(() -> {
                outer.cancel();
                assertThat(status()).isTrue();
                inner.shield(true);
                assertThat(status()).as("held back").isFalse();
                inner.shield(false);
                assertThat(status()).as("delivered").isTrue();
                inner.shield(true);
            });
            assertThat(status()).as("after the scope").isTrue();
            Stubborn.forever();
        });
        assertThat(ended).isFalse();
    }

    @BackendTest
    @DisplayName("C11 the innermost shield decides: scopes between it and the cancelled ones do not matter")
    void nested() throws Exception {
        for (boolean shieldOutside : new boolean[] {false, true}) {
            for (boolean both : new boolean[] {false, true}) {
                var first = CancelScope.create();
                var second = CancelScope.create();
                steps.clear();
                dev.espalier.VoidBody<RuntimeException> cancels = () -> {
                    first.cancel();
                    if (both) {
                        second.cancel();
                    }
                    CancelScope.checkpoint();
                    steps.add("passed");
                };
                boolean ended = first.run(() -> {
                    boolean _ = second.run(() -> {
                        if (shieldOutside) {
                            CancelScope.shielded(() -> {
                                boolean _ = CancelScope.create().run(cancels);
                            });
                        } else {
                            boolean _ = CancelScope.create().run(() -> CancelScope.shielded(cancels));
                        }
                        CancelScope.checkpoint();
                        steps.add("behind");
                    });
                    steps.add("behind");
                });
                assertThat(ended).isFalse();
                assertThat(steps).containsExactly("passed");
                assertThat(first.cancelledCaught()).isTrue();
            }
        }
    }

    @BackendTest
    @DisplayName("C11 an interrupt from elsewhere is not held back by a shield")
    void foreign() throws Exception {
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(() -> CancelScope.shielded(Stubborn::forever))
                    .isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(status()).isFalse();
    }

    @BackendTest
    @DisplayName("C11 the shield of a group's scope protects its tasks; taken down, they are interrupted at once")
    void shieldOfGroup() throws Exception {
        boolean ended = outer.run(() -> TaskGroup.run(group -> {
            group.scope().shield(true);
            outer.cancel();
            assertThat(group.isCancelled()).isFalse();
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            var _ = stubborn.awaitHolding();
            assertThat(stubborn.interrupts()).isZero();
            CancelScope.checkpoint();
            group.scope().shield(false);
            assertThat(group.isCancelled()).isTrue();
            Threads.untilRegardless(() -> stubborn.interrupts() == 1);
            stubborn.release();
            Threads.untilRegardless(task::isDone);
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            steps.add("reached");
            CancelScope.checkpoint();
            steps.add("behind");
        }));
        assertThat(ended).isFalse();
        assertThat(steps).containsExactly("reached");
    }

    @BackendTest
    @DisplayName("C11 shield(boolean) from another thread throws WrongThreadException and changes nothing")
    void otherThread() throws Exception {
        var refused = new AtomicBoolean();
        boolean ended = outer.run(() -> {
            boolean _ = inner.run(() -> {
                try (var _ = Foreign.run(() -> {
                    assertThatThrownBy(() -> inner.shield(true)).isInstanceOf(WrongThreadException.class);
                    refused.set(true);
                })) {
                    outer.cancel();
                }
                assertThat(inner.isShielded()).isFalse();
                assertThat(passes()).isFalse();
            });
        });
        assertThat(ended).isTrue();
        assertThat(refused).isTrue();

        TaskGroup.run(group -> {
            var task = group.fork(() ->
                    assertThatThrownBy(() -> group.scope().shield(true)).isInstanceOf(WrongThreadException.class));
            var _ = task.await();
            assertThat(group.scope().isShielded()).isFalse();
        });
    }
}
