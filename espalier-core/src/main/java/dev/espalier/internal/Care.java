// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelScope;
import dev.espalier.pool.KeepPolicy;
import dev.espalier.pool.PoolAction;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What has to be done with a resource whatever happens to the thread that does it: behind a shield, with a limit. */
final class Care {
    /*
     * Three layers, from outside: a shield without a limit, so that no cancellation from around disturbs the work; the interrupt status of somebody else, set
     * aside (L9) and restored; and a scope with the limit as its deadline. When that passes, the thread is interrupted, as in every cancelled
     * scope again and again, and reported as stuck if that does not help (C8). On a thread that is in no scope, the limit is on the
     * clock of the pool's backend (T7).
     */
    private final String owner;
    private final Duration limit;
    private final Backend backend;

    Care(String owner, Duration limit, Backend backend) {
        this.owner = owner;
        this.limit = limit;
        this.backend = backend;
    }

    /** Whether a resource is to be used again, though its use failed; not if nobody says so. */
    <T> boolean keeps(
            @Nullable KeepPolicy<? super T> policy, T resource, Throwable failure, @Nullable Throwable thrown) {
        if (policy == null) {
            return false;
        }
        boolean[] keeps = {false};
        return run("the policy of", resource, r -> keeps[0] = policy.keep(r, failure), thrown) && keeps[0];
    }

    /** Whether a resource is as if new; it is, where there is nothing to be done for that. */
    <T> boolean resets(@Nullable PoolAction<? super T, ?> action, T resource, @Nullable Throwable thrown) {
        return action == null || run("resetting", resource, action, thrown);
    }

    /**
     * Does it. What goes wrong is suppressed in what was thrown before, or logged.
     *
     * @param what for messages: {@code closing}
     * @param thrown what the use of the resource threw; null if nothing
     * @return whether it was done
     */
    <T> boolean run(String what, T resource, PoolAction<? super T, ?> action, @Nullable Throwable thrown) {
        Throwable problem = null;
        try {
            problem = Scope.current() == ForeignStrand.ROOT
                    ? BackendScope.run(backend, () -> shielded(what, resource, action))
                    : shielded(what, resource, action);
        } catch (Throwable t) { // told below
            problem = t;
        }
        if (problem != null) {
            tell(what + " a resource of " + owner + " failed", problem, thrown);
        }
        return problem == null;
    }

    private <T> @Nullable Throwable shielded(String what, T resource, PoolAction<? super T, ?> action)
            throws InterruptedException {
        return PlainScope.shield(null).callOrFail(() -> limited(what, resource, action));
    }

    private <T> @Nullable Throwable limited(String what, T resource, PoolAction<? super T, ?> action) {
        boolean aside = Thread.interrupted();
        try {
            var scope = CancelScope.withTimeout(limit);
            Thread thread = Thread.currentThread();
            try (var _ = scope.onCancel(_ -> warn(what, thread))) {
                return scope.run(() -> action.call(resource))
                        ? null
                        : new TimeoutException(what + " a resource of " + owner + " was cut short after " + limit);
            }
        } catch (InterruptedException e) { // somebody else's: it is not for this work
            aside = true;
            return e;
        } catch (Throwable t) { // the caller tells of it
            return t;
        } finally {
            if (aside) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void warn(String what, Thread thread) {
        var message = new StringBuilder(what)
                .append(" a resource of ")
                .append(owner)
                .append(" takes longer than ")
                .append(limit)
                .append("; its thread '")
                .append(thread.getName())
                .append("' is interrupted now, and is ")
                .append(thread.getState())
                .append(" at:");
        for (StackTraceElement frame : thread.getStackTrace()) {
            message.append("\n    at ").append(frame);
        }
        Log.warn(message.toString(), null);
    }

    private static void tell(String message, Throwable problem, @Nullable Throwable thrown) {
        if (thrown != null && thrown != problem) {
            thrown.addSuppressed(problem);
            for (Throwable suppressed : thrown.getSuppressed()) {
                if (suppressed == problem) {
                    return;
                }
            }
        }
        Log.warn(message, problem); // nothing was thrown, or it takes none
    }
}
