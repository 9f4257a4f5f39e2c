// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Body;
import dev.espalier.Cancellation;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a body again and again, as a {@code Retry} says (K6). */
public final class Attempts {
    /** How many failures are remembered, the last one included: a policy may allow any number of attempts. */
    private static final int REMEMBERED = 33;

    private Attempts() {}

    /** What a {@code Retry} says. */
    public interface Policy {
        /**
         * How many attempts are made.
         *
         * @return at least 1
         */
        int maxAttempts();

        /**
         * How long one may take.
         *
         * @return null for any time
         */
        @Nullable
        Duration attemptTimeout();

        /**
         * How long all may take.
         *
         * @return null for any time
         */
        @Nullable
        Duration overallTimeout();

        /**
         * Whether a failure is tried again.
         *
         * @param failure no cancellation
         * @return whether to
         */
        boolean isRetryable(Exception failure);

        /**
         * How long to wait after a failure.
         *
         * @param attempt its number, from 1
         * @param failure what it was
         * @return how long
         */
        Duration delay(int attempt, Exception failure);

        /**
         * Tells of a failure that is tried again.
         *
         * @param attempt its number, from 1
         * @param failure what it was
         * @param delay how long is waited
         */
        void announce(int attempt, Exception failure, Duration delay);
    }

    /**
     * Tries until it succeeds or the policy gives up.
     *
     * @param policy the policy
     * @param body what is tried
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X the last failure
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object, X extends Exception> T call(Policy policy, Body<T, X> body)
            throws X, InterruptedException {
        var failures = new ArrayDeque<Exception>();
        try {
            Duration overall = policy.overallTimeout();
            if (overall == null) {
                return loop(policy, body, Deadline.NONE, failures);
            }
            var scope = PlainScope.create(overall, null);
            return scope.callOrFail(() -> loop(policy, body, scope.deadline(), failures));
        } catch (Throwable t) { // rethrown, with the earlier failures
            attach(t, failures);
            throw Sneaky.<X>rethrow(t);
        }
    }

    private static <T extends @Nullable Object, X extends Exception> T loop(
            Policy policy, Body<T, X> body, Deadline end, ArrayDeque<Exception> failures)
            throws X, InterruptedException {
        Duration timeout = policy.attemptTimeout();
        for (int attempt = 1; ; attempt++) {
            PlainScope scope = timeout == null ? null : PlainScope.create(timeout, null);
            Duration delay;
            try {
                return scope == null ? body.call() : scope.callOrFail(body);
            } catch (Exception e) {
                if (failures.size() == REMEMBERED) {
                    failures.removeFirst();
                }
                failures.add(e);
                if (Cancellation.isCancellation(e) || attempt == policy.maxAttempts()) {
                    throw e;
                }
                if (!tookTooLong(e, scope) && !policy.isRetryable(e)) {
                    throw e;
                }
                delay = policy.delay(attempt, e);
                if (delay.isNegative()) {
                    delay = Duration.ZERO;
                }
                if (delay.compareTo(end.remaining()) >= 0) {
                    throw e; // it would be over before the next attempt
                }
                announce(policy, attempt, e, delay);
            }
            Sleep.sleep(delay);
        }
    }

    /** Whether the timeout of the attempt ended it: another deadline of the same type is the body's own failure. */
    private static boolean tookTooLong(Exception e, @Nullable PlainScope scope) {
        return scope != null
                && e instanceof DeadlineExceededException exceeded
                && exceeded.reason().scope() == scope;
    }

    private static void announce(Policy policy, int attempt, Exception failure, Duration delay) {
        try {
            policy.announce(attempt, failure, delay);
        } catch (Throwable t) { // it changes nothing
            Log.warn("an onRetry listener threw; the attempts go on", t);
        }
    }

    /** Suppresses the earlier failures in what is thrown; each once, and none that would close a circle. */
    private static void attach(Throwable thrown, Collection<Exception> failures) {
        for (Exception failure : failures) {
            if (reachable(thrown).contains(failure)) {
                continue; // it is the one that is thrown, or in it
            }
            int before = thrown.getSuppressed().length;
            if (!reachable(failure).contains(thrown)) {
                thrown.addSuppressed(failure);
            }
            if (thrown.getSuppressed().length == before) {
                Log.warn(
                        "an earlier attempt failed, which the exception that is thrown in the end could not take: "
                                + thrown,
                        failure);
            }
        }
    }

    private static Set<Throwable> reachable(Throwable from) {
        Set<Throwable> all = Collections.newSetFromMap(new IdentityHashMap<>());
        var toVisit = new ArrayList<Throwable>();
        all.add(from);
        toVisit.add(from);
        for (int i = 0; i < toVisit.size(); i++) {
            Throwable t = toVisit.get(i);
            for (Throwable suppressed : t.getSuppressed()) {
                if (all.add(suppressed)) {
                    toVisit.add(suppressed);
                }
            }
            Throwable cause = t.getCause();
            if (cause != null && all.add(cause)) {
                toVisit.add(cause);
            }
        }
        return all;
    }
}
