// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.inspect.internal.Recording.Failure;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A story as a page that needs nothing else. */
final class RecordingPage {
    /*
     * The page is one file: styles and script stand in it, and its content policy names them by their hashes, and allows nothing else. So even if something of the data came to be
     * taken for HTML, no script of it would run, and nothing would be loaded or sent.
     *
     * The data is JSON, compressed, as Base64 in a script element of a type that is not run: none of its characters means anything in HTML, whatever names and messages contain. It is
     * columns of numbers, times as differences; texts stand once, in `texts`, and columns have their places, or -1.
     */
    private static final List<String> STYLES = List.of("page/page.css", "recording/recording.css");
    private static final List<String> SCRIPTS = List.of(
            "recording/data.js",
            "recording/rows.js",
            "recording/density.js",
            "recording/paint.js",
            "recording/arrows.js",
            "recording/detail.js",
            "recording/main.js");

    private final JsonGenerator json;
    private final Story story;
    private final Map<String, Integer> places = new HashMap<>();

    private RecordingPage(JsonGenerator json, Story story) {
        this.json = json;
        this.story = story;
    }

    static void write(Story story, OutputStream out) throws IOException {
        String styles = all(STYLES);
        String scripts = "'use strict';\n(() => {\n" + all(SCRIPTS) + "})();\n";
        String policy = "default-src 'none'; img-src data:; style-src '" + hash(styles) + "'; script-src '"
                + hash(scripts) + "'; base-uri 'none'; form-action 'none'";
        String page = asset("recording/recording.html")
                .replace("{policy}", policy)
                .replace(
                        "{icon}",
                        Base64.getEncoder()
                                .encodeToString(asset("page/icon.svg").getBytes(StandardCharsets.UTF_8)))
                .replace("{styles}", styles)
                .replace("{scripts}", scripts);
        int at = page.indexOf("{data}");
        out.write(page.substring(0, at).getBytes(StandardCharsets.UTF_8));
        try (var data = new BufferedWriter(new OutputStreamWriter(
                        new GZIPOutputStream(Base64.getEncoder().wrap(new Open(out)), 1 << 14),
                        StandardCharsets.UTF_8));
                JsonGenerator json = Json.FACTORY.createGenerator(data)) {
            new RecordingPage(json, story).write();
        }
        out.write(page.substring(at + "{data}".length()).getBytes(StandardCharsets.UTF_8));
    }

    /** Stays open when what is around it is closed. */
    private static final class Open extends FilterOutputStream {
        Open(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() {}
    }

    private static String all(List<String> names) throws IOException {
        var text = new StringBuilder();
        for (String name : names) {
            text.append(asset(name));
        }
        return text.toString();
    }

    private static String asset(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(RecordingPage.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("each JDK has SHA-256", e);
        }
    }

    // ---- the data

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("program", Program.name());
        json.writeNumberField("pid", ProcessHandle.current().pid());
        json.writeNumberField("startedAt", story.startedAt);
        json.writeNumberField("from", story.from);
        json.writeNumberField("to", story.to);
        json.writeObjectFieldStart("lost");
        json.writeNumberField("tasks", story.forgottenTasks);
        json.writeNumberField("groups", story.forgottenGroups);
        json.writeNumberField("events", story.forgottenEvents);
        json.writeNumberField("missed", story.missed);
        json.writeEndObject();
        object("threads", () -> texts("name", story.threadNames));
        object("groups", () -> {
            numbers("number", story.groups);
            texts("name", story.groupNames);
            times("opened", story.opened, null, null);
            times("closed", story.closed, story.opened, null);
            numbers("owner", story.owners);
        });
        object("tasks", () -> {
            numbers("id", story.tasks);
            texts("name", story.taskNames);
            numbers("group", story.taskGroups);
            times("forked", story.forked, null, null);
            times("started", story.started, story.forked, null);
            times("ended", story.ended, story.started, story.forked);
            numbers("outcome", story.outcomes);
            numbers("forker", story.forkers);
            numbers("cancel", story.cancelledBy);
            failures();
        });
        object("waits", () -> {
            numbers("node", story.waiting);
            times("from", story.waitFrom, null, null);
            times("to", story.waitTo, story.waitFrom, null);
            numbers("on", story.waitedFor);
            texts("text", story.waitTexts);
        });
        object("cancels", this::cancels);
        json.writeArrayFieldStart("texts");
        var ordered = new String[places.size()];
        places.forEach((text, place) -> ordered[place] = text);
        for (String text : ordered) {
            json.writeString(text);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @FunctionalInterface
    private interface Content {
        void write() throws IOException;
    }

    private void object(String name, Content content) throws IOException {
        json.writeObjectFieldStart(name);
        content.write();
        json.writeEndObject();
    }

    private void array(String name, Content content) throws IOException {
        json.writeArrayFieldStart(name);
        content.write();
        json.writeEndArray();
    }

    private void numbers(String name, Longs column) throws IOException {
        array(name, () -> {
            for (int i = 0; i < column.size(); i++) {
                json.writeNumber(column.get(i));
            }
        });
    }

    /** Since the first of two others that is known, or, where there are none, since the row before; -1 if it is not known. */
    private void times(String name, Longs column, @Nullable Longs since, @Nullable Longs orSince) throws IOException {
        array(name, () -> {
            long before = 0;
            for (int i = 0; i < column.size(); i++) {
                long time = column.get(i);
                if (time == Story.UNKNOWN) {
                    json.writeNull();
                    continue;
                }
                if (since != null) {
                    before = Math.max(
                            0, since.get(i) == Story.UNKNOWN && orSince != null ? orSince.get(i) : since.get(i));
                }
                json.writeNumber(time - before);
                before = time;
            }
        });
    }

    private void texts(String name, List<? extends @Nullable String> column) throws IOException {
        array(name, () -> {
            for (String text : column) {
                json.writeNumber(place(text));
            }
        });
    }

    private int place(@Nullable String text) {
        return text == null ? -1 : places.computeIfAbsent(Recording.cut(text), _ -> places.size());
    }

    private void failures() throws IOException {
        array("failure", () -> {
            for (Failure failure : story.failures) {
                json.writeNumber(place(failure == null ? null : failure.type()));
            }
        });
        array("message", () -> {
            for (Failure failure : story.failures) {
                json.writeNumber(place(failure == null ? null : failure.message()));
            }
        });
    }

    private void cancels() throws IOException {
        times("time", story.cancelled, null, null);
        numbers("by", story.cancelledFrom);
        numbers("target", story.targets);
        numbers("ofScope", story.ofScope);
        numbers("about", story.about);
        array("kind", () -> {
            for (Recording.Why why : story.reasons) {
                json.writeNumber(place(why.kind().name()));
            }
        });
        array("message", () -> {
            for (Recording.Why why : story.reasons) {
                json.writeNumber(place(why.message()));
            }
        });
        array("exception", () -> {
            for (Recording.Why why : story.reasons) {
                json.writeNumber(place(why.exception()));
            }
        });
    }
}
