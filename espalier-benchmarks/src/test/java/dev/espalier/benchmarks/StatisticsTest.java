// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    @DisplayName("the median is the one in the middle, whatever the order")
    void median() {
        assertThat(Statistics.median(new double[] {5, 1, 3})).isEqualTo(3);
        assertThat(Statistics.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
        assertThat(Statistics.median(new double[] {})).isNaN();
    }

    @Test
    @DisplayName("ratios are of pairs, and of nothing else")
    void ratios() {
        assertThat(Statistics.ratios(new double[] {2, 9}, new double[] {4, 3})).containsExactly(0.5, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Statistics.ratios(new double[] {1}, new double[] {}))
                .withMessageContaining("1 values, 0 to compare with");
    }

    @Test
    @DisplayName("an interval needs pairs")
    void tooFew() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Statistics.bootstrap(new double[4], 1))
                .withMessageContaining("run more");
    }

    @Test
    @DisplayName("a 95 % interval has the truth in it about 95 times of 100, also when the noise is one-sided")
    void coverage() {
        var random = new Random(42);
        int covered = 0;
        for (int i = 0; i < 200; i++) {
            // Noise of a busy machine: mostly little, now and then a multiple; the median of the ratios is 1.
            double[] ratios = new double[25];
            Arrays.setAll(ratios, _ -> {
                double time = noise(random);
                return time / noise(random);
            });
            Statistics.Interval interval = Statistics.bootstrap(ratios, i);
            assertThat(interval.ratio()).isBetween(interval.low(), interval.high());
            covered += interval.low() <= 1 && interval.high() >= 1 ? 1 : 0;
        }
        assertThat(covered).isBetween(180, 200);
    }

    private static double noise(Random random) {
        return 1 + Math.abs(random.nextGaussian()) * (random.nextInt(5) == 0 ? 2 : 0.1);
    }

    @Test
    @DisplayName("a difference of a tenth is found, and none is not")
    void verdict() {
        var random = new Random(7);
        double[] same = new double[20];
        double[] slower = new double[20];
        Arrays.setAll(same, _ -> 1 + 0.03 * random.nextGaussian());
        Arrays.setAll(slower, _ -> 1.1 + 0.03 * random.nextGaussian());
        assertThat(Compare.verdict(Statistics.bootstrap(same, 1))).isEqualTo("the same");
        assertThat(Compare.verdict(Statistics.bootstrap(slower, 1))).isEqualTo("**slower**");
        assertThat(Compare.verdict(new Statistics.Interval(0.9, 0.85, 0.95))).isEqualTo("faster");
        assertThat(Compare.verdict(new Statistics.Interval(1.1, 0.8, 1.5))).startsWith("not known");
        assertThat(Compare.verdict(new Statistics.Interval(1.05, 1.01, 1.2))).startsWith("not known");
    }
}
