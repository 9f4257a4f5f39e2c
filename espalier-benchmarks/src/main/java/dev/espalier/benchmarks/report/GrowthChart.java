// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one task costs in groups of 1,000 to 1,000,000: forking and joining it, cancelling it, and its heap. A horizontal line is a cost that grows with the
 * number of tasks and not faster.
 */
final class GrowthChart {
    private static final List<Kind> PANELS = List.of(Kind.W1, Kind.W4, Kind.W5);
    private static final int PANEL = 300;
    private static final int PLOT = 210;
    private static final int HEIGHT = 320;
    private static final int TOP = 70;
    private static final int BOTTOM = 270;
    private static final double LEAST = 1_000;
    private static final double MOST = 1_000_000;

    private GrowthChart() {}

    /** The chart, unless no workload was measured with several numbers of tasks. */
    static Optional<String> draw(List<Row> rows) {
        if (PANELS.stream().noneMatch(kind -> panel(rows, kind).size() > 1)) {
            return Optional.empty();
        }
        List<String> contenders = Report.CONTENDERS.stream()
                .filter(name -> PANELS.stream().anyMatch(kind -> points(panel(rows, kind), name) > 1))
                .toList();
        var svg = new Svg(
                PANELS.size() * PANEL, HEIGHT, "Cost of a task in groups of a thousand to a million, by contender");
        svg.legend(20, 24, contenders);
        for (int i = 0; i < PANELS.size(); i++) {
            draw(svg, i * PANEL + 64, PANELS.get(i), panel(rows, PANELS.get(i)), contenders);
        }
        return Optional.of(svg.finish());
    }

    private static List<Row> panel(List<Row> rows, Kind kind) {
        return rows.stream()
                .filter(row -> row.kind() == kind && row.key().matches("W\\d-\\d+"))
                .toList();
    }

    private static long points(List<Row> rows, String contender) {
        return rows.stream().filter(row -> row.contenders().contains(contender)).count();
    }

    private static void draw(Svg svg, double left, Kind kind, List<Row> rows, List<String> contenders) {
        double highest = 0;
        for (Row row : rows) {
            for (String contender : contenders) {
                highest = Math.max(highest, row.median(contender, Aspect.FIGURE).orElse(0.0));
            }
        }
        if (highest == 0) {
            return;
        }
        double step = step(highest);
        double top = Math.ceil(highest / step) * step;
        svg.text(left - 50, TOP - 18, "start", heading(kind));
        for (double value = 0; value <= top; value += step) {
            double y = y(value, top);
            svg.line(left, y, left + PLOT, y, "#e4e4e4", 1);
            svg.text(left - 6, y + 4, "end", String.format(Locale.ROOT, "%,.0f", value));
        }
        for (double tasks = LEAST; tasks <= MOST; tasks *= 10) {
            svg.text(
                    x(left, tasks),
                    BOTTOM + 20,
                    "middle",
                    tasks < MOST ? String.format(Locale.ROOT, "%.0fk", tasks / 1_000) : "1M");
        }
        for (String contender : contenders.reversed()) {
            double lastX = Double.NaN;
            double lastY = Double.NaN;
            for (Row row : rows) {
                Optional<Double> figure = row.median(contender, Aspect.FIGURE);
                if (figure.isEmpty()) {
                    continue;
                }
                double tasks = Double.parseDouble(row.key().substring(row.key().indexOf('-') + 1));
                double x = x(left, tasks);
                double y = y(figure.get(), top);
                if (!Double.isNaN(lastX)) {
                    svg.line(lastX, lastY, x, y, Svg.colour(contender), contender.equals("espalier") ? 2.5 : 1.2);
                }
                svg.dot(
                        x,
                        y,
                        contender,
                        String.format(
                                Locale.ROOT, "%s, %,.0f tasks: %,.0f %s", contender, tasks, figure.get(), kind.unit()));
                lastX = x;
                lastY = y;
            }
        }
    }

    private static String heading(Kind kind) {
        return switch (kind) {
            case W1 -> "W1 fork and join, ns/task";
            case W4 -> "W4 cancel parked tasks, ns/task";
            default -> "W5 heap of a parked task, bytes";
        };
    }

    /** So that there are four to eight lines: 1, 2 or 5 with noughts. */
    private static double step(double highest) {
        double power = Math.pow(10, Math.floor(Math.log10(highest / 4)));
        double steps = highest / 4 / power;
        return power * (steps >= 5 ? 5 : steps >= 2 ? 2 : 1);
    }

    private static double x(double left, double tasks) {
        return left + 14 + (PLOT - 28) * Math.log(tasks / LEAST) / Math.log(MOST / LEAST);
    }

    private static double y(double value, double top) {
        return BOTTOM - (BOTTOM - TOP) * value / top;
    }
}
