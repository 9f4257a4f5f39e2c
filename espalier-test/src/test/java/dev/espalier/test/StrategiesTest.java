// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.test.Exploration.Strategy;
import dev.espalier.test.planted.Staircase;
import org.junit.jupiter.api.Test;

/** What finds what. */
class StrategiesTest {
    private static final int SEEDS = 2_000;

    private static int found(Strategy strategy) throws InterruptedException {
        var findings = SimulatedBackend.explore(
                Exploration.seeds(SEEDS).strategy(strategy).stopAfter(SEEDS).shrink(false), Staircase::run);
        System.out.printf(
                "%s: %d of %d seeds, %d steps in %d ms%n",
                strategy,
                findings.failures().size(),
                SEEDS,
                findings.steps(),
                findings.took().toMillis());
        assertThat(findings.failures()).allSatisfy(f -> assertThat(f.thrown()).hasStackTraceContaining("both windows"));
        return findings.failures().size();
    }

    @Test
    void prioritiesFindABugOfDepth3ThatRandomWalksRarelyFind() throws Exception {
        int byPriorities = found(new Strategy.Priorities(3, 100));
        int byWalks = found(new Strategy.RandomWalk(0));
        assertThat(byPriorities).isGreaterThan(5).isGreaterThan(5 * byWalks);
    }

    @Test
    void aDepthOf1NeverPreempts() throws Exception {
        assertThat(found(new Strategy.Priorities(1, 100))).isZero();
        var trace = SimulatedBackend.explore(
                        Exploration.seeds(1)
                                .strategy(new Strategy.Priorities(1, 100))
                                .shrink(false),
                        sim -> {
                            Staircase.run(sim);
                            throw new AssertionError(); // for the trace
                        })
                .failures()
                .getFirst()
                .trace();
        assertThat(trace.events()).noneMatch(e -> e.kind() == Trace.Kind.PREEMPTED && e.thread() > 0);
    }
}
