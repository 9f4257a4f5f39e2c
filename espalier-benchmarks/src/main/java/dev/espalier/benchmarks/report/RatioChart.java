// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import dev.espalier.benchmarks.Statistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Ratios to the raw contender on a logarithmic axis: left of the line at 1 is cheaper than threads without structure. */
final class RatioChart {
    private static final int LEFT = 300;
    private static final int WIDTH = 900;
    private static final int LINE = 24;
    private static final int TOP = 64;
    private static final double LEAST = 0.05;
    private static final double MOST = 50;
    private static final double[] TICKS = {0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50};

    private RatioChart() {}

    /** The chart, unless there is nothing to compare. */
    static Optional<String> draw(List<Row> rows) {
        List<Row> lines = rows.stream()
                .filter(row -> row.kind() != Kind.SYNC
                        && row.kind() != Kind.OTHER
                        && !row.key().contains("+"))
                .filter(row -> !row.key().matches("W[145]-.*") || row.key().matches("W[145]-100000"))
                .filter(row -> row.ratios("espalier", Kind.RAW, Aspect.FIGURE).isPresent())
                .toList();
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        List<String> contenders = Report.CONTENDERS.stream()
                .filter(name -> lines.stream().anyMatch(row -> row.contenders().contains(name)))
                .toList();
        int bottom = TOP + lines.size() * LINE;
        var svg = new Svg(
                WIDTH, bottom + 40, "Time or heap of each contender in each workload, as a ratio to raw threads");
        svg.text(LEFT, 20, "start", "Ratio to raw threads, which have no structure; less is better");
        svg.legend(20, 44, contenders);
        for (double tick : TICKS) {
            svg.line(x(tick), TOP - 6, x(tick), bottom, tick == 1 ? "#222222" : "#dddddd", tick == 1 ? 1.5 : 1);
            svg.text(x(tick), bottom + 18, "middle", String.format(Locale.ROOT, tick < 1 ? "%.2f" : "%.0f", tick));
        }
        for (int i = 0; i < lines.size(); i++) {
            Row row = lines.get(i);
            double y = TOP + i * LINE + LINE / 2.0;
            svg.text(LEFT - 12, y + 4, "end", row.title());
            svg.line(x(LEAST), y, x(MOST), y, "#eeeeee", 1);
            for (String contender : contenders.reversed()) {
                row.ratios(contender, Kind.RAW, Aspect.FIGURE).ifPresent(ratios -> {
                    double ratio = Statistics.median(ratios);
                    svg.dot(x(ratio), y, contender, String.format(Locale.ROOT, "%s %.2f", contender, ratio));
                });
            }
        }
        return Optional.of(svg.finish());
    }

    /** What is beyond the axis stands at its end; its tip has the number. */
    private static double x(double ratio) {
        double within = Math.clamp(ratio, LEAST, MOST);
        return LEFT + (WIDTH - LEFT - 24) * Math.log(within / LEAST) / Math.log(MOST / LEAST);
    }
}
