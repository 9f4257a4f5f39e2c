// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.sync.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace for Chrome and Perfetto, against what their format says. */
class ChromeTraceTest {
    @TempDir
    Path folder;

    private List<JsonObject> trace(Recorder recorder) throws Exception {
        Path file = folder.resolve("trace.json");
        recorder.writeChromeTrace(file);
        JsonObject root = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        var events = new ArrayList<JsonObject>();
        for (JsonElement event : root.getAsJsonArray("traceEvents")) {
            events.add(event.getAsJsonObject());
        }
        return events;
    }

    private static String ph(JsonObject event) {
        return event.get("ph").getAsString();
    }

    private static JsonObject named(List<JsonObject> events, String ph, String name) {
        return events.stream()
                .filter(event ->
                        ph(event).equals(ph) && event.get("name").getAsString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + ph + " " + name));
    }

    private static double end(JsonObject slice) {
        return slice.get("ts").getAsDouble() + slice.get("dur").getAsDouble();
    }

    @Test
    @DisplayName(
            "each event has what its kind needs, slices of a track are inside of each other, flows have two ends in"
                    + " slices")
    void schema() throws Exception {
        var never = new Event("never \"</script>\u2028");
        try (var recorder = Recorder.start()) {
            assertThatThrownBy(() -> TaskGroup.run(o -> o.name("import"), group -> {
                        group.fork("writes", () -> never.await());
                        Await.waiting(never, 1);
                        group.fork(
                                        "nests",
                                        () -> TaskGroup.run(o -> o.name("inner"), inner -> {
                                            var _ = inner.fork("child", () -> 1);
                                        }))
                                .await();
                        group.fork("parses", () -> {
                            throw new IllegalArgumentException("line 17");
                        });
                    }))
                    .isInstanceOf(TaskGroupException.class);
            TaskGroup.run(group -> group.fork(
                    "slow",
                    () -> CancelScope.runOrMoveOnAfter(Duration.ofMillis(1), () -> Tasks.sleep(Duration.ofDays(1)))));
            List<JsonObject> events = trace(recorder);
            Set<Integer> tracks = new HashSet<>();
            Map<String, Integer> flows = new HashMap<>();
            for (JsonObject event : events) {
                assertThat(ph(event)).isIn("M", "X", "i", "s", "f");
                assertThat(event.get("pid").getAsLong())
                        .isEqualTo(ProcessHandle.current().pid());
                if (ph(event).equals("M")) {
                    tracks.add(event.get("tid").getAsInt());
                    continue;
                }
                assertThat(tracks).contains(event.get("tid").getAsInt());
                assertThat(event.get("ts").getAsDouble()).isNotNegative();
                if (ph(event).equals("X")) {
                    assertThat(event.get("dur").getAsDouble()).isNotNegative();
                } else if (!ph(event).equals("i")) {
                    flows.merge(event.get("id").getAsString(), ph(event).equals("s") ? 1 : 100, Integer::sum);
                    assertThat(slicesAround(events, event))
                            .as("a slice around " + event)
                            .isPositive();
                }
            }
            assertThat(flows.values()).isNotEmpty().containsOnly(101);
            nested(events);
            JsonObject parses = named(events, "X", "parses");
            assertThat(parses.getAsJsonObject("args").get("exception").getAsString())
                    .isEqualTo("java.lang.IllegalArgumentException: line 17");
            JsonObject writes = named(events, "X", "writes");
            assertThat(writes.getAsJsonObject("args").get("outcome").getAsString())
                    .isEqualTo("cancelled");
            assertThat(writes.getAsJsonObject("args").get("reason").getAsString())
                    .contains("parses");
            JsonObject wait = named(events, "X", "waits for event 'never \"</script>\u2028'");
            assertThat(wait.get("tid")).isEqualTo(writes.get("tid"));
            assertThat(named(events, "i", "cancel")
                            .getAsJsonObject("args")
                            .get("target")
                            .getAsString())
                    .isEqualTo("group 'import'");
            assertThat(named(events, "X", "group 'inner'").get("tid"))
                    .isEqualTo(named(events, "X", "nests").get("tid"));
        }
    }

    /** Within the rounding of what is parsed. */
    private static long slicesAround(List<JsonObject> events, JsonObject flow) {
        double at = flow.get("ts").getAsDouble();
        return events.stream()
                .filter(event -> ph(event).equals("X") && event.get("tid").equals(flow.get("tid")))
                .filter(slice -> slice.get("ts").getAsDouble() <= at + 1e-6 && at <= end(slice) + 1e-6)
                .count();
    }

    private static void nested(List<JsonObject> events) {
        var byTrack = new HashMap<Integer, List<JsonObject>>();
        for (JsonObject event : events) {
            if (ph(event).equals("X")) {
                byTrack.computeIfAbsent(event.get("tid").getAsInt(), _ -> new ArrayList<>())
                        .add(event);
            }
        }
        for (List<JsonObject> slices : byTrack.values()) {
            slices.sort(Comparator.<JsonObject>comparingDouble(e -> e.get("ts").getAsDouble())
                    .thenComparingDouble(e -> -end(e)));
            var around = new ArrayList<Double>();
            for (JsonObject slice : slices) {
                around.removeIf(e -> e <= slice.get("ts").getAsDouble() + 1e-6);
                if (!around.isEmpty()) {
                    assertThat(end(slice)).isLessThanOrEqualTo(around.getLast() + 1e-6);
                }
                around.add(end(slice));
            }
        }
    }

    @Test
    @DisplayName("thousands of tasks one after the other share few tracks")
    void tracks() throws Exception {
        try (var recorder = Recorder.start()) {
            TaskGroup.run(o -> o.name("many").limit(4), group -> {
                for (int i = 0; i < 5_000; i++) {
                    group.fork("t-" + i, () -> {});
                }
            });
            List<JsonObject> events = trace(recorder);
            assertThat(events.stream()
                            .filter(e -> ph(e).equals("X")
                                    && e.get("cat").getAsString().equals("task")))
                    .hasSize(5_000);
            assertThat(events.stream().filter(e -> e.get("name").getAsString().equals("thread_name")))
                    .hasSizeLessThan(30);
            nested(events);
        }
    }
}
