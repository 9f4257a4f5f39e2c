// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.List;
import java.util.SplittableRandom;

/** Stays with the last thread with a fixed probability, and else takes any that can go on. */
final class RandomWalk implements Chooser {
    private final SplittableRandom random;
    private final double stay;

    RandomWalk(SplittableRandom random, double stay) {
        this.random = random;
        this.stay = stay;
    }

    @Override
    public int choose(SimThread last, boolean canGoOn, List<SimThread> others) {
        if (!canGoOn) {
            return random.nextInt(others.size());
        }
        if (random.nextDouble() < stay) {
            return LAST;
        }
        return random.nextInt(others.size() + 1) - 1;
    }
}
