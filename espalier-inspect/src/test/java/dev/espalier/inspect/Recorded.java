// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The data of a recording's page, as the page reads it. */
final class Recorded {
    private static final Pattern DATA =
            Pattern.compile("<script id=\"data\" type=\"application/x-espalier-recording\">([A-Za-z0-9+/=]+)</script>");
    private static final double NAN = Double.NaN;

    final JsonObject data;

    private Recorded(JsonObject data) {
        this.data = data;
    }

    static Recorded of(Recorder recorder, Path folder) throws Exception {
        Path file = folder.resolve("recording.html");
        recorder.writeHtml(file);
        return read(file);
    }

    static Recorded read(Path file) throws Exception {
        Matcher matcher = DATA.matcher(Files.readString(file));
        assertThat(matcher.find()).as("the data is where the page looks for it").isTrue();
        byte[] bytes = Base64.getDecoder().decode(matcher.group(1));
        try (var in =
                new InputStreamReader(new GZIPInputStream(new ByteArrayInputStream(bytes)), StandardCharsets.UTF_8)) {
            return new Recorded(JsonParser.parseReader(in).getAsJsonObject());
        }
    }

    JsonArray column(String table, String name) {
        return data.getAsJsonObject(table).getAsJsonArray(name);
    }

    @Nullable
    String text(JsonElement place) {
        return place.getAsInt() < 0
                ? null
                : data.getAsJsonArray("texts").get(place.getAsInt()).getAsString();
    }

    @Nullable
    String text(String table, String name, int row) {
        return text(column(table, name).get(row));
    }

    int tasks() {
        return column("tasks", "id").size();
    }

    int task(String name) {
        return row("tasks", name);
    }

    int group(String name) {
        return row("groups", name);
    }

    private int row(String table, String name) {
        JsonArray names = column(table, "name");
        int found = -1;
        for (int i = 0; i < names.size(); i++) {
            if (name.equals(text(names.get(i)))) {
                assertThat(found).as("only one " + name).isNegative();
                found = i;
            }
        }
        return found;
    }

    List<String> names(String table) {
        var all = new ArrayList<String>();
        for (JsonElement place : column(table, "name")) {
            String text = text(place);
            all.add(text == null ? "" : text);
        }
        return all;
    }

    /** In nanoseconds; NaN if it is not known. */
    double[] times(String table, String name, double[]... since) {
        JsonArray column = column(table, name);
        double[] times = new double[column.size()];
        double before = 0;
        for (int i = 0; i < times.length; i++) {
            if (column.get(i).isJsonNull()) {
                times[i] = NAN;
                continue;
            }
            if (since.length > 0) {
                before = 0;
                for (int k = since.length - 1; k >= 0; k--) {
                    before = Double.isNaN(since[k][i]) ? before : since[k][i];
                }
            }
            before += column.get(i).getAsDouble();
            times[i] = before;
        }
        return times;
    }

    double[] forked() {
        return times("tasks", "forked");
    }

    double[] started() {
        return times("tasks", "started", forked());
    }

    double[] ended() {
        return times("tasks", "ended", started(), forked());
    }

    /** As in a message. */
    String describe(int node) {
        if (node < 0) {
            return "nothing";
        }
        String table = List.of("threads", "groups", "tasks").get(node & 3);
        return List.of("thread '", "group '", "task '").get(node & 3) + text(table, "name", node >> 2) + "'";
    }

    /** Who waits for what, in the order in which they began. */
    List<String> waits() {
        var all = new ArrayList<String>();
        for (int i = 0; i < column("waits", "node").size(); i++) {
            String text = text("waits", "text", i);
            all.add(describe(column("waits", "node").get(i).getAsInt()) + " waits for "
                    + (text != null
                            ? text
                            : describe(column("waits", "on").get(i).getAsInt())));
        }
        return all;
    }

    int lost(String what) {
        return data.getAsJsonObject("lost").get(what).getAsInt();
    }
}
