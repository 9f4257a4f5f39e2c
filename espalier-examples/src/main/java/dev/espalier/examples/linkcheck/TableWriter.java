// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Writes a report for people. Plain ASCII, so that it looks the same on every terminal. */
final class TableWriter {
    private static final int WIDEST = 60;

    private final PrintWriter out;

    private TableWriter(PrintWriter out) {
        this.out = out;
    }

    /** Writes the whole report. */
    static void write(Report report, PrintWriter out) {
        var writer = new TableWriter(out);
        out.println("Links of " + report.start());
        out.println();
        if (!report.findings().isEmpty()) {
            writer.table(report.findings());
            out.println();
        }
        writer.summary(report);
    }

    private void table(List<Finding> findings) {
        int target = width("target", findings, Finding::target);
        int detail = width("what", findings, Finding::detail);
        String row = "%-8s  %-" + target + "s  %-" + detail + "s  %s%n";
        out.printf(Locale.ROOT, row, "kind", "target", "what", "linked from");
        out.printf(Locale.ROOT, row, "-".repeat(8), "-".repeat(target), "-".repeat(detail), "-".repeat(11));
        for (Finding finding : findings) {
            out.printf(Locale.ROOT, row, finding.kind(), finding.target(), finding.detail(), pages(finding));
        }
    }

    private static int width(String title, List<Finding> findings, Function<Finding, String> column) {
        int longest =
                findings.stream().map(column).mapToInt(String::length).max().orElse(0);
        return Math.clamp(longest, title.length(), WIDEST);
    }

    private static String pages(Finding finding) {
        List<String> pages = finding.linkedFrom();
        return switch (pages.size()) {
            case 0 -> "";
            case 1 -> pages.getFirst();
            default -> pages.getFirst() + " and " + (pages.size() - 1) + " more";
        };
    }

    private void summary(Report report) {
        var totals = report.totals();
        out.printf(
                Locale.ROOT,
                "URLs visited: %d in %s, pages: %d, links: %d, retries: %d, external URLs skipped: %d%n",
                totals.visited(),
                Durations.format(report.time()),
                totals.pages(),
                totals.links(),
                totals.retries(),
                totals.external());
        out.printf(
                Locale.ROOT,
                "broken: %d, bad anchors: %d, redirects: %d, flaky: %d, slow: %d%n",
                report.count(Finding.Kind.BROKEN),
                report.count(Finding.Kind.ANCHOR),
                report.count(Finding.Kind.REDIRECT),
                report.count(Finding.Kind.FLAKY),
                report.count(Finding.Kind.SLOW));
        report.partial()
                .ifPresent(why -> out.printf(
                        Locale.ROOT, "PARTIAL: %s, URLs found and not visited: %d%n", why, totals.notVisited()));
    }
}
