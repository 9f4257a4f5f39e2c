// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of which one part is written by a program, between two comments; what is around it is left as it is. */
public final class Page {
    static final String BEGIN = "<!-- results: begin, written by espalier-benchmarks/run -->";
    static final String END = "<!-- results: end -->";

    private Page() {}

    /**
     * Writes the report to a page and its charts beside it, in the folder {@code images}.
     *
     * @param page has the two comments
     * @param report what to write
     * @throws IOException if the page cannot be read or written
     */
    public static void write(Path page, Report report) throws IOException {
        String text = Files.readString(page);
        var generated = new StringBuilder(report.markdown());
        Path images = page.toAbsolutePath().resolveSibling("images");
        Files.createDirectories(images);
        var ratios = report.ratioChart();
        if (ratios.isPresent()) {
            Files.writeString(images.resolve("performance.svg"), ratios.get());
            generated.append("\n![Ratios to raw threads](images/performance.svg)\n");
        }
        var growth = report.growthChart();
        if (growth.isPresent()) {
            Files.writeString(images.resolve("growth.svg"), growth.get());
            generated.append("\n![Cost of a task by the number of tasks](images/growth.svg)\n");
        }
        Files.writeString(page, replaced(text, generated.toString()));
    }

    /**
     * Throws if a page has no place for results: to know that before there are some.
     *
     * @param page the page
     * @throws IOException if it cannot be read
     */
    public static void check(Path page) throws IOException {
        var _ = replaced(Files.readString(page), "");
    }

    static String replaced(String page, String generated) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin || page.indexOf(BEGIN, begin + 1) >= 0 || page.indexOf(END, end + 1) >= 0) {
            throw new IllegalArgumentException("the page must have the line " + BEGIN
                    + " once, and after it, once, the line " + END + ": the results go between them");
        }
        return page.substring(0, begin + BEGIN.length()) + "\n\n" + generated.strip() + "\n\n" + page.substring(end);
    }
}
