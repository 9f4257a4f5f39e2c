// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** A picture in the making. It has its own white background, since pages may be dark. */
final class Svg {
    private static final List<String> COLOURS = List.of(
            "#0b6e4f", "#222222", "#888888", "#b8b8b8", "#1f77b4", "#d62728", "#ff9900", "#8e44ad", "#8c564b",
            "#17a2b8", "#e377c2", "#00acd7", "#6b8e23", "#c71585");

    private final StringBuilder text = new StringBuilder();

    Svg(int width, int height, String description) {
        add(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">",
                width,
                height,
                width,
                height));
        add(String.format(Locale.ROOT, "<title>%s</title>", escaped(description)));
        add(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height));
    }

    /** The colour of a contender, in every chart the same. */
    static String colour(String contender) {
        return COLOURS.get(Math.floorMod(Report.CONTENDERS.indexOf(contender), COLOURS.size()));
    }

    void text(double x, double y, String anchor, String content) {
        add(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#222222\">%s</text>",
                x,
                y,
                anchor,
                escaped(content)));
    }

    void line(double x1, double y1, double x2, double y2, String colour, double width) {
        add(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>",
                x1,
                y1,
                x2,
                y2,
                colour,
                width));
    }

    /** A dot of a contender; Espalier's is larger, so that it is seen in print too. */
    void dot(double x, double y, String contender, String tip) {
        add(String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\""
                        + " fill-opacity=\"0.85\"><title>%s</title></circle>",
                x,
                y,
                contender.equals("espalier") ? 6.5 : 4.5,
                colour(contender),
                escaped(tip)));
    }

    /** Which colour is whose, from left to right. */
    void legend(double x, double y, List<String> contenders) {
        for (String contender : contenders) {
            dot(x, y - 4, contender, contender);
            text(x + 10, y, "start", contender);
            x += 30 + 7.5 * contender.length();
        }
    }

    String finish() {
        return text + "</svg>\n";
    }

    private void add(String element) {
        text.append(element).append('\n');
    }

    private static String escaped(String content) {
        return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
