// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.util.ArrayList;
import java.util.List;

/** What stands over a trace's picture: the seed, how it ended, and how much of it is shown. */
final class TraceHeading {
    private static final int LINE = 19;
    private static final int CHARACTERS = 120;
    private static final int MOST_CHARACTERS = 600;

    private final Trace trace;
    private final List<String> outcome;
    private final long eventsLeftOut;
    private final int threadsLeftOut;

    /** Of a picture that begins with this event, and has rows for so many threads. */
    TraceHeading(Trace trace, int first, int rows) {
        this.trace = trace;
        var text =
                trace.outcome() == null ? "it has not ended" : trace.outcome().replaceFirst(":$", "");
        this.outcome = wrapped(Svg.fit(text, MOST_CHARACTERS));
        this.eventsLeftOut = first + trace.eventsLeftOut();
        this.threadsLeftOut = trace.threads().size() - rows;
    }

    int height() {
        return 66 + LINE * outcome.size();
    }

    void draw(Svg svg, int left) {
        svg.text("heading", left, 30, "seed " + trace.seed());
        var how = trace.outcome() == null ? "soft" : trace.outcome().startsWith("failed") ? "failed" : "passed";
        int y = 52;
        for (String line : outcome) {
            svg.text(how, left, y, line);
            y += LINE;
        }
        var text = new StringBuilder()
                .append(trace.threads().size())
                .append(" threads, ")
                .append(trace.events().size() + trace.eventsLeftOut())
                .append(" events, from left to right");
        if (eventsLeftOut > 0) {
            text.append("; the first ").append(eventsLeftOut).append(" events are left out");
            if (threadsLeftOut > 0) {
                text.append(", and ").append(threadsLeftOut).append(" threads without an event since");
            }
        }
        svg.text("soft", left, y + 2, text.toString());
    }

    private static List<String> wrapped(String text) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : text.split("\\s+", -1)) {
            if (line.length() + word.length() > CHARACTERS && !line.isEmpty()) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
            }
            line.append(Svg.fit(word, CHARACTERS)).append(' ');
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }
}
