// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.Trace.Kind;

/** The marks in a trace's picture, and what they mean. */
final class TraceLegend {
    static final int HEIGHT = 140;
    private static final int CELL = 180;
    private static final int IN_A_ROW = 5;

    private final Svg svg;
    private final int left;
    private final int top;
    private int count;

    private TraceLegend(Svg svg, int left, int top) {
        this.svg = svg;
        this.left = left;
        this.top = top;
    }

    static void draw(Svg svg, int left, int top) {
        svg.group("legend", "");
        new TraceLegend(svg, left, top).draw();
        svg.ungroup();
    }

    /** An event, at its place. */
    static void mark(Svg svg, Kind kind, boolean forced, int x, int y) {
        var at = "M" + x + " " + y;
        switch (kind) {
            case STARTED -> svg.circle("started", x, y, 4);
            case ENDED -> svg.rect("ended", x - 2, y - 10, 4, 20);
            case PREEMPTED -> svg.path(forced ? "preempted" : "handover", at + "m-3 -10v20m6 -20v20");
            case CANCELLED -> svg.path("cancelled", at + "m-5 -5l10 10m0 -10l-10 10");
            case TIMER -> svg.path("timer", at + "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0m6 -4v4h4");
            case FAULT -> svg.path("fault", at + "m2 -11l-8 12h5l-2 10l8 -12h-5z");
            case OUTSIDE -> svg.path("outside", at + "m0 -7l7 7l-7 7l-7 -7z");
            case NOTE -> svg.path("note", at + "v-18h10l-3 4l3 4h-10");
            case RUNS, WAITS, WOKEN, CLOCK -> {} // what leads to and from them says it
        }
    }

    private void draw() {
        svg.rect("running", next("runs"), y() - 7, 24, 14);
        line("waits", "waiting");
        line("waits to the end", "stuck");
        line("can go on", "ready");
        sign("stopped by the draw", Kind.PREEMPTED);
        upright("switch that was drawn", "preempted");
        upright("any other switch", "handover");
        arrow("starts it", "started");
        arrow("wakes it", "woken");
        arrow("cancels it", "cancelled");
        arrow("waits for that one", "held");
        sign("cancelled", Kind.CANCELLED);
        sign("ended", Kind.ENDED);
        upright("the clock moves", "clock");
        sign("timer", Kind.TIMER);
        sign("injected fault", Kind.FAULT);
        sign("from outside", Kind.OUTSIDE);
        sign("note of the test", Kind.NOTE);
    }

    private int next(String text) {
        int x = left + count % IN_A_ROW * CELL;
        count++;
        svg.text("soft", x + 30, y() + 4, text);
        return x;
    }

    private int y() {
        return top + (count - 1) / IN_A_ROW * 30 + 14;
    }

    private void line(String text, String type) {
        int x = next(text);
        svg.line(type, x, y(), x + 24, y());
    }

    private void upright(String text, String type) {
        int x = next(text) + 12;
        svg.line(type, x, y() - 10, x, y() + 10);
    }

    private void arrow(String text, String type) {
        svg.arrow(type, next(text) + 12, y() - 10, y() + 10);
    }

    private void sign(String text, Kind kind) {
        mark(svg, kind, /* forced= */ true, next(text) + 12, y());
    }
}
