// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import dev.espalier.benchmarks.Statistics;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One workload with one set of parameters: what each contender needs for it. */
final class Row {
    /** By kind, then by parameters, numbers by size. */
    static final Comparator<Row> ORDER =
            Comparator.comparing((Row row) -> row.kind).thenComparing(row -> sortable(row.key));

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private final Kind kind;
    private final String key;
    private final Map<String, Measured> contenders = new LinkedHashMap<>();

    private Row(Kind kind, String key) {
        this.kind = kind;
        this.key = key;
    }

    /** The rows of what was measured, in their order. */
    static List<Row> of(Collection<Measured> measured) {
        var rows = new TreeMap<String, Row>();
        for (Measured each : measured) {
            rows.computeIfAbsent(each.key(), key -> new Row(each.kind(), key))
                    .contenders
                    .put(each.contender(), each);
        }
        return rows.values().stream().sorted(ORDER).toList();
    }

    private static String sortable(String key) {
        return NUMBER.matcher(key)
                .replaceAll(match -> Matcher.quoteReplacement(String.format("%012d", Long.parseLong(match.group()))));
    }

    Kind kind() {
        return kind;
    }

    String key() {
        return key;
    }

    String title() {
        return kind.title(key);
    }

    Collection<String> contenders() {
        return contenders.keySet();
    }

    /** The median over the rounds. */
    Optional<Double> median(String contender, Aspect aspect) {
        return rounds(contender, aspect).map(Statistics::median);
    }

    /**
     * How a contender compares with another, round by round: what else the machine did in a round met both. Programs outside of the JVM
     * may have fewer rounds: then all there is, is the ratio of the medians.
     */
    Optional<double[]> ratios(String contender, String other, Aspect aspect) {
        Optional<double[]> these = rounds(contender, aspect);
        Optional<double[]> those = rounds(other, aspect);
        if (these.isEmpty() || those.isEmpty()) {
            return Optional.empty();
        }
        if (these.get().length == those.get().length) {
            return Optional.of(Statistics.ratios(these.get(), those.get()));
        }
        return Optional.of(new double[] {Statistics.median(these.get()) / Statistics.median(those.get())});
    }

    /** How the best round of one compares with the best of the other. */
    Optional<Double> ratioOfLowest(String contender, String other, Aspect aspect) {
        return rounds(contender, aspect)
                .flatMap(these -> rounds(other, aspect).map(those -> lowest(these) / lowest(those)));
    }

    private static double lowest(double[] rounds) {
        return Arrays.stream(rounds).min().orElseThrow();
    }

    private Optional<double[]> rounds(String contender, Aspect aspect) {
        Measured measured = contenders.get(contender);
        return measured == null ? Optional.empty() : aspect.of(measured);
    }
}
