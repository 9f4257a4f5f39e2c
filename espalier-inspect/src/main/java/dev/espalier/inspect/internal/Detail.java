// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the page says of the row that is selected. */
final class Detail {
    private static final int FRAMES = 200;
    private static final int SAMPLE = 100;

    private Detail() {}

    static String of(@Nullable Node node, String key, boolean allowCancel) {
        return Json.object(json -> {
            json.writeStringField("key", key);
            if (node == null) {
                json.writeBooleanField("gone", true);
            } else if (node.occupant != null) {
                occupant(json, node.occupant);
            } else if (node.opened != null) {
                group(json, node.opened, allowCancel);
            } else {
                bundle(json, node);
            }
        });
    }

    private static void occupant(JsonGenerator json, Occupant occupant) throws IOException {
        Thread thread = occupant.thread();
        StackTraceElement[] stack = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
        Doing doing = Doing.of(occupant, stack, 1);
        json.writeStringField("title", occupant.toString());
        json.writeStringField("path", occupant.path());
        json.writeArrayFieldStart("facts");
        fact(json, "Doing", doing.what());
        if (!doing.holders().isEmpty()) {
            fact(json, "Held by", Words.holders(doing.holders()));
        }
        if (thread != null) {
            fact(
                    json,
                    "Thread",
                    (thread.isVirtual() ? "virtual" : "platform") + ", " + thread.getState() + ", number "
                            + thread.threadId());
        }
        if (occupant.isDaemon()) {
            fact(json, "Daemon", "cancelled when the other tasks of its group have ended");
        }
        var scopes = occupant.scopes();
        if (!scopes.isEmpty()) {
            long shields = scopes.stream().filter(CancelScope::isShielded).count();
            fact(
                    json,
                    "In",
                    Words.count(scopes.size(), "cancel scope")
                            + (shields == 0 ? "" : ", " + Words.number(shields) + " shielded"));
        }
        if (occupant.isStuck()) {
            fact(json, "Stuck", "it goes on although it was cancelled");
        }
        reasons(json, occupant.cancelled());
        json.writeEndArray();
        json.writeArrayFieldStart("stack");
        for (int i = 0; i < Math.min(FRAMES, stack.length); i++) {
            json.writeStartObject();
            json.writeStringField("at", stack[i].getClassName() + "." + stack[i].getMethodName());
            Json.field(json, "file", stack[i].getFileName());
            json.writeNumberField("line", stack[i].getLineNumber());
            json.writeBooleanField("own", Sites.isUsers(stack[i]));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void group(JsonGenerator json, Opened opened, boolean allowCancel) throws IOException {
        var counts = opened.counts();
        CancelReason why = opened.cancelled();
        json.writeStringField("title", opened.toString());
        json.writeStringField("path", opened.path());
        json.writeBooleanField("cancellable", allowCancel && why == null);
        json.writeArrayFieldStart("facts");
        fact(
                json,
                "Tasks",
                Words.number(counts.active()) + " live"
                        + (counts.daemons() == 0 ? "" : ", " + Words.count(counts.daemons(), "daemon")));
        fact(json, "Forked", Words.number(counts.forked()) + " in all");
        fact(
                json,
                "Ended",
                Words.number(counts.succeeded()) + " succeeded, " + Words.number(counts.failed()) + " failed, "
                        + Words.number(counts.cancelled()) + " cancelled");
        if (counts.waiting() > 0) {
            fact(json, "Waiting", Words.count(counts.waiting(), "fork") + " for a place");
        }
        reasons(json, why);
        json.writeEndArray();
    }

    private static void bundle(JsonGenerator json, Node bundle) throws IOException {
        json.writeStringField("title", Words.count(bundle.tasks, "task") + " that look the same");
        json.writeStringField("path", "");
        json.writeArrayFieldStart("facts");
        Occupant one = bundle.children.isEmpty() ? null : bundle.children.getFirst().occupant;
        if (one != null) {
            Doing doing = Doing.of(one, 0);
            fact(json, "Doing", doing.what());
            if (!doing.holders().isEmpty()) {
                fact(json, "Held by", Words.holders(doing.holders()));
            }
        }
        int sample = Math.min(SAMPLE, bundle.children.size());
        for (var place : RowWriter.places(bundle, SAMPLE).entrySet()) {
            fact(json, place.getValue() + " of " + sample, "at " + place.getKey());
        }
        json.writeEndArray();
    }

    private static void reasons(JsonGenerator json, @Nullable CancelReason why) throws IOException {
        if (why != null) {
            fact(json, "Cancelled", Words.reason(why));
            CancelReason root = why.root();
            if (root != why) {
                fact(json, "Because", Words.reason(root));
            }
        }
    }

    private static void fact(JsonGenerator json, String label, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField("label", label);
        json.writeStringField("text", Words.line(text));
        json.writeEndObject();
    }
}
