// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a test is explored: how many seeds, what draws the order of threads, what is injected, when to give up. Each
 * method returns a new value.
 *
 * {@snippet class=dev.espalier.test.examples.SimulationExamples region=explore}
 *
 * <p><b>Threads.</b> Immutable.
 *
 * @since 0.1
 */
public final class Exploration {
    /** What draws the order of threads. */
    public sealed interface Strategy {
        /** Each seed draws one of the others, with its parameters: what finds most if nothing is known of the bug. */
        record Mixed() implements Strategy {}

        /**
         * At each point, any thread that can go on.
         *
         * @param stay the probability, from 0 to less than 1, of not even asking, so that threads run for longer
         */
        record RandomWalk(double stay) implements Strategy {
            /** Checks it. */
            public RandomWalk {
                if (!(stay >= 0 && stay < 1)) {
                    throw new IllegalArgumentException("stay is a probability from 0 to less than 1, and not " + stay);
                }
            }
        }

        /**
         * Few preemptions: a random priority for each thread, and {@code depth - 1} random points at which the running one gets the
         * lowest. Finds a bug that needs {@code depth} events in order with a probability that is known (PCT: Burckhardt and others,
         * ASPLOS 2010).
         *
         * @param depth at least 1
         * @param length how many points a run is guessed to have, at least 1
         */
        record Priorities(int depth, int length) implements Strategy {
            /** Checks it. */
            public Priorities {
                if (depth < 1 || length < 1) {
                    throw new IllegalArgumentException(
                            "depth and length are at least 1, and not " + depth + " and " + length);
                }
            }
        }
    }

    // written only before a value is handed out
    private long from = 1;
    private int seeds = 1;
    private Strategy strategy = new Strategy.Mixed();
    private long maxSteps = 1_000_000;
    private int stopAfter = 1;
    private boolean shrinking = true;
    private boolean strictTime;
    private boolean portable = Boolean.getBoolean("espalier.simulation.portable");
    private Duration realLimit = Duration.ofSeconds(10);
    private Duration stuckAfter = Duration.ofSeconds(30);
    private Consumer<Faults> faults = _ -> {};

    private Exploration() {}

    private Exploration with(Consumer<Exploration> change) {
        var copy = new Exploration();
        copy.from = from;
        copy.seeds = seeds;
        copy.strategy = strategy;
        copy.maxSteps = maxSteps;
        copy.stopAfter = stopAfter;
        copy.shrinking = shrinking;
        copy.strictTime = strictTime;
        copy.portable = portable;
        copy.realLimit = realLimit;
        copy.stuckAfter = stuckAfter;
        copy.faults = faults;
        change.accept(copy);
        return copy;
    }

    /**
     * So many seeds, from 1 on.
     *
     * @param count at least 1
     * @return an exploration with all else at its default
     */
    public static Exploration seeds(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("an exploration needs at least 1 seed, and not " + count);
        }
        return new Exploration().with(e -> e.seeds = count);
    }

    /**
     * Which seed comes first.
     *
     * @param seed the others follow it
     * @return a new value
     */
    public Exploration from(long seed) {
        return with(e -> e.from = seed);
    }

    /**
     * What draws the order of threads; {@link Strategy.Mixed} if nothing is said.
     *
     * @param strategy the strategy
     * @return a new value
     */
    public Exploration strategy(Strategy strategy) {
        Objects.requireNonNull(strategy, "strategy");
        return with(e -> e.strategy = strategy);
    }

    /**
     * A run with more steps fails; 1,000,000 if nothing is said.
     *
     * @param steps at least 1
     * @return a new value
     */
    public Exploration maxSteps(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("a run has at least 1 step, and not " + steps);
        }
        return with(e -> e.maxSteps = steps);
    }

    /**
     * Stops when so many seeds have failed; 1 if nothing is said.
     *
     * @param failures at least 1
     * @return a new value
     */
    public Exploration stopAfter(int failures) {
        if (failures < 1) {
            throw new IllegalArgumentException("an exploration stops after at least 1 failure, and not " + failures);
        }
        return with(e -> e.stopAfter = failures);
    }

    /**
     * Whether a failing schedule is made shorter by running the test again with parts of it; it is if nothing is said.
     *
     * @param shrink whether
     * @return a new value
     */
    public Exploration shrink(boolean shrink) {
        return with(e -> e.shrinking = shrink);
    }

    /**
     * Whether a timed wait of the JDK that would take real time fails the run, instead of being waited for and noted.
     *
     * @param strict whether; false if nothing is said
     * @return a new value
     */
    public Exploration strictTime(boolean strict) {
        return with(e -> e.strictTime = strict);
    }

    /**
     * Whether the simulation leaves the JDK's inside alone, and switches only where Espalier blocks. That is what it
     * does anyway where the JDK is closed to it.
     *
     * @param portable whether; false if nothing is said
     * @return a new value
     */
    public Exploration portable(boolean portable) {
        return with(e -> e.portable = portable);
    }

    /**
     * For how long a run waits for what is not simulated, as I/O or a timed wait of the JDK, while nothing else can
     * go on; 10 seconds if nothing is said.
     *
     * @param limit in real time, not negative
     * @return a new value
     */
    public Exploration realLimit(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the limit of real time is at least 0, and not " + limit);
        }
        return with(e -> e.realLimit = limit);
    }

    /**
     * After how long without a switch a run fails, because a thread loops or blocks where the simulation cannot
     * switch; 30 seconds if nothing is said. A debugger at a breakpoint looks the same.
     *
     * @param limit in real time, positive
     * @return a new value
     */
    public Exploration stuckAfter(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("a run is stuck after a positive time, and not " + limit);
        }
        return with(e -> e.stuckAfter = limit);
    }

    /**
     * What is injected.
     *
     * @param faults sets it for each run
     * @return a new value
     */
    public Exploration faults(Consumer<Faults> faults) {
        Objects.requireNonNull(faults, "faults");
        return with(e -> e.faults = faults);
    }

    /**
     * The first seed.
     *
     * @return see {@link #from(long)}
     */
    public long from() {
        return from;
    }

    /**
     * How many seeds.
     *
     * @return see {@link #seeds(int)}
     */
    public int seeds() {
        return seeds;
    }

    /**
     * What draws the order of threads.
     *
     * @return see {@link #strategy(Strategy)}
     */
    public Strategy strategy() {
        return strategy;
    }

    /**
     * The longest run.
     *
     * @return see {@link #maxSteps(long)}
     */
    public long maxSteps() {
        return maxSteps;
    }

    /**
     * How many failures are looked for.
     *
     * @return see {@link #stopAfter(int)}
     */
    public int stopAfter() {
        return stopAfter;
    }

    /**
     * Whether failing schedules are made shorter.
     *
     * @return see {@link #shrink(boolean)}
     */
    public boolean isShrinking() {
        return shrinking;
    }

    /**
     * Whether real time fails a run.
     *
     * @return see {@link #strictTime(boolean)}
     */
    public boolean isStrictTime() {
        return strictTime;
    }

    /**
     * Whether only Espalier's own blocking points switch.
     *
     * @return see {@link #portable(boolean)}
     */
    public boolean isPortable() {
        return portable;
    }

    /**
     * How long is waited for what is outside.
     *
     * @return see {@link #realLimit(Duration)}
     */
    public Duration realLimit() {
        return realLimit;
    }

    /**
     * When a run is taken to be stuck.
     *
     * @return see {@link #stuckAfter(Duration)}
     */
    public Duration stuckAfter() {
        return stuckAfter;
    }

    /**
     * What is injected.
     *
     * @return see {@link #faults(Consumer)}
     */
    public Consumer<Faults> faults() {
        return faults;
    }
}
