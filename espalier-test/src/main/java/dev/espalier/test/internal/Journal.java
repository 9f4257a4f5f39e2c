// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Schedule;
import dev.espalier.test.Trace;
import dev.espalier.test.Trace.Event;
import dev.espalier.test.Trace.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what happens in a world and what was decided. Used by whoever has the turn. */
final class Journal {
    private static final int HALF = 50_000;
    private static final int TAIL = 40;

    private final World world;
    private final List<Event> head = new ArrayList<>();
    private final Deque<Event> tail = new ArrayDeque<>();
    private long dropped;
    private final List<Schedule.Decision> decisions = new ArrayList<>();
    private @Nullable String outcome;

    Journal(World world) {
        this.world = world;
    }

    void add(@Nullable SimThread thread, Kind kind, @Nullable SimThread by, String detail) {
        if (world.isUnwinding()) {
            return;
        }
        var event = new Event(
                world.steps(),
                world.clock().elapsed(),
                thread == null ? -1 : thread.number,
                kind,
                by == null ? -1 : by.number,
                detail);
        if (head.size() < HALF) {
            head.add(event);
            return;
        }
        tail.add(event);
        if (tail.size() > HALF) {
            tail.remove();
            dropped++;
        }
    }

    void decided(SimThread last, SimThread next) {
        decisions.add(new Schedule.Decision(last.number, last.points, next.number, null));
    }

    /** The last decision could not be carried out. */
    void notDecided() {
        decisions.removeLast();
    }

    void injected(SimThread thread, String fault) {
        decisions.add(new Schedule.Decision(thread.number, thread.points, 0, fault));
    }

    void ended(String text) {
        outcome = text;
    }

    Schedule schedule() {
        return Schedule.of(world.run.seed(), decisions);
    }

    Trace trace() {
        var events = new ArrayList<>(head);
        events.addAll(tail);
        return new Trace(world.run.seed(), world.crowd().labels(), events, dropped, outcome);
    }

    /** The end of it, for a message. */
    String tail() {
        return "what happened last:\n" + trace().last(TAIL);
    }
}
