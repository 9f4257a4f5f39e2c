// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.Trace.Event;
import dev.espalier.test.Trace.Kind;
import dev.espalier.test.TraceLanes.State;
import dev.espalier.test.TraceLanes.Stretch;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws a trace. */
final class TracePicture {
    /*
     * Time goes to the right, but by events and not by the clock: most of what matters happens while the clock
     * stands. Where the clock moves, there is a line with the time. A switch takes one column, although it is two
     * events.
     *
     * A long trace would be too wide to look at and too large for a browser. The picture shows the last events, since
     * what failed is there, and says how many it leaves out; the table (Trace.toString) has them. Columns become
     * narrower before that, down to where marks would touch. Threads to which nothing happens in that part have no
     * row, so that the height is bounded as well.
     */
    static final int MOST_EVENTS = 600;

    private static final int LEFT = 190;
    private static final int MARGIN = 20;
    private static final int ROW = 50;
    private static final int NARROWEST = 14;
    private static final int WIDEST = 46;
    private static final int WIDTH = 1400;
    private static final int LEAST_WIDTH = 1000;
    private static final int SHORTEST_LABEL = 64;
    private static final double CHARACTER = 6.1;

    private final Trace trace;
    private final TraceLanes lanes;
    private final TraceStory story;
    private final Svg svg = new Svg();
    private final List<Integer> threads;
    private final Map<Integer, Integer> rows = new HashMap<>();
    private final TraceHeading heading;
    private final int step;
    private final int width;
    private final int top;
    private final int bottom;

    private TracePicture(Trace trace) {
        this.trace = trace;
        this.lanes = new TraceLanes(trace.events(), Math.max(0, trace.events().size() - MOST_EVENTS));
        this.story = new TraceStory(trace, lanes, this::name);
        this.threads = lanes.threads();
        this.step = Math.clamp((WIDTH - LEFT) / lanes.columns(), NARROWEST, WIDEST);
        this.width = Math.max(LEAST_WIDTH, LEFT + lanes.columns() * step + 2 * MARGIN);
        this.heading = new TraceHeading(trace, lanes.first(), threads.size());
        this.top = heading.height() + 26;
        this.bottom = top + threads.size() * ROW;
        for (int thread : threads) {
            rows.put(thread, rows.size());
        }
    }

    static String of(Trace trace) {
        return new TracePicture(trace).draw();
    }

    private String draw() {
        int legend = bottom + 44 + 20 * (story.items().size() + 2);
        var title = "seed " + trace.seed() + ": " + (trace.outcome() == null ? "" : trace.outcome());
        svg.begin(width, legend + TraceLegend.HEIGHT, title, TracePictureStyle.CSS);
        heading.draw(svg, MARGIN);
        clock();
        names();
        lanes.stretches().forEach(s -> stretch(s, /* label= */ false));
        var events = trace.events();
        var labels = new HashMap<Integer, Integer>();
        for (int i = lanes.first(); i < events.size(); i++) {
            if (events.get(i).kind() != Kind.WAITS || events.get(i).by() < 0) {
                arrow(events.get(i), i);
            }
        }
        lanes.stretches().forEach(s -> stretch(s, /* label= */ true));
        for (int i = lanes.first(); i < events.size(); i++) {
            if (events.get(i).kind() == Kind.WAITS && events.get(i).by() >= 0) {
                arrow(events.get(i), i); // over the labels: they are as long as the picture is
            }
            mark(events.get(i), x(lanes.column(i)), labels);
        }
        story();
        TraceLegend.draw(svg, MARGIN, legend);
        return svg.end();
    }

    /** Bands between the jumps of the clock, with the time at their left edge. */
    private void clock() {
        var events = trace.events();
        int from = LEFT;
        int free = 0;
        boolean shaded = false;
        for (int i = lanes.first(); i <= events.size(); i++) {
            boolean end = i == events.size();
            if (!end && i > lanes.first() && events.get(i).kind() != Kind.CLOCK) {
                continue;
            }
            int x = end ? width - MARGIN : i == lanes.first() ? LEFT : x(lanes.column(i));
            if (shaded && x > from) {
                svg.rect("band", from, top - 4, x - from, bottom - top + 4);
            }
            shaded = !shaded;
            from = x;
            if (end) {
                return;
            }
            var time = "+" + Trace.time(events.get(i).time());
            svg.group("time", "the clock shows " + time);
            svg.line("clock", x, top - 10, x, bottom);
            if (x >= free) {
                svg.text("soft", x + 3, top - 8, time);
                free = x + 8 + (int) (time.length() * CHARACTER * 1.1);
            }
            svg.ungroup();
        }
    }

    private void names() {
        for (int thread : threads) {
            int y = y(thread);
            svg.line("grid", MARGIN, y + ROW / 2, width - MARGIN, y + ROW / 2);
            svg.group("thread", name(thread));
            svg.text("strong", MARGIN, y + 4, Svg.fit(name(thread), 24));
            svg.ungroup();
            for (int x = LEFT + WIDTH; x < width - LEFT; x += WIDTH) {
                svg.text("soft", x, y - 14, Svg.fit(name(thread), 24)); // where the left edge is out of sight
            }
        }
    }

    /** A line or a bar, or what is written over it, which comes later, so that no arrow hides it. */
    private void stretch(Stretch stretch, boolean label) {
        int y = y(stretch.thread);
        int from = x(stretch.from);
        int to = stretch.open ? width - MARGIN : x(stretch.to);
        if (!rows.containsKey(stretch.thread)
                || (label && (stretch.state != State.WAITING || to - from < SHORTEST_LABEL))) {
            return;
        }
        boolean stuck = stretch.open && stretch.state == State.WAITING;
        var does = switch (stretch.state) {
            case READY -> "can go on, but another runs";
            case RUNNING -> "runs";
            case WAITING -> ("waits " + stretch.detail).stripTrailing();
        };
        svg.group("does", name(stretch.thread) + " " + does);
        if (label) {
            int characters = (int) ((to - from - (stuck ? 28 : 6)) / CHARACTER);
            svg.text(stuck ? "label bad" : "label", from + 5, y - 6, Svg.fit(does, characters));
        } else {
            switch (stretch.state) {
                case RUNNING -> svg.rect("running", from, y - 7, to - from, 14);
                case READY -> svg.line("ready", from, y, to, y);
                case WAITING -> svg.line(stuck ? "stuck" : "waiting", from, y, to, y);
            }
        }
        svg.ungroup();
    }

    /** From one thread to another: who goes on, and who did it. */
    private void arrow(Event event, int index) {
        Integer to = rows.get(event.thread());
        if (to == null) {
            return;
        }
        int x = x(lanes.column(index));
        boolean switched = event.kind() == Kind.PREEMPTED || event.kind() == Kind.WAITS || event.kind() == Kind.ENDED;
        int next = switched ? lanes.next(index) : -1;
        boolean atOnce = next >= 0 && trace.events().get(index + 1).kind() == Kind.RUNS;
        if (atOnce) {
            var goesOn = trace.events().get(index + 1).detail();
            boolean forced = isForced(event) || goesOn.startsWith(TraceStory.INSTEAD);
            svg.group("switch", "from " + name(event.thread()) + " to " + name(next));
            svg.line(forced ? "preempted" : "handover", x, y(event.thread()), x, y(next));
            svg.ungroup();
        }
        var type = switch (event.kind()) {
            case STARTED -> "started";
            case WOKEN -> "woken";
            case CANCELLED -> "cancelled";
            case WAITS -> "held";
            default -> "";
        };
        if (type.isEmpty() || event.by() == event.thread() || lanes.isReadiness(index)) {
            return;
        }
        if (event.by() >= 0) {
            int gap = y(event.thread()) > y(event.by()) ? 7 : -7;
            boolean held = event.kind() == Kind.WAITS;
            svg.group("arrow", tooltip(event));
            svg.arrow(
                    type,
                    x,
                    y(held ? event.thread() : event.by()) + (held ? -gap : gap),
                    y(held ? event.by() : event.thread()) - (held ? -gap : gap));
            svg.ungroup();
        } else if (event.kind() == Kind.WOKEN) {
            svg.group("arrow", tooltip(event) + " (by the clock, the JDK or something outside)");
            svg.arrow(type, x, top - 4, y(event.thread()) - 4);
            svg.ungroup();
        }
    }

    private static boolean isForced(Event event) {
        return event.kind() == Kind.PREEMPTED && !event.detail().equals(TraceStory.YIELDS);
    }

    private void mark(Event event, int x, Map<Integer, Integer> labels) {
        boolean none = event.thread() < 0;
        int y = none ? top - 4 : y(event.thread());
        svg.group("mark " + event.kind().name().toLowerCase(Locale.ROOT), tooltip(event));
        TraceLegend.mark(svg, event.kind(), isForced(event), x, y);
        var label = switch (event.kind()) {
            case CANCELLED, FAULT, OUTSIDE, NOTE -> event.detail();
            case STARTED, RUNS, PREEMPTED, WAITS, WOKEN, ENDED, CLOCK, TIMER -> "";
        };
        if (!label.isEmpty() && !none && x >= labels.getOrDefault(event.thread(), 0)) {
            var text = Svg.fit(label, Math.clamp((width - MARGIN - x) / 6, 4, 40));
            svg.text("label", x, y + 19, text);
            labels.put(event.thread(), x + (int) (text.length() * CHARACTER));
        }
        svg.ungroup();
    }

    private void story() {
        int y = bottom + 34;
        svg.text(
                "strong",
                MARGIN,
                y,
                "What happened"
                        + (story.leftOut() == 0 ? "" : ", without the first " + story.leftOut() + " such events"));
        int number = 0;
        for (TraceStory.Item item : story.items()) {
            number++;
            y += 20;
            boolean left = item.column() >= lanes.columns() - 1;
            badge(number, MARGIN + 9, y - 4, left);
            int characters = (int) ((width - 3 * MARGIN) / 6.4);
            svg.group("story", item.text());
            svg.text("", MARGIN + 24, y, Svg.fit(item.text(), characters));
            svg.ungroup();
            if (rows.containsKey(item.thread())) {
                badge(number, left ? width - MARGIN - 9 : x(item.column()), y(item.thread()) - 16, left);
            }
        }
    }

    private void badge(int number, int x, int y, boolean bad) {
        svg.circle(bad ? "badge bad" : "badge", x, y, 8);
        svg.text("number", x, y + 4, Integer.toString(number));
    }

    private String tooltip(Event event) {
        var by = event.isDoneByAnother() ? " by " + name(event.by()) : "";
        return ("step " + event.step() + ", +" + Trace.time(event.time()) + ": "
                        + (event.thread() < 0 ? "" : name(event.thread()) + " ")
                        + event.kind().name().toLowerCase(Locale.ROOT) + by + " " + event.detail())
                .stripTrailing();
    }

    private String name(int thread) {
        return thread < trace.threads().size() ? trace.threads().get(thread) : "t" + thread;
    }

    private int x(int column) {
        return LEFT + column * step + step / 2;
    }

    private int y(int thread) {
        return top + rows.getOrDefault(thread, 0) * ROW + ROW / 2 + 4;
    }
}
