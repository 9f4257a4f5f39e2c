// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.time.Duration;
import java.util.Objects;

/**
 * What a simulation does to the code under test, at places that it draws from the seed. Nothing, unless asked for.
 * What was injected is in the trace and in the schedule, and replays with it.
 *
 * {@snippet class=dev.espalier.test.examples.SimulationExamples region=faults}
 *
 * <p><b>Threads.</b> Used by the simulation's own threads.
 *
 * @since 0.1
 */
public final class Faults {
    private double cancel;
    private double failFork;
    private double delay;
    private Duration longestDelay = Duration.ofSeconds(1);

    /** No faults. */
    public Faults() {}

    /**
     * Cancels the task that is about to wait in Espalier: in a join, a sleep, an await, an acquire.
     *
     * @param probability at each such place, from 0 to 1
     * @return this
     */
    public Faults cancel(double probability) {
        cancel = checked(probability);
        return this;
    }

    /**
     * Lets making a thread for a task fail.
     *
     * @param probability at each fork, from 0 to 1
     * @return this
     */
    public Faults failFork(double probability) {
        failFork = checked(probability);
        return this;
    }

    /**
     * Makes a task that is about to wait in Espalier late: it notices only after a delay that what it waits for has come.
     *
     * @param probability at each such place, from 0 to 1
     * @param longest the delays are up to this long, of simulated time
     * @return this
     */
    public Faults delay(double probability, Duration longest) {
        Objects.requireNonNull(longest, "longest");
        if (!longest.isPositive()) {
            throw new IllegalArgumentException("the longest delay is " + longest + "; it must be positive");
        }
        delay = checked(probability);
        longestDelay = longest;
        return this;
    }

    /**
     * No more faults from here on.
     *
     * @return this
     */
    public Faults none() {
        cancel = 0;
        failFork = 0;
        delay = 0;
        return this;
    }

    private static double checked(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability is from 0 to 1, and not " + probability);
        }
        return probability;
    }

    /**
     * How often a task is cancelled.
     *
     * @return a probability
     */
    public double cancel() {
        return cancel;
    }

    /**
     * How often a fork fails.
     *
     * @return a probability
     */
    public double failFork() {
        return failFork;
    }

    /**
     * How often a task is late.
     *
     * @return a probability
     */
    public double delay() {
        return delay;
    }

    /**
     * How late it is at most.
     *
     * @return a time of the simulated clock
     */
    public Duration longestDelay() {
        return longestDelay;
    }
}
