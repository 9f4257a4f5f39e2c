// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.CancelReason;
import dev.espalier.Deadline;
import dev.espalier.Task;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows as JSON, for one page: what has not changed is the same text. */
final class RowWriter {
    /*
     * Times are sent as instants, which do not change while time passes. They are computed from a time that has passed, which jitters; so what was sent of a row stays if it is near.
     */
    private static final long NEAR = 300;

    private final Map<String, Long> since = new HashMap<>();
    private final Map<String, Long> due = new HashMap<>();
    private final long now;
    private final @Nullable RowWriter before;
    private final Set<String> deadlocked;

    RowWriter(@Nullable RowWriter before, Set<String> deadlocked) {
        this.before = before == null ? null : before.closed();
        this.deadlocked = deadlocked;
        this.now = System.currentTimeMillis();
    }

    private RowWriter(Map<String, Long> since, Map<String, Long> due) {
        this.since.putAll(since);
        this.due.putAll(due);
        this.before = null;
        this.deadlocked = Set.of();
        this.now = 0;
    }

    /** Without what was before it, so that these do not make a chain. */
    private RowWriter closed() {
        return new RowWriter(since, due);
    }

    String row(Node node, int depth) {
        return Json.object(json -> {
            json.writeStringField("key", node.key);
            json.writeNumberField("depth", depth);
            if (node.hasMore || !node.children.isEmpty()) {
                json.writeBooleanField("open", node.isOpen);
            }
            if (node.occupant != null) {
                occupant(json, node, node.occupant);
            } else if (node.opened != null) {
                group(json, node, node.opened);
            } else {
                bundle(json, node);
            }
        });
    }

    private void occupant(JsonGenerator json, Node node, Occupant occupant) throws IOException {
        Task<?> task = occupant.task();
        Thread thread = occupant.thread();
        Doing doing = Doing.of(occupant, 1);
        json.writeStringField("kind", task == null ? "thread" : "task");
        json.writeStringField("name", task != null ? task.name() : Words.name(thread));
        json.writeStringField("state", doing.state().word());
        json.writeStringField("doing", doing.withHolders());
        Json.field(json, "at", doing.frames().isEmpty() ? null : doing.frames().getFirst());
        if (occupant.isDaemon()) {
            json.writeBooleanField("daemon", true);
        }
        if (occupant.isStuck()) {
            json.writeBooleanField("stuck", true);
        }
        if (deadlocked.contains(node.key)) {
            json.writeBooleanField("deadlock", true);
        }
        if (!node.isOpen && node.tasks > 0) {
            json.writeNumberField("tasks", node.tasks);
        }
        times(json, node.key, occupant.age().orElse(null), node.ownDeadline());
        cancelled(json, occupant.cancelled());
    }

    private void group(JsonGenerator json, Node node, Opened opened) throws IOException {
        var counts = opened.counts();
        json.writeStringField("kind", opened.isOfStream() ? "stream" : "group");
        json.writeStringField("name", opened.group().name());
        json.writeNumberField("active", counts.active());
        json.writeNumberField("ended", counts.forked() - counts.active());
        json.writeNumberField("failed", counts.failed());
        json.writeNumberField("forksWaiting", counts.waiting());
        if (node.tasks > counts.active()) {
            json.writeNumberField("tasks", node.tasks);
        }
        times(json, node.key, opened.age(), node.ownDeadline());
        cancelled(json, opened.cancelled());
    }

    private static void bundle(JsonGenerator json, Node node) throws IOException {
        json.writeStringField("kind", "bundle");
        json.writeNumberField("tasks", node.tasks);
        Occupant one = node.children.isEmpty() ? null : node.children.getFirst().occupant;
        if (one != null) {
            Doing doing = Doing.of(one, 0);
            String what = doing.on() != null
                            && (doing.on().task() != null || doing.on().group() != null)
                    ? doing.on().task() == null ? "waits for a group" : "waits for a task"
                    : doing.withHolders();
            json.writeStringField("state", doing.state().word());
            json.writeStringField("doing", Words.plural(what));
        }
        if (node.look != null && node.look.cancelled()) {
            json.writeStringField("cancelled", "cancelled");
        }
        if (node.look != null && node.look.stuck()) {
            json.writeBooleanField("stuck", true);
        }
    }

    private static void cancelled(JsonGenerator json, @Nullable CancelReason why) throws IOException {
        Json.field(json, "cancelled", why == null ? null : Words.reason(why));
    }

    private void times(JsonGenerator json, String key, @Nullable Duration age, Deadline deadline) throws IOException {
        if (age != null) {
            json.writeNumberField(
                    "since", steady(since, before == null ? null : before.since.get(key), key, now - age.toMillis()));
        }
        if (deadline.remainingNanos() != Long.MAX_VALUE) {
            long at = now + deadline.remaining().toMillis();
            json.writeNumberField("due", steady(due, before == null ? null : before.due.get(key), key, at));
        }
    }

    private static long steady(Map<String, Long> kept, @Nullable Long told, String key, long computed) {
        long time = told != null && Math.abs(told - computed) < NEAR ? told : computed;
        kept.put(key, time);
        return time;
    }

    /** Where those that a bundle stands for are, the most frequent place first. */
    static Map<String, Integer> places(Node bundle, int sample) {
        var places = new HashMap<String, Integer>();
        bundle.children.stream().limit(sample).forEach(node -> {
            if (node.occupant != null) {
                var frames = Doing.of(node.occupant, 1).frames();
                places.merge(frames.isEmpty() ? "in no code of its own" : frames.getFirst(), 1, Integer::sum);
            }
        });
        var sorted = new LinkedHashMap<String, Integer>();
        places.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(8)
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }
}
