// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Few preemptions: every thread has a random priority, the highest runs; at {@code depth - 1} random steps the one that runs gets the
 * lowest. A bug that needs {@code depth} ordered events among n threads and k steps is found with probability 1/(n k^(depth-1)) at least.
 */
final class Priorities implements Chooser {
    /*
     * Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding
     * Bugs, ASPLOS 2010. The number of steps is not known before the run, so it is guessed. A thread that goes on for
     * very long while others could, or says that it only waits, gets the lowest priority too: else a loop that waits
     * for another thread would never end. For the same reason one that could go on for very long, and did not come to
     * it, because new ones with higher priorities kept coming, has its turn.
     */
    private static final int VERY_LONG = 2_000;
    private static final int FORGOTTEN = 20_000;

    private final SplittableRandom random;
    private final Set<Integer> changes = new HashSet<>();
    private final List<Double> priorities = new ArrayList<>();
    /** For each thread, the step at which it last ran, or was first seen. */
    private final List<Integer> ran = new ArrayList<>();

    private double lowest;
    private double highest = 1;
    private int steps;
    private int alone;

    Priorities(SplittableRandom random, int depth, int length) {
        this.random = random;
        for (int i = 1; i < depth; i++) {
            changes.add(random.nextInt(length) + 1);
        }
    }

    private double of(SimThread thread) {
        while (priorities.size() <= thread.number) {
            priorities.add(random.nextDouble());
            ran.add(steps);
        }
        return priorities.get(thread.number);
    }

    private void lower(SimThread thread) {
        double _ = of(thread);
        lowest -= 1;
        priorities.set(thread.number, lowest);
    }

    @Override
    public int choose(SimThread last, boolean canGoOn, List<SimThread> others) {
        steps++;
        if (changes.contains(steps) || ++alone > VERY_LONG) {
            alone = 0;
            lower(last);
        }
        if (steps % FORGOTTEN == 0) {
            int forgotten = forgotten(others);
            if (forgotten >= 0) {
                return forgotten;
            }
        }
        int best = LAST;
        double bestPriority = canGoOn ? of(last) : Double.NEGATIVE_INFINITY;
        for (int i = 0; i < others.size(); i++) {
            double priority = of(others.get(i));
            if (priority > bestPriority || (best == LAST && !canGoOn)) {
                bestPriority = priority;
                best = i;
            }
        }
        if (best != LAST) {
            alone = 0;
            ran.set(others.get(best).number, steps);
        }
        return best;
    }

    private int forgotten(List<SimThread> others) {
        for (int i = 0; i < others.size(); i++) {
            double _ = of(others.get(i));
            int number = others.get(i).number;
            if (steps - ran.get(number) > FORGOTTEN) {
                ran.set(number, steps);
                highest += 1;
                priorities.set(number, highest);
                return i;
            }
        }
        return -1;
    }

    @Override
    public void gaveWay(SimThread thread) {
        lower(thread);
    }
}
