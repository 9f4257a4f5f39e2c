// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run of a simulation, event by event: the same for the same seed or schedule.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * <p><b>Memory.</b> At most 100,000 events; of a longer run, the first half and the last half of those.
 *
 * @since 0.1
 */
public final class Trace {
    /** What an event is. */
    public enum Kind {
        /** A thread was started. */
        STARTED,
        /** A thread goes on: the simulation switched to it. */
        RUNS,
        /** A thread could have gone on, but another does. */
        PREEMPTED,
        /** A thread waits. */
        WAITS,
        /** A thread that waited can go on. */
        WOKEN,
        /** A thread has ended. */
        ENDED,
        /** The clock was moved. */
        CLOCK,
        /** A timer fired. */
        TIMER,
        /** A scope was cancelled. */
        CANCELLED,
        /** A fault was injected. */
        FAULT,
        /** Something that another run may do otherwise: real time passed, or something outside the simulation woke a thread. */
        OUTSIDE,
        /** The test says something. */
        NOTE
    }

    /**
     * An event.
     *
     * @param step how many times a thread had gone on
     * @param time what the clock showed, from the start of the simulation
     * @param thread the number of the thread to which it happened; -1 for none
     * @param kind what it is
     * @param by the number of the thread that did it; for one that waits, of the thread that it waits for, where that is known; -1 if there is none
     * @param detail the rest
     */
    public record Event(long step, Duration time, int thread, Kind kind, int by, String detail) {
        boolean isDoneByAnother() {
            return by >= 0 && by != thread && kind != Kind.WAITS; // what it waits for stands in the detail
        }

        @Override
        public String toString() {
            var text = new StringBuilder()
                    .append(step)
                    .append(' ')
                    .append(time)
                    .append(" t")
                    .append(thread)
                    .append(' ')
                    .append(kind);
            if (isDoneByAnother()) {
                text.append(" by t").append(by);
            }
            if (!detail.isEmpty()) {
                text.append(' ').append(detail);
            }
            return text.toString();
        }
    }

    private final long seed;
    private final List<String> threads;
    private final List<Event> events;
    private final long left;
    private final @Nullable String outcome;

    /**
     * A trace of given events.
     *
     * @param seed the seed
     * @param threads the names of the threads, by number
     * @param events the events
     * @param left how many events in the middle were left out
     * @param outcome how it ended; null if it has not
     */
    public Trace(long seed, List<String> threads, List<Event> events, long left, @Nullable String outcome) {
        this.seed = seed;
        this.threads = List.copyOf(threads);
        this.events = List.copyOf(events);
        this.left = left;
        this.outcome = outcome;
    }

    /**
     * The seed of the run.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * The threads.
     *
     * @return their names, by number
     */
    public List<String> threads() {
        return threads;
    }

    /**
     * The events.
     *
     * @return in order
     */
    public List<Event> events() {
        return events;
    }

    /**
     * How many events are missing in the middle.
     *
     * @return 0 unless there were more than 100,000
     */
    public long eventsLeftOut() {
        return left;
    }

    /**
     * Whether another run with the same seed or schedule does the same.
     *
     * @return false if real time passed, or something outside the simulation woke a thread
     */
    public boolean isReplayable() {
        return events.stream().noneMatch(e -> e.kind() == Kind.OUTSIDE);
    }

    /**
     * How the run ended.
     *
     * @return a line; null if it still runs
     */
    public @Nullable String outcome() {
        return outcome;
    }

    /**
     * The events from one place on, for a message.
     *
     * @param count at most so many, the last ones
     * @return a line each, in a table
     */
    public String last(int count) {
        int from = Math.max(0, events.size() - count);
        var text = new StringBuilder();
        if (from > 0) {
            text.append("  ... ").append(from + left).append(" events before\n");
        }
        for (Event event : events.subList(from, events.size())) {
            text.append(row(event)).append('\n');
        }
        return text.toString();
    }

    private String row(Event event) {
        var name = event.thread() < 0 ? "" : name(event.thread());
        var by = event.isDoneByAnother() ? "by " + name(event.by()) + " " : "";
        return "  %8d  %12s  %-24s  %-9s  %s%s"
                .formatted(
                        event.step(),
                        "+" + time(event.time()),
                        name,
                        event.kind().name().toLowerCase(java.util.Locale.ROOT),
                        by,
                        event.detail())
                .stripTrailing();
    }

    private String name(int thread) {
        return thread < threads.size() ? threads.get(thread) : "t" + thread;
    }

    static String time(Duration time) {
        long nanos = time.toNanos();
        if (nanos == 0) {
            return "0 s";
        }
        if (nanos % 1_000_000_000 == 0) {
            return nanos / 1_000_000_000 + " s";
        }
        if (nanos % 1_000_000 == 0) {
            return nanos / 1_000_000 + " ms";
        }
        return nanos % 1_000 == 0 ? nanos / 1_000 + " us" : nanos + " ns";
    }

    /**
     * A picture of the run: a row for each thread, an arrow for who woke, started or cancelled whom.
     *
     * @return a document of its own, in SVG
     */
    public String toSvg() {
        return TracePicture.of(this);
    }

    /**
     * All events.
     *
     * @return a table
     */
    @Override
    public String toString() {
        var lines = new ArrayList<String>();
        lines.add("seed " + seed + ", " + threads.size() + " threads, " + (events.size() + left) + " events"
                + (outcome == null ? "" : "; " + outcome));
        lines.add("  %8s  %12s  %-24s  %s".formatted("step", "time", "thread", "event"));
        return String.join("\n", lines) + "\n" + last(events.size());
    }
}
