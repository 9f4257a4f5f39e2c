// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.Cancellation;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.app.RestartPolicy;
import dev.espalier.sync.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The body of a managed task: runs an action, and again as its policy says. Used by the task's thread alone. */
final class Supervised implements Action {
    /*
     * What a run came to, in this order:
     *   1. The task is cancelled, and the run ended by that: so does the task (F5).
     *   2. The shutdown has begun: the task ends as the run did. Nothing is started again.
     *   3. It failed: it is started again after the backoff, unless it has failed too often in the window; then the task fails with that failure.
     *   4. It ended, or cancelled itself by its own scope: the task ends, or with ALWAYS is started again.
     *
     * The window: of the last failures, at most `max`, the instants at which they stop to count. A run as long as the window, and a normal end, begin the backoff
     * anew.
     *
     * The wait is for the event that the shutdown has begun, so that it ends with that at once, on the backend's clock (T7). An interrupt from elsewhere belonged to
     * the run that it came in, which has ended by it or not; it must not end the next wait.
     */
    private static final int MANY = 1_000_000;

    private final String what;
    private final RestartPolicy policy;
    private final Action body;
    private final Event stopping;
    private final ArrayDeque<Deadline> failures = new ArrayDeque<>();
    private int inARow;

    Supervised(String what, RestartPolicy policy, Action body, Event stopping) {
        this.what = what;
        this.policy = policy;
        this.body = body;
        this.stopping = stopping;
    }

    @Override
    public void run() throws Exception {
        while (true) {
            Deadline steady = Deadline.after(policy.window());
            Throwable failure = runOnce();
            if (stopping.isSet() || isCancelled() || (failure == null && !policy.restartsAfterEnd())) {
                throwIfFailed(failure);
                return;
            }
            if (failure == null) {
                inARow = 0;
            } else {
                inARow = steady.isExpired() ? 1 : Math.min(inARow + 1, MANY);
                note(failure);
            }
            if (isStoppedDuring(policy.backoff().after(Math.max(1, inARow), ThreadLocalRandom.current()))) {
                throwIfFailed(failure);
                return;
            }
        }
    }

    /** What a run threw, if it is a failure. */
    private @Nullable Throwable runOnce() throws InterruptedException {
        try {
            boolean _ = PlainScope.create(null, null).run(body::run);
            return null;
        } catch (Throwable t) { // the failure of the run
            if (isCancelled() && Cancellation.isCancellation(t)) {
                throw Sneaky.<RuntimeException>rethrow(t);
            }
            return t;
        }
    }

    /** Counts a failure, and throws it if it is one too many. */
    private void note(Throwable failure) throws Exception {
        while (!failures.isEmpty() && failures.getFirst().isExpired()) {
            Deadline _ = failures.removeFirst();
        }
        if (failures.size() >= policy.max()) {
            throwIfFailed(failure);
        }
        failures.addLast(Deadline.after(policy.window()));
        Lifetime.warn(
                what + " failed, and is started again (" + failures.size() + " of at most " + policy.max() + " in "
                        + policy.window() + ")",
                failure);
    }

    /** Waits; whether the shutdown has begun meanwhile. */
    private boolean isStoppedDuring(Duration delay) throws InterruptedException {
        Deadline end = Deadline.after(delay);
        while (true) {
            try {
                stopping.await(end.remaining());
                return true;
            } catch (DeadlineExceededException e) { // the delay is over
                return false;
            } catch (InterruptedException e) {
                if (isCancelled()) {
                    throw e;
                } // else it is from elsewhere, and meant nothing that runs now
            }
        }
    }

    private static boolean isCancelled() {
        return Scope.current().isEffectivelyCancelled();
    }

    private static void throwIfFailed(@Nullable Throwable failure) throws Exception {
        if (failure != null) {
            throw Sneaky.<Exception>rethrow(failure);
        }
    }
}
