// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import dev.espalier.benchmarks.Statistics;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Everything that was measured in a run, as text in Markdown and as charts. */
public final class Report {
    /** The columns, for those that were measured. */
    static final List<String> CONTENDERS = List.of(
            "espalier",
            "raw",
            "juc",
            "jucUnfair",
            "jdkScope",
            "jox",
            "futures",
            "kotlin",
            "mug",
            "hikari",
            "stormpot",
            "go",
            "asyncio",
            "trio");

    private final List<Row> rows;
    private final String circumstances;

    /**
     * A report.
     *
     * @param measured everything
     * @param circumstances of the run, as a paragraph
     */
    public Report(Collection<Measured> measured, String circumstances) {
        rows = Row.of(measured);
        this.circumstances = circumstances;
    }

    /** What a target is about, how far it is reached, and all figures. */
    public String markdown() {
        var text = new StringBuilder(circumstances).append('\n');
        String targets = Target.ALL.stream()
                .map(target -> target.judge(rows))
                .flatMap(Optional::stream)
                .collect(Collectors.joining());
        if (!targets.isEmpty()) {
            text.append("""

                ### Against the targets

                | workload | beside | target | ratio | of the rounds | of the lowest | reached |
                |---|---|--:|--:|--:|--:|---|
                """).append(targets);
        }
        sections(text, "", row -> row.kind() != Kind.SYNC && row.kind() != Kind.POOL);
        sections(text, "Primitives: ", row -> row.kind() == Kind.SYNC);
        sections(text, "Pools: ", row -> row.kind() == Kind.POOL);
        return text.toString();
    }

    private void sections(StringBuilder text, String of, Predicate<Row> wanted) {
        Predicate<Row> timed = wanted.and(row -> row.kind() != Kind.W5);
        section(text, of + "time", Aspect.FIGURE, wanted);
        section(text, of + "processor time, in ns", Aspect.PROCESSOR, timed);
        section(text, of + "allocation, in bytes", Aspect.ALLOCATED, timed);
        section(text, of + "work of busy neighbours, in units per second", Aspect.NEIGHBOURS, wanted);
    }

    private void section(StringBuilder text, String title, Aspect aspect, Predicate<Row> wanted) {
        List<Row> chosen = rows.stream()
                .filter(wanted)
                .filter(row -> row.contenders().stream()
                        .anyMatch(name -> row.median(name, aspect).isPresent()))
                .toList();
        if (chosen.isEmpty()) {
            return;
        }
        List<String> columns = CONTENDERS.stream()
                .filter(name ->
                        chosen.stream().anyMatch(row -> row.median(name, aspect).isPresent()))
                .collect(Collectors.toList());
        chosen.stream()
                .flatMap(row -> row.contenders().stream())
                .filter(name -> !CONTENDERS.contains(name) && !columns.contains(name))
                .forEach(columns::add);
        boolean units = aspect == Aspect.FIGURE;
        text.append("\n### ").append(capitalised(title)).append("\n\n| workload |");
        text.append(units ? " unit |" : "");
        columns.forEach(name -> text.append(' ').append(name).append(" |"));
        text.append("\n|---|").append(units ? "---|" : "").append("--:|".repeat(columns.size()));
        for (Row row : chosen) {
            text.append("\n| ").append(row.title()).append(" |");
            text.append(units ? " " + row.kind().unit() + " |" : "");
            columns.forEach(
                    name -> text.append(' ').append(cell(row, name, aspect)).append(" |"));
        }
        text.append('\n');
    }

    private static String capitalised(String title) {
        return Character.toUpperCase(title.charAt(0)) + title.substring(1);
    }

    /** The median, and its ratio to the measure of the row. */
    private static String cell(Row row, String contender, Aspect aspect) {
        Optional<Double> median = row.median(contender, aspect);
        if (median.isEmpty()) {
            return "–";
        }
        String number = String.format(Locale.ROOT, median.get() < 10 ? "%,.1f" : "%,.0f", median.get());
        String baseline = row.kind().baseline();
        if (contender.equals(baseline)) {
            return number;
        }
        return number
                + row.ratios(contender, baseline, aspect)
                        .map(ratios -> String.format(Locale.ROOT, " (%.2f)", Statistics.median(ratios)))
                        .orElse("");
    }

    /** Every workload as a line, every contender as a dot on it: its ratio to raw. */
    public Optional<String> ratioChart() {
        return RatioChart.draw(rows);
    }

    /** What a task costs, by how many there are. */
    public Optional<String> growthChart() {
        return GrowthChart.draw(rows);
    }
}
