// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import dev.espalier.benchmarks.Statistics;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the project wants of Espalier: a ratio to another contender within one run.
 *
 * @param key the workload and its parameters
 * @param other the contender that it is compared with
 * @param aspect what is compared
 * @param limit the most that the ratio may be; for the work of neighbours, the least
 */
record Target(String key, String other, Aspect aspect, double limit) {
    private static final String ESPALIER = "espalier";

    /** All of them, in the order of the workloads. */
    static final List<Target> ALL = List.of(
            time("W1-100000", "raw", 1.1),
            time("W1-100000", "jdkScope", 0.8),
            time("W2-1", "raw", 0.8),
            time("W2-4", "raw", 0.65),
            time("W2-16", "raw", 0.9),
            time("W2-4@platform", "raw", 0.15),
            time("W3", "raw", 1),
            time("W4-100000", "raw", 1.05),
            time("W5-100000", "raw", 1.08),
            time("W5-100000", "jdkScope", 1),
            time("W5-1000000", "raw", 1.08),
            time("W5-1000000", "jdkScope", 1),
            time("W6", "raw", 2),
            time("W6T", "raw", 2),
            time("W6", "kotlin", 1),
            time("W6", "go", 1),
            time("W7", "raw", 1.1),
            time("W8", "raw", 1),
            time("W9", "raw", 1),
            time("SYNC-LOCK-1", "juc", 1.25),
            time("SYNC-SEMAPHORE-1", "juc", 1.25),
            time("SYNC-LIMITER-1", "juc", 1.25),
            time("SYNC-EVENT-1", "juc", 1.25),
            time("SYNC-LOCK-2", "juc", 1.1),
            time("SYNC-LOCK-64", "juc", 1.1),
            time("SYNC-SEMAPHORE-2", "juc", 1.1),
            time("SYNC-SEMAPHORE-64", "juc", 1.1),
            time("SYNC-LIMITER-64", "juc", 1.1),
            time("SYNC-CONDITION-2", "juc", 1.1),
            neighbours("W2-1+1"),
            neighbours("W2-4+1"),
            neighbours("W2-16+1"),
            neighbours("W2-4@platform+1"));

    private static Target time(String key, String other, double limit) {
        return new Target(key, other, Aspect.FIGURE, limit);
    }

    /** The raw contender parks at once. */
    private static Target neighbours(String key) {
        return new Target(key, "raw", Aspect.NEIGHBOURS, 0.98);
    }

    /** A row of the table, if this was measured. */
    Optional<String> judge(List<Row> rows) {
        return rows.stream()
                .filter(row -> row.key().equals(key))
                .findFirst()
                .flatMap(row -> row.ratios(ESPALIER, other, aspect).map(ratios -> line(row, ratios)));
    }

    private String line(Row row, double[] ratios) {
        String best = aspect == Aspect.NEIGHBOURS
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%.2f",
                        row.ratioOfLowest(ESPALIER, other, aspect).orElseThrow());
        double low = Arrays.stream(ratios).min().orElseThrow();
        double high = Arrays.stream(ratios).max().orElseThrow();
        return String.format(
                Locale.ROOT,
                "| %s%s | %s | %s %.2f | %.2f | %.2f–%.2f | %s | %s |%n",
                row.title(),
                aspect == Aspect.NEIGHBOURS ? ": work of others" : "",
                other,
                aspect == Aspect.NEIGHBOURS ? "≥" : "≤",
                limit,
                Statistics.median(ratios),
                low,
                high,
                best,
                verdict(low, high, Statistics.median(ratios)));
    }

    private String verdict(double low, double high, double median) {
        boolean most = aspect != Aspect.NEIGHBOURS;
        if (most ? high <= limit : low >= limit) {
            return "yes";
        }
        if (most ? low > limit : high < limit) {
            return "no";
        }
        return (most ? median <= limit : median >= limit) ? "yes, but not in each round" : "not in each round";
    }
}
