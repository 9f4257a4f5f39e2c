// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was recorded, in rows: what the writers write. Made by {@link StoryBuilder}, and then not changed; no objects, for a million tasks, but where there is text. */
final class Story {
    /*
     * A node is a thread, a group or a task: its place in the rows of its kind, shifted by two bits, and the kind. Times are in nanoseconds from the recorder's beginning; UNKNOWN where it was
     * before what is recorded, or is still to come. In a task forked <= started <= ended, as far as they are known.
     */
    static final int THREAD = 0;
    static final int GROUP = 1;
    static final int TASK = 2;
    static final int NONE = -1;
    static final long UNKNOWN = -1;

    final long startedAt;
    /** The first moment that is told of. */
    final long from;
    /** The moment of the snapshot. */
    final long to;

    /** Of tasks, groups and events that were recorded and forgotten, or could not be recorded. */
    final long forgottenTasks;

    final long forgottenGroups;
    final long forgottenEvents;
    final long missed;

    final Longs threads = new Longs();
    final List<String> threadNames = new ArrayList<>();

    final Longs groups = new Longs();
    final List<@Nullable String> groupNames = new ArrayList<>();
    final Longs opened = new Longs();
    final Longs closed = new Longs();
    /** Nodes. */
    final Longs owners = new Longs();

    final Longs tasks = new Longs();
    final List<@Nullable String> taskNames = new ArrayList<>();
    /** Places of groups. */
    final Longs taskGroups = new Longs();

    final Longs forked = new Longs();
    final Longs started = new Longs();
    final Longs ended = new Longs();
    /** As in {@link Recording}; 0 if it lives. */
    final Longs outcomes = new Longs();
    /** Nodes. */
    final Longs forkers = new Longs();
    /** Of those that failed; null for the others. */
    final List<Recording.@Nullable Failure> failures = new ArrayList<>();
    /** The places of the cancellations by which tasks were cancelled, where that is known. */
    final Longs cancelledBy = new Longs();

    /** Nodes. */
    final Longs waiting = new Longs();

    final Longs waitFrom = new Longs();
    final Longs waitTo = new Longs();
    /** Nodes that are waited for; NONE where the text says it. */
    final Longs waitedFor = new Longs();

    final List<@Nullable String> waitTexts = new ArrayList<>();

    final Longs cancelled = new Longs();
    /** Nodes. */
    final Longs cancelledFrom = new Longs();
    /** Nodes: a group, a task, or the thread or task in which a scope was. */
    final Longs targets = new Longs();
    /** 1 if it was a scope in the target, and not the target as a whole. */
    final Longs ofScope = new Longs();

    final List<Recording.Why> reasons = new ArrayList<>();
    /** Nodes: the tasks that they are about. */
    final Longs about = new Longs();

    Story(Recording recording, long from, long to) {
        this.startedAt = recording.clock.startedAt();
        this.from = from;
        this.to = to;
        this.forgottenTasks = recording.tasks.forgotten();
        this.forgottenGroups = recording.groups.forgotten();
        this.forgottenEvents = recording.events.forgotten();
        this.missed = recording.missed();
    }

    static int node(int kind, int place) {
        return place < 0 ? NONE : place << 2 | kind;
    }

    static int kind(long node) {
        return (int) node & 3;
    }

    static int place(long node) {
        return (int) node >> 2;
    }

    String name(long node) {
        int place = place(node);
        return switch (kind(node)) {
            case THREAD -> threadNames.get(place);
            case GROUP -> named(groupNames.get(place), "group-", groups.get(place));
            default -> named(taskNames.get(place), "task-", tasks.get(place));
        };
    }

    private static String named(@Nullable String given, String otherwise, long number) {
        return given == null ? otherwise + number : given;
    }

    /** As it stands in messages. */
    String describe(long node) {
        return switch (kind(node)) {
                    case THREAD -> "thread '";
                    case GROUP -> "group '";
                    default -> "task '";
                }
                + name(node) + "'";
    }

    /** What a wait is for. */
    String waitsFor(int wait) {
        String text = waitTexts.get(wait);
        return text != null ? text : describe(waitedFor.get(wait));
    }
}
