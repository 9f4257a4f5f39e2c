// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

/** Writes the elements of a picture. Every text that comes from outside goes through {@link #escape}. */
final class Svg {
    private final StringBuilder out = new StringBuilder();

    /** A document of this size, with a title for those who do not see it. */
    void begin(int width, int height, String title, String style) {
        out.append("""
            <svg xmlns="http://www.w3.org/2000/svg" role="img" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d">
            """.formatted(width, height));
        title(title);
        out.append("<style>\n").append(style).append("</style>\n");
        rect("page", 0, 0, width, height);
    }

    String end() {
        return out.append("</svg>\n").toString();
    }

    /** What follows, up to {@link #ungroup}, is one thing, which says this where the pointer is over it. */
    void group(String type, String tooltip) {
        out.append("<g class=\"").append(type).append("\">");
        title(tooltip);
    }

    void ungroup() {
        out.append("</g>\n");
    }

    private void title(String text) {
        if (!text.isEmpty()) {
            out.append("<title>").append(escape(text)).append("</title>");
        }
    }

    void line(String type, int x1, int y1, int x2, int y2) {
        path(type, "M" + x1 + " " + y1 + "L" + x2 + " " + y2);
    }

    void rect(String type, int x, int y, int width, int height) {
        out.append("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
                .formatted(type, x, y, Math.max(1, width), height));
    }

    void circle(String type, int x, int y, int radius) {
        out.append("<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>".formatted(type, x, y, radius));
    }

    void path(String type, String data) {
        out.append("<path class=\"").append(type).append("\" d=\"").append(data).append("\"/>");
    }

    /** A vertical arrow, whose head is at the second end. */
    void arrow(String type, int x, int from, int to) {
        int back = to > from ? -7 : 7;
        path(type, "M" + x + " " + from + "L" + x + " " + (to + back));
        path(type + " head", "M" + x + " " + to + "l-4 " + back + "h8z");
    }

    void text(String type, int x, int y, String text) {
        out.append("<text class=\"%s\" x=\"%d\" y=\"%d\">".formatted(type, x, y))
                .append(escape(text))
                .append("</text>");
    }

    /** A text that takes at most so many characters. */
    static String fit(String text, int characters) {
        return text.length() <= characters ? text : text.substring(0, Math.max(0, characters - 1)) + "\u2026";
    }

    /** What XML cannot say at all becomes U+FFFD. */
    static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&apos;");
                case '\n', '\r', '\t' -> escaped.append(' ');
                default -> escaped.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean isCharacter(int c) {
        return c >= 0x20 && (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
    }
}
