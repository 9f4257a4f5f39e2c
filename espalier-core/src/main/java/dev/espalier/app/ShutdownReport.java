// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import dev.espalier.CancelReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an application ended.
 *
 * @param application its name
 * @param reason why it shut down, of kind {@link CancelReason.Kind#SHUTDOWN}
 * @param failure what made it shut down: the failure of its startup, or of a managed task that gave up; null if it was asked to
 * @param took how long each step took, on the clock of its backend
 * @param troubles hooks and resources that failed or took too long, and managed tasks that failed during the shutdown (at most 1,000), in the order in which it happened
 * @param stragglers what had not ended at the hard limit; it may run on for as long as the JVM does
 * @since 0.1
 */
public record ShutdownReport(
        String application,
        CancelReason reason,
        @Nullable Throwable failure,
        Map<Step, Duration> took,
        List<Trouble> troubles,
        List<Straggler> stragglers) {
    /** The exit status of a program that ended in order. */
    public static final int IN_ORDER = 0;
    /** The exit status of a program whose startup or managed task failed. */
    public static final int FAILED = 1;
    /** The exit status of a program that was asked to end, and in which something hung or failed meanwhile. */
    public static final int NOT_IN_ORDER = 3;

    /** Makes it unmodifiable. */
    public ShutdownReport {
        Objects.requireNonNull(application, "application");
        Objects.requireNonNull(reason, "reason");
        took = Map.copyOf(took);
        troubles = List.copyOf(troubles);
        stragglers = List.copyOf(stragglers);
    }

    /** The steps of a shutdown, in their order. */
    public enum Step {
        /** Hooks of {@link ApplicationScope#onStopIntake} run; then work is refused. */
        STOP_INTAKE,
        /** Work may end by itself. */
        GRACE,
        /** From the cancellation until everything has ended, or the hard limit. */
        CANCEL,
        /** Finding out what is left. */
        NAME_STRAGGLERS,
        /** Hooks run and resources close, in the reverse order of registration. */
        CLOSE
    }

    /**
     * Something that failed or hung during the shutdown.
     *
     * @param name what it was: {@code resource 'database'}
     * @param exception what it threw; for one that took longer than its limit, a {@link dev.espalier.DeadlineExceededException} with the
     *     stack at which it hung
     * @since 0.1
     */
    public record Trouble(String name, Throwable exception) {
        /** Checks that both are there. */
        public Trouble {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(exception, "exception");
        }
    }

    /**
     * Work that had not ended at the hard limit.
     *
     * @param path where it is in the tree
     * @param state what its thread did
     * @param stack where, as it was at that moment
     * @since 0.1
     */
    public record Straggler(String path, Thread.State state, List<StackTraceElement> stack) {
        /** Makes it unmodifiable. */
        public Straggler {
            Objects.requireNonNull(path, "path");
            Objects.requireNonNull(state, "state");
            stack = List.copyOf(stack);
        }
    }

    /**
     * Whether nothing failed and nothing was left.
     *
     * @return true for the exit status zero
     */
    public boolean isInOrder() {
        return failure == null && troubles.isEmpty() && stragglers.isEmpty();
    }

    /**
     * What the program tells its caller, unless a signal or {@link System#exit} has decided that.
     *
     * @return {@link #IN_ORDER}, {@link #FAILED} or {@link #NOT_IN_ORDER}
     */
    public int exitStatus() {
        return failure != null ? FAILED : isInOrder() ? IN_ORDER : NOT_IN_ORDER;
    }
}
