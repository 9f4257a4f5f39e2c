// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A story as trace events of Chrome, for Perfetto. */
final class ChromeTrace {
    /*
     * Thousands of threads are not thousands of tracks: tasks of groups of one name share tracks (Lanes), each with as many as ran at once. A track is written as a thread, and a task as a slice
     * of it (ph X), and not as an asynchronous event (b, e): viewers bind the arrows of flows (s, f) to slices of threads only. In the slice of a task are those of
     * its groups and waits. Times are in microseconds, with three digits.
     */
    private final JsonGenerator json;
    private final Story story;
    private final long pid = ProcessHandle.current().pid();
    private final Lanes lanes;
    private final Inside inside;

    private ChromeTrace(JsonGenerator json, Story story) {
        this.json = json;
        this.story = story;
        this.lanes = new Lanes(story);
        this.inside = new Inside(story);
    }

    static void write(Story story, OutputStream out) throws IOException {
        var text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            new ChromeTrace(json, story).write();
        }
        text.flush();
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("displayTimeUnit", "ns");
        json.writeObjectFieldStart("otherData");
        json.writeStringField("program", Program.name());
        json.writeStringField(
                "recorded", java.time.Instant.ofEpochMilli(story.startedAt).toString());
        json.writeStringField("forgottenTasks", Long.toString(story.forgottenTasks));
        json.writeStringField("forgottenGroups", Long.toString(story.forgottenGroups));
        json.writeStringField("forgottenEvents", Long.toString(story.forgottenEvents));
        json.writeStringField("missed", Long.toString(story.missed));
        json.writeEndObject();
        json.writeArrayFieldStart("traceEvents");
        metadata("process_name", 0, Program.name());
        for (int lane = 0; lane < lanes.names.size(); lane++) {
            metadata("thread_name", lane + 1, lanes.names.get(lane));
        }
        for (int i = 0; i < story.threads.size(); i++) {
            inside(Story.node(Story.THREAD, i), story.to);
        }
        for (int i = 0; i < story.tasks.size(); i++) {
            task(i);
        }
        for (int i = 0; i < story.cancelled.size(); i++) {
            cancel(i);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void metadata(String what, int tid, String name) throws IOException {
        json.writeStartObject();
        json.writeStringField("ph", "M");
        json.writeStringField("name", what);
        json.writeNumberField("pid", pid);
        json.writeNumberField("tid", tid);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void task(int task) throws IOException {
        int node = Story.node(Story.TASK, task);
        long begin = lanes.begin(task);
        long end = lanes.end(task);
        int outcome = (int) story.outcomes.get(task);
        begin("X", "task", story.name(node), lanes.of(node), begin);
        time("dur", end - begin);
        json.writeObjectFieldStart("args");
        json.writeNumberField("id", story.tasks.get(task));
        json.writeStringField("group", story.name(Story.node(Story.GROUP, (int) story.taskGroups.get(task))));
        json.writeStringField(
                "outcome", List.of("lives", "succeeded", "failed", "cancelled").get(outcome));
        Recording.Failure failure = story.failures.get(task);
        if (failure != null) {
            json.writeStringField(
                    "exception", failure.type() + (failure.message() == null ? "" : ": " + failure.message()));
        }
        long cancel = story.cancelledBy.get(task);
        if (cancel >= 0) {
            json.writeStringField("reason", story.reasons.get((int) cancel).message());
        }
        json.writeEndObject();
        json.writeEndObject();
        long forked = story.forked.get(task);
        long forker = story.forkers.get(task);
        if (forked != Story.UNKNOWN && forker != Story.NONE && isInSlice(forker, (int) story.taskGroups.get(task))) {
            flow("fork", "f" + story.tasks.get(task), forker, forked, node, begin);
        }
        inside(node, end);
    }

    /** Whether who forked a task of a group was in a slice: a task, or the owner in the slice of the group; flows of others have nothing to begin at. */
    private boolean isInSlice(long forker, int group) {
        return Story.kind(forker) == Story.TASK || forker == story.owners.get(group);
    }

    private void inside(int node, long end) throws IOException {
        for (Inside.Span span : inside.of(node, end)) {
            begin("X", span.isGroup() ? "group" : "wait", span.name(), lanes.of(node), span.begin());
            time("dur", span.end() - span.begin());
            json.writeEndObject();
        }
    }

    private void cancel(int cancel) throws IOException {
        long time = story.cancelled.get(cancel);
        long by = story.cancelledFrom.get(cancel);
        long target = story.targets.get(cancel);
        Recording.Why why = story.reasons.get(cancel);
        boolean inTask = Story.kind(by) == Story.TASK;
        begin(inTask ? "i" : "X", "cancel", "cancel", lanes.of(by), time);
        if (inTask) {
            json.writeStringField("s", "t");
        } else {
            time("dur", 0); // a timer's thread is in no other slice at which the flow could begin
        }
        json.writeObjectFieldStart("args");
        json.writeStringField("kind", why.kind().name());
        json.writeStringField("reason", why.message());
        if (why.exception() != null) {
            json.writeStringField("exception", why.exception());
        }
        if (target != Story.NONE) {
            json.writeStringField("target", story.describe(target));
        }
        json.writeEndObject();
        json.writeEndObject();
        if (target != Story.NONE) {
            long on = Story.kind(target) == Story.GROUP ? story.owners.get(Story.place(target)) : target;
            flow("cancel", "c" + cancel, by, time, on, time);
        }
    }

    private void flow(String what, String id, long from, long fromTime, long to, long toTime) throws IOException {
        begin("s", what, what, lanes.of(from), fromTime);
        json.writeStringField("id", id);
        json.writeEndObject();
        begin("f", what, what, lanes.of(to), toTime);
        json.writeStringField("id", id);
        json.writeStringField("bp", "e");
        json.writeEndObject();
    }

    private void begin(String ph, String category, String name, int lane, long time) throws IOException {
        json.writeStartObject();
        json.writeStringField("ph", ph);
        json.writeStringField("cat", category);
        json.writeStringField("name", name);
        json.writeNumberField("pid", pid);
        json.writeNumberField("tid", lane + 1);
        time("ts", time);
    }

    private void time(String field, long nanos) throws IOException {
        json.writeFieldName(field);
        long rest = nanos % 1_000;
        json.writeNumber(nanos / 1_000 + "." + (rest < 10 ? "00" : rest < 100 ? "0" : "") + rest);
    }

    /** The groups and waits of each thread and task. */
    private static final class Inside {
        record Span(boolean isGroup, String name, long begin, long end) {}

        private static final Comparator<Span> OUTER_FIRST = Comparator.comparingLong(Span::begin)
                .thenComparing(Comparator.comparingLong(Span::end).reversed());

        private final Story story;
        private final LongIndex first = new LongIndex();
        private final Longs next = new Longs();

        Inside(Story story) {
            this.story = story;
            for (int i = 0; i < story.groups.size(); i++) {
                add(story.owners.get(i));
            }
            for (int i = 0; i < story.waiting.size(); i++) {
                add(story.waiting.get(i));
            }
        }

        private void add(long node) {
            next.add(first.get(node + 1));
            first.put(node + 1, next.size() - 1);
        }

        /** Cut so that each is inside of the one around it, as slices have to be. */
        List<Span> of(int node, long nodeEnd) {
            var spans = new ArrayList<Span>();
            for (int i = first.get(node + 1L); i >= 0; i = (int) next.get(i)) {
                spans.add(i < story.groups.size() ? group(i) : wait(i - story.groups.size()));
            }
            spans.sort(OUTER_FIRST);
            var around = new ArrayList<Long>(List.of(nodeEnd));
            for (int i = 0; i < spans.size(); i++) {
                Span span = spans.get(i);
                while (around.size() > 1 && around.getLast() <= span.begin()) {
                    around.removeLast();
                }
                long end = Math.max(span.begin(), Math.min(span.end(), around.getLast()));
                spans.set(i, new Span(span.isGroup(), span.name(), span.begin(), end));
                around.add(end);
            }
            return spans;
        }

        private Span group(int i) {
            return new Span(
                    true,
                    story.describe(Story.node(Story.GROUP, i)),
                    known(story.opened.get(i), story.from),
                    known(story.closed.get(i), story.to));
        }

        private Span wait(int i) {
            return new Span(
                    false,
                    "waits for " + story.waitsFor(i),
                    known(story.waitFrom.get(i), story.from),
                    known(story.waitTo.get(i), story.to));
        }

        private static long known(long time, long otherwise) {
            return time == Story.UNKNOWN ? otherwise : time;
        }
    }
}
