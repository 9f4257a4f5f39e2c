// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.Trace.Event;
import dev.espalier.test.Trace.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The last events of a trace, laid out: in which column each is, and what each thread does from which column to which. */
final class TraceLanes {
    enum State {
        READY,
        RUNNING,
        WAITING
    }

    /** What a thread does for a while. */
    static final class Stretch {
        final int thread;
        final State state;
        final int from;
        int to;
        String detail;
        /** Nothing ends it: it lasts to the end of the trace. */
        boolean open = true;

        private Stretch(int thread, State state, int from, String detail) {
            this.thread = thread;
            this.state = state;
            this.from = from;
            this.to = from;
            this.detail = detail;
        }
    }

    private final List<Event> events;
    private final int first;
    private final int[] columns;
    private final List<Stretch> stretches = new ArrayList<>();
    private final Map<Integer, Stretch> now = new HashMap<>();
    private @Nullable Stretch running;

    TraceLanes(List<Event> events, int first) {
        this.events = events;
        this.first = first;
        this.columns = new int[events.size()];
        int column = 0;
        for (int i = 0; i < events.size(); i++) {
            if (i > first && !belongsToThePrevious(i)) {
                column++;
            }
            columns[i] = column;
            take(events.get(i), column);
        }
        for (Stretch stretch : now.values()) {
            stretch.to = column + 1;
        }
    }

    /** One thread stops and another goes on: that is one thing. So is that a thread is started and can run. */
    private boolean belongsToThePrevious(int i) {
        Event event = events.get(i);
        Event before = events.get(i - 1);
        return switch (before.kind()) {
            case PREEMPTED, WAITS, ENDED -> event.kind() == Kind.RUNS;
            case STARTED, WOKEN -> isReadiness(i) || (event.kind() == Kind.RUNS && event.thread() == before.thread());
            default -> false;
        };
    }

    /** Whether this says no more than the start before it. */
    boolean isReadiness(int i) {
        return i > 0
                && events.get(i).kind() == Kind.WOKEN
                && events.get(i - 1).kind() == Kind.STARTED
                && events.get(i).thread() == events.get(i - 1).thread();
    }

    private void take(Event event, int column) {
        Stretch old = now.get(event.thread());
        boolean waits = old != null && old.state == State.WAITING;
        switch (event.kind()) {
            case STARTED, PREEMPTED -> begin(event, State.READY, column);
            case RUNS -> {
                if (running != null && running.thread != event.thread() && now.get(running.thread) == running) {
                    end(running, column); // events are missing in between
                }
                running = begin(event, State.RUNNING, column);
            }
            case WAITS -> {
                if (old != null && waits) {
                    old.detail = event.detail(); // more is known now
                } else {
                    begin(event, State.WAITING, column);
                }
            }
            case WOKEN, OUTSIDE -> {
                if (waits && (event.kind() == Kind.WOKEN || event.detail().startsWith("woken"))) {
                    begin(event, State.READY, column);
                }
            }
            case ENDED -> {
                if (old != null) {
                    end(old, column);
                }
            }
            case CLOCK, TIMER, CANCELLED, FAULT, NOTE -> {}
        }
    }

    private Stretch begin(Event event, State state, int column) {
        Stretch old = now.get(event.thread());
        if (old != null) {
            end(old, column);
        }
        var stretch = new Stretch(event.thread(), state, column, event.detail());
        now.put(event.thread(), stretch);
        stretches.add(stretch);
        return stretch;
    }

    private void end(Stretch stretch, int column) {
        stretch.to = column;
        stretch.open = false;
        now.remove(stretch.thread);
    }

    int first() {
        return first;
    }

    int column(int event) {
        return columns[event];
    }

    int columns() {
        return columns.length == 0 ? 1 : columns[columns.length - 1] + 2;
    }

    /** Without those that are over before the first event. */
    List<Stretch> stretches() {
        return stretches.stream().filter(s -> s.to > 0 && s.to > s.from).toList();
    }

    /** What a thread is left with; null if it has ended. */
    @Nullable
    Stretch left(int thread) {
        return now.get(thread);
    }

    /** Those to which something happens, or that do something, by their numbers. */
    List<Integer> threads() {
        var threads = new TreeSet<Integer>();
        for (Event event : events.subList(first, events.size())) {
            threads.add(event.thread());
            threads.add(event.by());
        }
        threads.remove(-1);
        return List.copyOf(threads);
    }

    /** The thread that goes on instead of one that stopped; -1 if it goes on itself. */
    int next(int event) {
        for (int i = event + 1; i < events.size(); i++) {
            if (events.get(i).kind() == Kind.RUNS) {
                int next = events.get(i).thread();
                return next == events.get(event).thread() ? -1 : next;
            }
        }
        return -1;
    }
}
