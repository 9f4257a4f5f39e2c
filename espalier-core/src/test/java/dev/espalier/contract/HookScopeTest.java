// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Rule C9: hooks among scopes and shields. */
public class HookScopeTest {
    private final CancelScope scope = CancelScope.create();
    private final AtomicInteger hooks = new AtomicInteger();
    private final CountDownLatch hooked = new CountDownLatch(1);

    private void hook() {
        hooks.incrementAndGet();
        hooked.countDown();
    }

    @BackendTest
    @DisplayName("C9 the hook runs once although two scopes around are cancelled one after the other")
    void twoScopes() throws Exception {
        var inner = CancelScope.create();
        boolean ended = scope.run(() -> {
            boolean _ = inner.run(() -> CancelScope.cancelling(this::hook, () -> {
                inner.cancel();
                boolean _ = Failures.uninterruptibly(hooked);
                scope.cancel();
            }));
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(hooks).hasValue(1);
    }

    @BackendTest
    @DisplayName("C9 a scope inside the body interrupts as usual, and does not run the hook")
    void scopeInside() throws Exception {
        var inner = CancelScope.create();
        CancelScope.cancelling(this::hook, () -> {
            try (var _ = WhenBlocked.me(inner::cancel)) {
                assertThat(inner.run(Stubborn::forever)).isFalse();
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
        assertThat(hooks).hasValue(0);
    }

    @BackendTest
    @DisplayName("C9 the current scope in the body is the one around the call")
    void transparent() throws Exception {
        boolean ended = scope.run(() -> {
            CancelScope.cancelling(
                    this::hook, () -> assertThat(CancelScope.current()).isSameAs(scope));
            assertThat(CancelScope.current()).isSameAs(scope);
        });
        assertThat(ended).isTrue();
    }

    @BackendTest
    @DisplayName("C9 a shield inside the body does not keep the hook of the call around it from running")
    void shieldInside() throws Exception {
        boolean ended = scope.run(() -> CancelScope.cancelling(
                this::hook,
                () -> CancelScope.shielded(() -> {
                    scope.cancel();
                    boolean _ = Failures.uninterruptibly(hooked);
                    CancelScope.checkpoint();
                })));
        assertThat(ended).isTrue();
        assertThat(hooks).hasValue(1);
    }

    @BackendTest
    @DisplayName("C9 a shield raised after the hook began protects the rest, and the body's exception still is the"
            + " cancellation")
    void shieldRaised() throws Exception {
        var inner = CancelScope.create();
        var failure = new IOException("closed");
        boolean ended = scope.run(() -> {
            var thrown = catchThrowableOfType(
                    CancelledException.class,
                    () -> inner.run(() -> CancelScope.cancelling(this::hook, () -> {
                        scope.cancel();
                        boolean _ = Failures.uninterruptibly(hooked);
                        inner.shield(true);
                        CancelScope.checkpoint();
                        throw failure;
                    })));
            assertThat(thrown.getCause()).isSameAs(failure);
            throw thrown;
        });
        assertThat(ended).isFalse();
        assertThat(hooks).hasValue(1);
    }

    @BackendTest
    @DisplayName(
            "C9 the hook of a call in a shield runs when the shield is taken down, or its limit has passed, not before")
    void shieldAround(TestBackend backend) throws Exception {
        var inner = CancelScope.create();
        inner.shield(true);
        boolean ended = scope.run(() -> {
            boolean _ = inner.run(() -> CancelScope.cancelling(this::hook, () -> {
                scope.cancel();
                assertThat(hooks).hasValue(0);
                inner.shield(false);
                assertThat(Failures.uninterruptibly(hooked)).as("interrupted").isFalse();
            }));
        });
        assertThat(ended).isTrue();
        assertThat(hooks).hasValue(1);

        ManualClock.run(backend, clock -> {
            var around = CancelScope.create();
            var again = new CountDownLatch(1);
            boolean aroundEnded = around.run(() -> CancelScope.shielded(
                    Duration.ofSeconds(2),
                    () -> CancelScope.cancelling(again::countDown, () -> {
                        around.cancel();
                        clock.advance(Duration.ofSeconds(1));
                        assertThat(again.getCount()).isEqualTo(1);
                        clock.advance(Duration.ofSeconds(1));
                        assertThat(Failures.uninterruptibly(again))
                                .as("interrupted")
                                .isFalse();
                    })));
            assertThat(aroundEnded).isTrue();
        });
    }
}
