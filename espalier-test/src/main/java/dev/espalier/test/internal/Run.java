// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Exploration;
import dev.espalier.test.Faults;
import dev.espalier.test.Schedule;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one run is to be like.
 *
 * @param seed of everything that is drawn
 * @param schedule what to replay; null to explore
 * @param chooser who goes on
 * @param maxSteps at most so many
 * @param grace how long, in real time, something outside may take to come when nothing tells that it will
 * @param places whether the trace says where threads are when they stop, which takes time
 * @param options the rest
 */
record Run(
        long seed,
        @Nullable Schedule schedule,
        Chooser chooser,
        long maxSteps,
        Duration grace,
        boolean places,
        Exploration options) {
    private static final Duration GRACE = Duration.ofMillis(200);

    /** A run of a seed. */
    static Run explore(Exploration options, long seed) {
        return new Run(seed, null, chooser(options, seed), options.maxSteps(), GRACE, /* places= */ false, options);
    }

    /** A run that repeats another. */
    static Run replay(Exploration options, Schedule schedule, long maxSteps, Duration grace) {
        return new Run(schedule.seed(), schedule, new Replay(schedule), maxSteps, grace, /* places= */ false, options);
    }

    /** The same run, whose trace has the places. */
    Run withPlaces() {
        return new Run(seed, schedule, chooser, maxSteps, grace, /* places= */ true, options);
    }

    static Run replay(Exploration options, Schedule schedule) {
        return replay(options, schedule, options.maxSteps(), GRACE);
    }

    /*
     * Bugs differ in what finds them: many switches, few, or one at the right place. So, unless the options say otherwise, each seed draws
     * its way of choosing as well. Half of them walk at random and stay with a thread for 1, 2, 8 or 32 points on average; half use
     * priorities with a depth of 1 to 4 and a guessed length.
     */
    private static Chooser chooser(Exploration options, long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 3; i++) {
            long _ = random.nextLong(); // seeds that are neighbours start alike
        }
        return switch (options.strategy()) {
            case Exploration.Strategy.RandomWalk(double stay) -> new RandomWalk(random, stay);
            case Exploration.Strategy.Priorities(int depth, int length) -> new Priorities(random, depth, length);
            case Exploration.Strategy.Mixed() ->
                random.nextBoolean()
                        ? new RandomWalk(random, 1 - 1.0 / (1 << new int[] {0, 1, 3, 5}[random.nextInt(4)]))
                        : new Priorities(random, 1 + random.nextInt(4), 1 << (4 + random.nextInt(8)));
        };
    }

    boolean strictTime() {
        return options.isStrictTime();
    }

    Duration realLimit() {
        return options.realLimit();
    }

    boolean portable() {
        return options.isPortable();
    }

    Faults newFaults() {
        var faults = new Faults();
        options.faults().accept(faults);
        return faults;
    }
}
