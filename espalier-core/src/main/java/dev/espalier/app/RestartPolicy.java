// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import dev.espalier.Backoff;
import java.time.Duration;
import java.util.Objects;

/**
 * What becomes of a managed task that ends. Immutable.
 *
 * {@snippet class="dev.espalier.GuideApplicationExamples" region="restart"}
 *
 * <p>A task that fails and is not started again, because the policy is {@link #never}, or because it has failed too often, has <em>given
 * up</em>. Then the application shuts down with that failure: a program in which something has silently stopped working is worse than one
 * that ends and is started again by whatever watches it. {@link #keepRunning} is for tasks that are not worth that.
 *
 * <p>A failure is whatever the task throws, {@link Error}s included, while it is not cancelled. The cancellation of a task is never a reason to start it
 * again, and nothing is once the shutdown has begun.
 *
 * <p>Do not use it where the failing operation can be tried again by itself: a {@link dev.espalier.Retry} keeps what the task knows.
 *
 * <p>From: the restart intensity of Erlang's supervisors.
 *
 * @since 0.1
 */
public final class RestartPolicy {
    private static final RestartPolicy NEVER =
            new RestartPolicy(Backoff.none(), 0, Duration.ofSeconds(1), /* afterEnd= */ false, /* shutsDown= */ true);

    private final Backoff backoff;
    private final int max;
    private final Duration window;
    private final boolean afterEnd;
    private final boolean shutsDown;

    private RestartPolicy(Backoff backoff, int max, Duration window, boolean afterEnd, boolean shutsDown) {
        this.backoff = backoff;
        this.max = max;
        this.window = window;
        this.afterEnd = afterEnd;
        this.shutsDown = shutsDown;
    }

    /**
     * Never started again: what a task has when nothing is said.
     *
     * @return always the same
     */
    public static RestartPolicy never() {
        return NEVER;
    }

    /**
     * Started again when it has failed; when it ends normally, it is done.
     *
     * @param backoff how long to wait before; the count begins anew after a run that lasted as long as the window
     * @param max how often within the window; one failure more, and the task gives up; at least 1
     * @param window how long a failure counts
     * @return a new policy
     */
    public static RestartPolicy onFailure(Backoff backoff, int max, Duration window) {
        return checked(backoff, max, window, /* afterEnd= */ false);
    }

    /**
     * Started again when it has failed, and also when it has ended normally, after the backoff's first delay.
     *
     * @param backoff how long to wait before; the count begins anew after a run that lasted as long as the window, or ended normally
     * @param max how often within the window after a failure; normal ends do not count; at least 1
     * @param window how long a failure counts
     * @return a new policy
     */
    public static RestartPolicy always(Backoff backoff, int max, Duration window) {
        return checked(backoff, max, window, /* afterEnd= */ true);
    }

    private static RestartPolicy checked(Backoff backoff, int max, Duration window, boolean afterEnd) {
        Objects.requireNonNull(backoff, "backoff");
        Objects.requireNonNull(window, "window");
        if (max < 1) {
            throw new IllegalArgumentException(
                    "max is " + max + "; it must be at least 1, and RestartPolicy.never() is for none");
        }
        if (!window.isPositive()) {
            throw new IllegalArgumentException("window is " + window + "; it must be more than zero");
        }
        return new RestartPolicy(backoff, max, window, afterEnd, /* shutsDown= */ true);
    }

    /**
     * The same, but when the task gives up, the application goes on without it. The failure is logged, and is in the task.
     *
     * @return a new policy
     */
    public RestartPolicy keepRunning() {
        return new RestartPolicy(backoff, max, window, afterEnd, /* shutsDown= */ false);
    }

    /**
     * The delays.
     *
     * @return the backoff
     */
    public Backoff backoff() {
        return backoff;
    }

    /**
     * How often within the window it is started again after a failure.
     *
     * @return zero for {@link #never}
     */
    public int max() {
        return max;
    }

    /**
     * How long a failure counts.
     *
     * @return positive
     */
    public Duration window() {
        return window;
    }

    /**
     * Whether it is also started again after a normal end.
     *
     * @return true for {@link #always}
     */
    public boolean restartsAfterEnd() {
        return afterEnd;
    }

    /**
     * Whether the application shuts down when the task gives up.
     *
     * @return false after {@link #keepRunning}
     */
    public boolean shutsDown() {
        return shutsDown;
    }

    @Override
    public String toString() {
        String when = max == 0
                ? "never"
                : (afterEnd ? "always" : "on failure") + ", at most " + max + " in " + window + ", " + backoff;
        return "RestartPolicy[" + when + (shutsDown ? "" : ", keeps running") + "]";
    }
}
