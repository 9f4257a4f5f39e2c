// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.time.Duration;
import java.util.List;

/**
 * What an exploration found.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * @since 0.1
 */
public final class Findings {
    private final int runs;
    private final long steps;
    private final long nanos;
    private final List<Finding> failures;

    /**
     * A failing run.
     *
     * @param seed the seed under which it failed
     * @param thrown what it failed with, in the shrunk run
     * @param schedule replays it, with as few decisions as were found
     * @param trace what happened in the shrunk run
     * @param original what was decided under the seed, before it was shrunk
     */
    public record Finding(long seed, Throwable thrown, Schedule schedule, Trace trace, Schedule original) {
        /**
         * How to see it again.
         *
         * @return options for the command line
         */
        public String replay() {
            return "-Despalier.seed=" + seed + " (the run as it was), -Despalier.schedule=" + schedule
                    + " (the shortest one)";
        }
    }

    /**
     * Findings of an exploration.
     *
     * @param runs how many seeds were tried
     * @param steps how many steps these runs had, without those of the shrinking
     * @param nanos how long it took, in nanoseconds of real time
     * @param failures those that failed
     */
    public Findings(int runs, long steps, long nanos, List<Finding> failures) {
        this.runs = runs;
        this.steps = steps;
        this.nanos = nanos;
        this.failures = List.copyOf(failures);
    }

    /**
     * How many seeds were tried.
     *
     * @return at least 1
     */
    public int runs() {
        return runs;
    }

    /**
     * How many scheduling steps those had.
     *
     * @return without the runs that shrank a failure
     */
    public long steps() {
        return steps;
    }

    /**
     * How long it took.
     *
     * @return real time, shrinking included
     */
    public Duration took() {
        return Duration.ofNanos(nanos);
    }

    /**
     * The failing runs.
     *
     * @return in the order of their seeds
     */
    public List<Finding> failures() {
        return failures;
    }

    /**
     * Throws if a run failed.
     *
     * @throws AssertionError that says how to replay it, with what the run threw as its cause
     */
    public void orThrow() {
        if (!failures.isEmpty()) {
            Finding first = failures.getFirst();
            throw new AssertionError(
                    "failed under seed " + first.seed + ", run " + runs + ": " + first.thrown + "\nreplay: "
                            + first.replay() + "\n" + first.trace.last(60),
                    first.thrown);
        }
    }

    @Override
    public String toString() {
        return runs + " runs, " + steps + " steps, " + failures.size() + " failed";
    }
}
