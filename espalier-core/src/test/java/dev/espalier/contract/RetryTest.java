// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Backoff;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Retry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** K6: retries. */
public class RetryTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Retry attempts(int n) {
        return Retry.attempts(n).backoff(Backoff.none());
    }

    @BackendTest
    @DisplayName("K6 the first success is returned, and there is no attempt after it")
    void firstSuccess() throws Exception {
        for (int failures = 0; failures < 3; failures++) {
            var flaky = new Flaky(failures);
            assertThat(attempts(3).<Integer, IOException>call(flaky::call)).isEqualTo(failures + 1);
            assertThat(flaky.calls).isEqualTo(failures + 1);
        }
        assertThat(attempts(1).<@Nullable String, RuntimeException>call(() -> null))
                .isNull();
    }

    @BackendTest
    @DisplayName("K6 the last failure is thrown, with its static type, and the earlier ones suppressed in order")
    void lastFailure() throws Exception {
        var flaky = new Flaky(9);
        try {
            attempts(4).run(flaky::call);
            throw new AssertionError("it returned");
        } catch (IOException e) { // compiles only if its type is kept
            assertThat(e).isSameAs(flaky.thrown.get(3));
            assertThat(e.getSuppressed()).containsExactlyElementsOf(flaky.thrown.subList(0, 3));
        }
        assertThat(flaky.calls).isEqualTo(4);
    }

    @BackendTest
    @DisplayName(
            "K6 an exception that is thrown again and again is not suppressed in itself, nor twice, nor in a circle")
    void sameException() throws Exception {
        var same = new IOException("same");
        assertThat(catchThrowable(() -> attempts(3).run(() -> {
                    throw same;
                })))
                .isSameAs(same);
        assertThat(same.getSuppressed()).isEmpty();

        var other = new IOException("other");
        var order = List.of(other, same, other, same).iterator();
        assertThat(catchThrowable(() -> attempts(4).run(() -> {
                    throw order.next();
                })))
                .isSameAs(same);
        assertThat(same.getSuppressed()).containsExactly(other);

        var cause = new IOException("cause");
        var wrapper = new UncheckedIOException(cause);
        var wrapped = List.of(cause, wrapper).iterator();
        assertThat(catchThrowable(() -> attempts(2).run(() -> sneak(wrapped.next()))))
                .isSameAs(wrapper);
        assertThat(wrapper.getSuppressed()).isEmpty(); // it is the cause already

        var unwrapped = List.<Exception>of(wrapper, cause).iterator();
        try (var logs = LogCapture.start()) {
            assertThat(catchThrowable(() -> attempts(2).run(() -> sneak(unwrapped.next()))))
                    .isSameAs(cause);
            assertThat(logs.exceptions()).containsExactly(wrapper);
        }
        assertThat(cause.getSuppressed()).isEmpty();
    }

    private static void sneak(Throwable failure) {
        Failures.<RuntimeException>sneak(failure);
    }

    @BackendTest
    @DisplayName("K6 earlier failures that the last one cannot take, since its suppression is disabled, are logged")
    void suppressionDisabled() throws Exception {
        final class Closed extends Exception {
            private static final long serialVersionUID = 1;

            Closed() {
                super("closed", null, /* enableSuppression= */ false, /* writableStackTrace= */ true);
            }
        }
        var first = new IOException("first");
        var calls = new AtomicInteger();
        try (var logs = LogCapture.start()) {
            assertThatThrownBy(() -> attempts(2).<Exception>run(() -> {
                        if (calls.incrementAndGet() == 1) {
                            throw first;
                        }
                        throw new Closed();
                    }))
                    .isExactlyInstanceOf(Closed.class);
            assertThat(logs.exceptions()).containsExactly(first);
        }
    }

    @BackendTest
    @DisplayName("K6, L7 of a thousand failures the last ones are kept")
    void bounded() throws Exception {
        var flaky = new Flaky(2_000);
        var last = catchThrowable(() -> attempts(1_000).run(flaky::call));
        assertThat(last).hasMessage("attempt 1000");
        assertThat(last.getSuppressed()).containsExactlyElementsOf(flaky.thrown.subList(967, 999));
    }

    @BackendTest
    @DisplayName("K6 a cancellation is never tried again, whatever shape it has and the policy says, and carries the"
            + " failures before it")
    void neverCancellation() throws Exception {
        var first = new IOException("first");
        for (var cancellation : List.of(
                new InterruptedException("i"),
                new CancellationException("c"),
                new UncheckedIOException(new java.nio.channels.ClosedByInterruptException()))) {
            var calls = new AtomicInteger();
            var asked = new ArrayList<Exception>();
            var thrown = catchThrowable(() -> attempts(5)
                    .retryOn(e -> asked.add(e))
                    .run(() -> sneak(calls.incrementAndGet() == 1 ? first : cancellation)));
            assertThat(thrown).isSameAs(cancellation);
            assertThat(thrown.getSuppressed()).containsExactly(first);
            assertThat(calls).hasValue(2);
            assertThat(asked).containsExactly(first);
        }
    }

    @BackendTest
    @DisplayName("K6 a cancellation during a delay ends it at once, with the failures suppressed; there is no further"
            + " attempt")
    void cancelledInDelay() throws Exception {
        var flaky = new Flaky(9);
        var scope = CancelScope.create();
        try (var _ = WhenBlocked.me(() -> scope.cancel("enough"))) {
            boolean ended = scope.run(() -> {
                var thrown = catchThrowable(
                        () -> Retry.attempts(9).backoff(Backoff.fixed(LONG)).run(flaky::call));
                assertThat(thrown).isExactlyInstanceOf(CancelledException.class).hasMessage("enough");
                assertThat(thrown.getSuppressed()).containsExactlyElementsOf(flaky.thrown);
                CancelScope.checkpoint();
            });
            assertThat(ended).isFalse();
        }
        assertThat(flaky.calls).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("K6 a body that fails in cancelled code is not tried again, also without a delay")
    void failsWhileCancelled() throws Exception {
        var flaky = new Flaky(9);
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            attempts(9).run(flaky::call);
        });
        assertThat(ended).isFalse();
        assertThat(flaky.calls).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("K6 an interrupt from elsewhere during a delay ends the attempts with InterruptedException")
    void interruptedInDelay() throws Exception {
        var flaky = new Flaky(9);
        try (var _ = WhenBlocked.interruptMe()) {
            assertThatThrownBy(
                            () -> Retry.attempts(9).backoff(Backoff.fixed(LONG)).run(flaky::call))
                    .isExactlyInstanceOf(InterruptedException.class)
                    .hasSuppressedException(flaky.thrown.getFirst());
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(flaky.calls).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("K6 only failures of the named types are tried again; an Error never is")
    void types() throws Exception {
        var policy = attempts(5).retryOn(IOException.class, IllegalStateException.class);
        var calls = new AtomicInteger();
        var order = List.of(
                        new java.io.FileNotFoundException("subtype"),
                        new IllegalStateException("second type"),
                        new IllegalArgumentException("neither"))
                .iterator();
        var thrown = catchThrowable(() -> policy.run(() -> {
            calls.incrementAndGet();
            sneak(order.next());
        }));
        assertThat(thrown).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThat(thrown.getSuppressed()).hasSize(2);
        assertThat(calls).hasValue(3);

        var errors = new AtomicInteger();
        assertThatThrownBy(() -> attempts(5).run(() -> {
                    errors.incrementAndGet();
                    throw new AssertionError("an Error");
                }))
                .hasMessage("an Error");
        assertThat(errors).hasValue(1);
    }

    @BackendTest
    @DisplayName("K6 a predicate that throws ends the attempts; the failure that it was asked about is suppressed")
    void predicateThrows() throws Exception {
        var flaky = new Flaky(9);
        assertThatThrownBy(() -> attempts(5)
                        .retryOn(_ -> {
                            throw new IllegalArgumentException("from the predicate");
                        })
                        .run(flaky::call))
                .hasMessage("from the predicate")
                .hasSuppressedException(flaky.thrown.getFirst());
        assertThat(flaky.calls).isEqualTo(1);
    }

    @Test
    @DisplayName("K6 a policy is immutable: each method returns a new one")
    void immutable() throws Exception {
        var three = attempts(3);
        assertThat(three.maxAttempts(1)).isNotSameAs(three);
        var _ = three.retryOn(_ -> false);
        var _ = three.overallTimeout(Duration.ZERO);
        assertThat(three.<Integer, IOException>call(new Flaky(2)::call)).isEqualTo(3);
    }

    @Test
    @DisplayName("K6 numbers that make no sense are refused with a message that says which do")
    void numbers() {
        assertThatThrownBy(() -> Retry.attempts(0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("attempts is 0; it must be at least 1");
        assertThatThrownBy(() -> Backoff.fixed(seconds(-1))).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Backoff.exponential(Duration.ZERO, seconds(1)))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Backoff.exponential(seconds(2), seconds(1)))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        var backoff = Backoff.exponential(seconds(1), seconds(2));
        for (double factor : new double[] {0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> backoff.factor(factor)).isExactlyInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> attempts(2).retryOn()).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThat(backoff).hasToString("PT1S times 2.0 up to PT2S with jitter");
        assertThat(Backoff.none()).hasToString("no delay");
        assertThat(Backoff.fixed(seconds(1))).hasToString("PT1S");
    }
}
