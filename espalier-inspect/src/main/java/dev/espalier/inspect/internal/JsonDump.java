// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.CancelReason;
import dev.espalier.Deadline;
import dev.espalier.GroupStats;
import dev.espalier.Task;
import dev.espalier.inspect.DumpOptions;
import dev.espalier.internal.Ages;
import dev.espalier.internal.Census;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import dev.espalier.internal.Deadlocks.Step;
import dev.espalier.sync.Party;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tree as JSON, each thing written when it is met. */
public final class JsonDump implements Census.Visitor {
    private final JsonGenerator json;
    private final DumpOptions options;
    private final Totals totals = new Totals();
    /** Of those around: whether the array of what is below has been begun. */
    private final Deque<Boolean> begun = new ArrayDeque<>();

    private @Nullable IOException failure;

    private JsonDump(JsonGenerator json, DumpOptions options) {
        this.json = json;
        this.options = options;
    }

    /**
     * Writes it.
     *
     * @param out where to
     * @param options what to show
     * @throws IOException if out does
     */
    public static void write(OutputStream out, DumpOptions options) throws IOException {
        Ages.keep();
        JsonGenerator json = Json.FACTORY.createGenerator(out);
        new JsonDump(json, options).write();
        json.flush(); // not closed: closing would complete an object that a failure has cut off
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeNumberField("pid", ProcessHandle.current().pid());
        json.writeStringField("program", Program.name());
        json.writeStringField("time", Instant.now().toString());
        json.writeArrayFieldStart("deadlocks");
        for (List<Step> circle : Circles.find()) {
            circle(circle);
        }
        json.writeEndArray();
        var only = options.only();
        json.writeArrayFieldStart(only == null ? "threads" : "groups");
        if (only == null) {
            Census.walk(this);
        } else {
            Census.walk(only, this);
        }
        if (failure != null) {
            throw failure;
        }
        json.writeEndArray();
        json.writeObjectFieldStart("totals");
        json.writeNumberField("threads", totals.threads);
        json.writeNumberField("groups", totals.groups);
        json.writeNumberField("tasks", totals.tasks);
        json.writeNumberField("waiting", totals.waiting);
        json.writeNumberField("cancelled", totals.cancelled);
        json.writeNumberField("stuck", totals.stuck);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void circle(List<Step> circle) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("certain", Circles.isCertain(circle));
        json.writeArrayFieldStart("waits");
        for (Step step : circle) {
            json.writeStartObject();
            Task<?> task = step.who().task();
            json.writeStringField("who", step.who().toString());
            if (task != null) {
                json.writeNumberField("task", task.id());
            }
            json.writeStringField("path", step.who().path());
            json.writeStringField("for", step.on().what());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Goes on only if nothing has failed: what is behind a visitor cannot throw. */
    private boolean writing(Writing what) {
        if (failure == null) {
            try {
                what.write();
                return true;
            } catch (IOException e) {
                failure = e;
            }
        }
        return false;
    }

    @FunctionalInterface
    private interface Writing {
        void write() throws IOException;
    }

    @Override
    public boolean enter(Occupant occupant) {
        totals.add(occupant);
        return writing(() -> {
            around("tasks");
            occupant(occupant);
            begun.push(false);
        });
    }

    @Override
    public boolean enter(Opened opened) {
        totals.groups++;
        boolean deeper = begun.size() / 2 + 1 < options.depth();
        boolean written = writing(() -> {
            around("groups");
            group(opened);
            if (deeper) {
                begun.push(false);
            } else {
                json.writeEndObject();
            }
        });
        return written && deeper;
    }

    /** Begins the array that this one is in, if it is the first. */
    private void around(String name) throws IOException {
        if (!begun.isEmpty() && !begun.element()) {
            begun.pop();
            begun.push(true);
            json.writeArrayFieldStart(name);
        }
    }

    @Override
    public void leave(Occupant occupant) {
        leave();
    }

    @Override
    public void leave(Opened opened) {
        leave();
    }

    private void leave() {
        boolean _ = writing(() -> {
            if (begun.pop()) {
                json.writeEndArray();
            }
            json.writeEndObject();
        });
    }

    private void occupant(Occupant occupant) throws IOException {
        Task<?> task = occupant.task();
        Thread thread = occupant.thread();
        Doing doing = Doing.of(occupant, options.frames());
        json.writeStartObject();
        if (task != null) {
            json.writeNumberField("id", task.id());
            json.writeStringField("name", task.name());
        } else if (thread != null) {
            json.writeStringField("name", thread.getName());
        }
        if (thread != null) {
            json.writeNumberField("thread", thread.threadId());
        }
        json.writeStringField("state", doing.state().word());
        json.writeStringField("doing", doing.what());
        if (doing.on() != null) {
            json.writeArrayFieldStart("heldBy");
            for (Party party : doing.holders()) {
                json.writeString(party.toString());
            }
            json.writeEndArray();
        }
        if (occupant.isDaemon()) {
            json.writeBooleanField("daemon", true);
        }
        if (occupant.isStuck()) {
            json.writeBooleanField("stuck", true);
        }
        var age = occupant.age();
        if (age.isPresent()) {
            json.writeNumberField("age", age.get().toMillis());
        }
        end(occupant.deadline(), occupant.cancelled());
        if (options.frames() > 0) {
            json.writeArrayFieldStart("stack");
            for (String frame : doing.frames()) {
                json.writeString(frame);
            }
            json.writeEndArray();
        }
    }

    private void group(Opened opened) throws IOException {
        GroupStats counts = opened.counts();
        json.writeStartObject();
        json.writeStringField("name", opened.group().name());
        json.writeNumberField("age", opened.age().toMillis());
        end(opened.deadline(), opened.cancelled());
        json.writeNumberField("forked", counts.forked());
        json.writeNumberField("active", counts.active());
        json.writeNumberField("daemons", counts.daemons());
        json.writeNumberField("forksWaiting", counts.waiting());
        json.writeNumberField("succeeded", counts.succeeded());
        json.writeNumberField("failed", counts.failed());
        json.writeNumberField("cancelled", counts.cancelled());
        if (opened.isOfStream()) {
            json.writeBooleanField("stream", true);
        }
    }

    private void end(Deadline deadline, @Nullable CancelReason why) throws IOException {
        if (deadline.remainingNanos() != Long.MAX_VALUE) {
            json.writeNumberField("deadlineIn", deadline.remaining().toMillis());
        }
        if (why != null) {
            json.writeObjectFieldStart("cancelledBy");
            json.writeStringField("kind", why.kind().name());
            json.writeStringField("message", why.message());
            json.writeEndObject();
        }
    }
}
