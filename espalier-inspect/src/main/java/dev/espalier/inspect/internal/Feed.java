// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.internal.Deadlocks.Step;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one open page is told, as server-sent events. */
final class Feed {
    /*
     * One thread, that of the request, looks and sends; others only say that something changed: the page scrolls (show), a group was cancelled (wake), the inspector is closed.
     * `view`, `changed` and `closed` are guarded by the monitor; all else is the one thread's.
     *
     * Differences: the page and this class both keep the rows of the last event, and nothing else. So a row is sent if it is not among these or is another, and the two never differ:
     * an event is applied as a whole, and after a new connection both begin with nothing.
     *
     * A look at a large tree takes time; the next one comes after ten times that, so that all looks together take at most a tenth of a processor. What the page asks for by
     * scrolling is shown at once, but not more than ten times a second.
     *
     * A page that is gone is noticed by the next write: something is sent each second at least.
     */
    private static final long EVERY = 500;
    private static final long AT_LEAST = 100;
    private static final long DEADLOCKS_EVERY = 2_000;

    private final String id;
    private final Keys keys;
    private final Pulse pulse;
    private final FailureLog failures;
    private final Gate gate;
    private final boolean allowCancel;

    private View view = View.START;
    private boolean changed;
    private boolean closed;

    private Map<String, String> sent = Map.of();
    private List<String> order = List.of();
    private String head = "";
    private String detail = "";
    private String alarms = "";
    private @Nullable RowWriter writer;
    private Set<String> deadlocked = Set.of();
    private long deadlocksLooked = -DEADLOCKS_EVERY;
    private long deadlocksTook;
    private long sampled;
    private long failuresSent = -1;

    Feed(String id, Keys keys, Pulse pulse, FailureLog failures, Gate gate, boolean allowCancel) {
        this.id = id;
        this.keys = keys;
        this.pulse = pulse;
        this.failures = failures;
        this.gate = gate;
        this.allowCancel = allowCancel;
    }

    // ---- by others

    synchronized void show(View newView) {
        view = newView;
        changed = true;
        notifyAll();
    }

    synchronized void wake() {
        changed = true;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    // ---- by its thread

    void run(OutputStream out) throws IOException {
        event(out, "hello", Json.object(json -> {
            json.writeStringField("feed", id);
            json.writeStringField("token", gate.postToken());
            json.writeBooleanField("allowCancel", allowCancel);
            json.writeStringField("program", Program.name());
            json.writeNumberField("pid", ProcessHandle.current().pid());
            json.writeNumberField("now", System.currentTimeMillis());
        }));
        try {
            View now = view();
            while (now != null) {
                long began = millis();
                tell(out, now);
                out.flush();
                now = pause(millis() - began);
            }
        } catch (InterruptedException e) { // the inspector is closed
            return;
        }
    }

    private static long millis() {
        return System.nanoTime() / 1_000_000;
    }

    private synchronized @Nullable View view() {
        changed = false;
        return closed ? null : view;
    }

    private @Nullable View pause(long took) throws InterruptedException {
        long begin = millis();
        long least = begin + Math.max(AT_LEAST, took);
        long most = begin + Math.max(EVERY, 10 * took);
        synchronized (this) {
            for (long left = (changed ? least : most) - millis();
                    !closed && left > 0;
                    left = (changed ? least : most) - millis()) {
                wait(left);
            }
        }
        return view();
    }

    private void tell(OutputStream out, View now) throws IOException {
        findDeadlocks(out);
        Forest forest = Forest.look(now, keys);
        pulse.tasks(forest.totals.tasks);
        rows(out, now, forest);
        counts(out, forest);
        String newDetail = now.selected().isEmpty() ? "" : Detail.of(forest.selected, now.selected(), allowCancel);
        if (!newDetail.equals(detail)) {
            detail = newDetail;
            if (!detail.isEmpty()) {
                event(out, "detail", detail);
            }
        }
        long version = failures.version();
        if (version != failuresSent) {
            failuresSent = version;
            event(out, "failures", Json.object(failures::write));
        }
    }

    private void rows(OutputStream out, View now, Forest forest) throws IOException {
        var newWriter = new RowWriter(writer, deadlocked);
        var rows = new HashMap<String, String>();
        var newOrder = new ArrayList<String>();
        long total = forest.count();
        long first = Math.clamp(now.first(), 0, Math.max(0, total - 1));
        forest.rows(first, now.count(), (node, depth) -> {
            rows.put(node.key, newWriter.row(node, depth));
            newOrder.add(node.key);
        });
        String newHead = first + "/" + total + "/" + forest.matches + "/" + now.query();
        if (!newOrder.equals(order) || !rows.equals(sent) || !newHead.equals(head)) {
            event(out, "rows", Json.object(json -> {
                json.writeNumberField("first", first);
                json.writeNumberField("total", total);
                json.writeStringField("query", now.query());
                json.writeNumberField("matches", forest.matches);
                json.writeArrayFieldStart("order");
                for (String key : newOrder) {
                    json.writeString(key);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("rows");
                for (Map.Entry<String, String> row : rows.entrySet()) {
                    if (!row.getValue().equals(sent.get(row.getKey()))) {
                        json.writeRawValue(row.getValue());
                    }
                }
                json.writeEndArray();
            }));
        }
        writer = newWriter;
        sent = rows;
        order = newOrder;
        head = newHead;
    }

    private void counts(OutputStream out, Forest forest) throws IOException {
        List<Pulse.Sample> samples = pulse.since(sampled);
        if (!samples.isEmpty()) {
            sampled = samples.getLast().time();
        }
        Totals totals = forest.totals;
        event(out, "counts", Json.object(json -> {
            json.writeNumberField("tasks", totals.tasks);
            json.writeNumberField("groups", totals.groups);
            json.writeNumberField("threads", totals.threads);
            json.writeNumberField("waiting", totals.waiting);
            json.writeNumberField("cancelled", totals.cancelled);
            json.writeNumberField("stuck", totals.stuck);
            json.writeNumberField("now", System.currentTimeMillis());
            json.writeArrayFieldStart("samples");
            for (Pulse.Sample sample : samples) {
                json.writeStartArray();
                json.writeNumber(sample.time());
                json.writeNumber(sample.tasks());
                json.writeNumber(sample.forked());
                json.writeNumber(sample.ended());
                json.writeNumber(sample.failed());
                json.writeEndArray();
            }
            json.writeEndArray();
        }));
    }

    private void findDeadlocks(OutputStream out) throws IOException {
        long began = millis();
        if (began - deadlocksLooked < Math.max(DEADLOCKS_EVERY, 20 * deadlocksTook)) {
            return;
        }
        List<List<Step>> circles = Circles.find();
        deadlocksLooked = millis();
        deadlocksTook = deadlocksLooked - began;
        var in = new HashSet<String>();
        circles.forEach(circle -> circle.forEach(step -> in.add(Node.keyOf(step.who()))));
        deadlocked = in;
        String newAlarms = Json.object(json -> {
            json.writeArrayFieldStart("deadlocks");
            for (List<Step> circle : circles) {
                json.writeStartObject();
                json.writeStringField("title", Circles.title(circle));
                json.writeArrayFieldStart("lines");
                for (String line : Circles.lines(circle, 1)) {
                    json.writeString(line);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("keys");
                for (Step step : circle) {
                    json.writeString(Node.keyOf(step.who()));
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
        });
        if (!newAlarms.equals(alarms)) {
            alarms = newAlarms;
            event(out, "deadlocks", alarms);
        }
    }

    /** JSON is on one line, so an event needs no more. */
    private static void event(OutputStream out, String name, String json) throws IOException {
        out.write(("event: " + name + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
