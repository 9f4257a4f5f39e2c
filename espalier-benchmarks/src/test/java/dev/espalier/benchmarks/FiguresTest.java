// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Collection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.Result;

@SuppressWarnings({"rawtypes", "unchecked"}) // as JMH has it
class FiguresTest {
    private final Figures figures = new Figures();

    @Test
    @DisplayName("the figure of an iteration is the median of what was recorded in it, for each name")
    void median() {
        figures.beforeIteration(null, null);
        for (double time : new double[] {9, 1, 2}) {
            Figures.record("time", time);
        }
        Figures.record("heap", 7);
        var results = (Collection<Result>) (Collection<?>) figures.afterIteration(null, null, null);
        assertThat(results)
                .extracting(Result::getLabel, Result::getScore)
                .containsExactly(tuple("heap", 7.0), tuple("time", 2.0));
    }

    @Test
    @DisplayName("an iteration does not see the one before, nor the warm-up")
    void cleared() {
        Figures.record("time", 5);
        figures.beforeIteration(null, null);
        assertThat(figures.afterIteration(null, null, null)).isEmpty();
    }
}
