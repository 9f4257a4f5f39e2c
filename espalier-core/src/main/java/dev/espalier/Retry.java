// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Attempts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A policy that tries something again when it fails. Immutable: each method returns a new policy, so that one may be kept and shared.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="retry"}
 *
 * <p>What fails is an {@link Exception}; an {@link Error} is never tried again, nor is a cancellation ({@link Cancellation#isCancellation}).
 *
 * <p>Do not use it for what must not happen twice: a payment without a key that tells the second from the first. And use it on one level only: three attempts
 * on each of three levels are twenty-seven.
 *
 * <p><b>Failure.</b> The last failure is thrown, with its static type; earlier ones (the last 32) are suppressed in it, in their order. Where it
 * takes none, they are logged.
 *
 * <p><b>Cancellation.</b> Before each attempt and during each delay a cancellation point, for what the body does itself see there. A cancellation that comes between
 * attempts is thrown at once, with the failures suppressed in it.
 *
 * <p><b>Threads.</b> The body runs on the calling thread. <b>Time.</b> All of it is on the backend's clock.
 *
 * <p>Pitfall: {@code retryOn(Exception.class)} with many attempts: a mistake in the program is then tried many times before anyone sees it. Name what can pass.
 *
 * <p>From: Failsafe, Polly; full jitter: Marc Brooker, "Exponential Backoff And Jitter".
 *
 * @since 0.1
 */
public final class Retry {
    private final Values values;

    private Retry(Values values) {
        this.values = values;
    }

    /**
     * An attempt that failed and is tried again.
     *
     * @param number counted from 1
     * @param exception how it failed
     * @param delay how long is waited now, before the next one
     * @since 0.1
     */
    public record Attempt(int number, Exception exception, Duration delay) {}

    /** The fields, written only between {@code with} and the constructor. */
    private static final class Values implements Cloneable, Attempts.Policy {
        int maxAttempts;

        @Nullable
        Duration attemptTimeout;

        @Nullable
        Duration overallTimeout;

        Backoff backoff = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10));
        Predicate<? super Exception> retryOn = _ -> true;
        Function<? super Exception, Optional<Duration>> retryAfter = _ -> Optional.empty();

        @Nullable
        Consumer<? super Attempt> onRetry;

        @Nullable
        RandomGenerator random;

        @Override
        protected Values clone() {
            try {
                return (Values) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public int maxAttempts() {
            return maxAttempts;
        }

        @Override
        public @Nullable Duration attemptTimeout() {
            return attemptTimeout;
        }

        @Override
        public @Nullable Duration overallTimeout() {
            return overallTimeout;
        }

        @Override
        public boolean isRetryable(Exception failure) {
            return retryOn.test(failure);
        }

        @Override
        public Duration delay(int attempt, Exception failure) {
            Optional<Duration> sent = Objects.requireNonNull(
                    retryAfter.apply(failure), "the function of retryAfter returned null; return Optional.empty()");
            return sent.orElseGet(() -> backoff.after(attempt, random == null ? ThreadLocalRandom.current() : random));
        }

        @Override
        public void announce(int attempt, Exception failure, Duration delay) {
            if (onRetry != null) {
                onRetry.accept(new Attempt(attempt, failure, delay));
            }
        }
    }

    private interface Change {
        void on(Values values);
    }

    private Retry with(Change change) {
        var copy = values.clone();
        change.on(copy);
        return new Retry(copy);
    }

    /**
     * A policy of so many attempts: with {@link Backoff#exponential} from 100 ms to 10 s, no timeouts, for every exception that is no cancellation.
     *
     * @param n the first one included; at least 1
     * @return a new policy
     */
    public static Retry attempts(int n) {
        return new Retry(new Values()).maxAttempts(n);
    }

    /**
     * How many attempts are made.
     *
     * @param n the first one included; at least 1
     * @return a new policy
     */
    public Retry maxAttempts(int n) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "the number of attempts is " + n + "; it must be at least 1, the first one included");
        }
        return with(v -> v.maxAttempts = n);
    }

    /**
     * How long one attempt may take. One that takes longer is cancelled, and has failed with a {@link DeadlineExceededException}; that is tried again,
     * whatever {@link #retryOn(Predicate)} says. Default: no timeout.
     *
     * @param timeout zero and negative end it at its first blocking call
     * @return a new policy
     */
    public Retry attemptTimeout(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        return with(v -> v.attemptTimeout = timeout);
    }

    /**
     * How long all attempts and delays may take together. An attempt that is under way then is cancelled, and a {@link DeadlineExceededException} thrown, with the
     * earlier failures suppressed. A delay that would end later is not begun: the last failure is thrown at once. Default: no timeout.
     *
     * @param timeout zero and negative end the first attempt at its first blocking call
     * @return a new policy
     */
    public Retry overallTimeout(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        return with(v -> v.overallTimeout = timeout);
    }

    /**
     * How long to wait between attempts. Default: {@link Backoff#exponential} from 100 ms to 10 s.
     *
     * @param backoff the delays
     * @return a new policy
     */
    public Retry backoff(Backoff backoff) {
        Objects.requireNonNull(backoff, "backoff");
        return with(v -> v.backoff = backoff);
    }

    /**
     * Which failures are tried again: those of these types, and their subtypes. Default: every exception. A cancellation never is.
     *
     * @param types in place of what was said before
     * @return a new policy
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public final Retry retryOn(Class<? extends Exception>... types) {
        List<Class<? extends Exception>> list = List.of(types);
        if (list.isEmpty()) {
            throw new IllegalArgumentException("no types: nothing would be tried again; name one, or use attempts(1)");
        }
        return retryOn(failure -> list.stream().anyMatch(type -> type.isInstance(failure)));
    }

    /**
     * Which failures are tried again. Default: every exception. A cancellation never is, and is not asked about.
     *
     * @param predicate in place of what was said before; what it throws ends the attempts
     * @return a new policy
     */
    public Retry retryOn(Predicate<? super Exception> predicate) {
        Objects.requireNonNull(predicate, "predicate");
        return with(v -> v.retryOn = predicate);
    }

    /**
     * A delay that the failure itself names, such as the {@code Retry-After} of an HTTP response: it takes the place of the backoff's, without jitter and without its
     * cap. One that does not fit in the {@link #overallTimeout} ends the attempts.
     *
     * @param function empty where the failure says nothing; negative counts as zero
     * @return a new policy
     */
    public Retry retryAfter(Function<? super Exception, Optional<Duration>> function) {
        Objects.requireNonNull(function, "function");
        return with(v -> v.retryAfter = function);
    }

    /**
     * Is told of each failed attempt that is tried again, before the delay, on the calling thread.
     *
     * @param listener in place of the one before; what it throws is logged, and changes nothing
     * @return a new policy
     */
    public Retry onRetry(Consumer<? super Attempt> listener) {
        Objects.requireNonNull(listener, "listener");
        return with(v -> v.onRetry = listener);
    }

    /**
     * What jitter is drawn from: for tests. Default: {@link ThreadLocalRandom}.
     *
     * @param random used by the threads that call; most generators are for one thread
     * @return a new policy
     */
    public Retry random(RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        return with(v -> v.random = random);
    }

    /**
     * Runs a body until it succeeds, or the policy gives up.
     *
     * @param body what is tried
     * @param <T> its result
     * @param <X> the checked exception that it throws
     * @return the result of the first attempt that succeeds
     * @throws X the last failure
     * @throws DeadlineExceededException if the last attempt took too long, or all together did
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return Attempts.call(values, body);
    }

    /**
     * As {@link #call}, for a body without a result.
     *
     * @param body what is tried
     * @param <X> the checked exception that it throws
     * @throws X the last failure
     * @throws DeadlineExceededException if the last attempt took too long, or all together did
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public <X extends Exception> void run(VoidBody<X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object _ = Attempts.<@Nullable Object, X>call(values, () -> {
            body.call();
            return null;
        });
    }
}
