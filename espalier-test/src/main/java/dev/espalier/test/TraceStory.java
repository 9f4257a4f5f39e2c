// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.Trace.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A trace in words: what another run might do otherwise, and what is left at the end. */
final class TraceStory {
    /** More would not be read. */
    static final int MOST = 24;

    /** What the journal says of a thread that calls Thread.yield, and of one that was drawn out of turn. */
    static final String YIELDS = "yields";

    static final String INSTEAD = "instead of ";

    /**
     * A sentence, with a number that stands in the picture as well.
     *
     * @param thread to which it happened
     * @param column where
     * @param text what
     */
    record Item(int thread, int column, String text) {}

    private final List<Item> items = new ArrayList<>();
    private int leftOut;

    TraceStory(Trace trace, TraceLanes lanes, IntFunction<String> name) {
        var events = trace.events();
        for (int i = lanes.first(); i < events.size(); i++) {
            var event = events.get(i);
            var text = sentence(event, lanes.next(i), name);
            if (!text.isEmpty()) {
                items.add(new Item(event.thread(), lanes.column(i), text));
            }
        }
        leftOut = Math.max(0, items.size() - MOST);
        items.subList(0, leftOut).clear();
        for (int thread : lanes.threads()) {
            var left = lanes.left(thread);
            if (left != null && left.state == TraceLanes.State.WAITING && items.size() < MOST + MOST) {
                var text = name.apply(thread) + " still waits " + left.detail;
                items.add(new Item(thread, lanes.columns() - 1, text.stripTrailing()));
            }
        }
    }

    private static String sentence(Event event, int next, IntFunction<String> name) {
        var who = event.thread() < 0 ? "" : name.apply(event.thread());
        var by = event.isDoneByAnother() ? " by " + name.apply(event.by()) : "";
        var detail = event.detail();
        return switch (event.kind()) {
            case PREEMPTED -> {
                var stopped = who + " is stopped" + (detail.isEmpty() ? "" : " " + detail);
                yield next < 0 || detail.equals(YIELDS) ? "" : stopped + ", and " + name.apply(next) + " goes on";
            }
            case RUNS ->
                detail.startsWith(INSTEAD) ? who + " goes on " + detail + ", which has been able to for longer" : "";
            case CANCELLED ->
                by.isEmpty() ? who + " cancels (" + detail + ")" : who + " is cancelled" + by + " (" + detail + ")";
            case FAULT -> "the simulation injects a fault into " + who + ": " + detail;
            case OUTSIDE -> who + " " + detail + " (may be otherwise in another run)";
            case NOTE -> who + " notes: " + detail;
            case STARTED, WAITS, WOKEN, ENDED, CLOCK, TIMER -> "";
        };
    }

    List<Item> items() {
        return items;
    }

    int leftOut() {
        return leftOut;
    }
}
