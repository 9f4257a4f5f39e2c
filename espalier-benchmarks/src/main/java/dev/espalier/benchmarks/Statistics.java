// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.util.Arrays;
import java.util.Random;

/** The little of statistics that the tables need. */
public final class Statistics {
    private static final int RESAMPLES = 10_000;

    /**
     * Where a ratio is, with 95 % confidence.
     *
     * @param ratio the median of the pairs' ratios
     * @param low the lower end
     * @param high the upper end
     */
    public record Interval(double ratio, double low, double high) {}

    private Statistics() {}

    /**
     * The median: the middle one, or between the two in the middle.
     *
     * @param values in any order; none gives NaN
     * @return the median
     */
    public static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * Each value divided by the one at its place in the other.
     *
     * @param values the dividends
     * @param others the divisors, as many
     * @return the ratios
     */
    public static double[] ratios(double[] values, double[] others) {
        if (values.length != others.length) {
            throw new IllegalArgumentException(
                    "ratios are of pairs: " + values.length + " values, " + others.length + " to compare with");
        }
        double[] ratios = new double[values.length];
        Arrays.setAll(ratios, i -> values[i] / others[i]);
        return ratios;
    }

    /**
     * The median of ratios and its confidence interval, by a bootstrap: from the ratios as many are drawn, with replacement, thousands of times, and the
     * medians of the draws say how much the median depends on chance. It assumes that pairs do not depend on each other, and nothing of how they are
     * distributed.
     *
     * @param ratios one of each pair
     * @param seed of the draws, so that the same figures give the same interval
     * @return the interval
     */
    public static Interval bootstrap(double[] ratios, long seed) {
        if (ratios.length < 5) {
            throw new IllegalArgumentException(
                    "a confidence interval needs 5 pairs or more, not " + ratios.length + ": run more of them");
        }
        var random = new Random(seed);
        double[] medians = new double[RESAMPLES];
        double[] draw = new double[ratios.length];
        for (int i = 0; i < RESAMPLES; i++) {
            Arrays.setAll(draw, _ -> ratios[random.nextInt(ratios.length)]);
            medians[i] = median(draw);
        }
        Arrays.sort(medians);
        return new Interval(median(ratios), medians[(int) (RESAMPLES * 0.025)], medians[(int) (RESAMPLES * 0.975) - 1]);
    }
}
