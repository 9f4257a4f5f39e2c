// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.espalier.inspect.RecorderOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is written of a story that was read at slightly different moments. */
class StoryTest {
    /** A group from 10 to 90, a task in it from 20 to 50 µs, which has a group and a wait that are said to end later. */
    private static Story crooked() {
        var recording = Recording.begin(RecorderOptions.DEFAULT.limit(1));
        recording.clock.close();
        var story = new Story(recording, 0, 100_000);
        story.threads.add(1);
        story.threadNames.add("main");
        group(story, "outer", 10_000, 90_000, Story.node(Story.THREAD, 0));
        group(story, "inner", 25_000, 60_000, Story.node(Story.TASK, 0));
        story.tasks.add(7);
        story.taskNames.add("task");
        story.taskGroups.add(0);
        story.forked.add(15_000);
        story.started.add(20_000);
        story.ended.add(50_000);
        story.outcomes.add(Recording.SUCCEEDED);
        story.forkers.add(Story.node(Story.THREAD, 0));
        story.failures.add(null);
        story.cancelledBy.add(Story.NONE);
        story.waiting.add(Story.node(Story.TASK, 0));
        story.waitFrom.add(30_001);
        story.waitTo.add(70_000);
        story.waitedFor.add(Story.NONE);
        story.waitTexts.add("lock 'a'");
        return story;
    }

    private static void group(Story story, String name, long opened, long closed, int owner) {
        story.groups.add(story.groups.size() + 1);
        story.groupNames.add(name);
        story.opened.add(opened);
        story.closed.add(closed);
        story.owners.add(owner);
    }

    @Test
    @DisplayName("slices of a trace are cut so that each is inside of the one around it, in microseconds")
    void trace() throws Exception {
        var out = new ByteArrayOutputStream();
        ChromeTrace.write(crooked(), out);
        Map<String, JsonObject> slices = new HashMap<>();
        for (JsonElement event : JsonParser.parseString(out.toString(StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonArray("traceEvents")) {
            JsonObject e = event.getAsJsonObject();
            if (e.get("ph").getAsString().equals("X")) {
                slices.put(e.get("name").getAsString(), e);
            }
        }
        assertThat(time(slices, "task")).isEqualTo("20.000 30.000");
        assertThat(time(slices, "group 'inner'")).isEqualTo("25.000 25.000");
        assertThat(time(slices, "waits for lock 'a'")).isEqualTo("30.001 19.999");
        assertThat(time(slices, "group 'outer'")).isEqualTo("10.000 80.000");
    }

    private static String time(Map<String, JsonObject> slices, String name) {
        JsonObject slice = slices.get(name);
        assertThat(slice).as(name).isNotNull();
        return slice.get("ts").getAsString() + " " + slice.get("dur").getAsString();
    }
}
