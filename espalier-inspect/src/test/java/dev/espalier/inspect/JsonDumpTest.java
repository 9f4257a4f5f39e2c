// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The tree as JSON, read by another library. */
class JsonDumpTest {
    private static JsonObject json(UnaryOperator<DumpOptions> options) throws IOException {
        var bytes = new ByteArrayOutputStream();
        TaskTree.dumpJson(bytes, options);
        return JsonParser.parseString(bytes.toString(StandardCharsets.UTF_8)).getAsJsonObject();
    }

    private static JsonObject named(JsonElement array, String name) {
        for (JsonElement element : array.getAsJsonArray()) {
            if (element.getAsJsonObject().get("name").getAsString().equals(name)) {
                return element.getAsJsonObject();
            }
        }
        throw new AssertionError("no '" + name + "' in " + array);
    }

    @Test
    @DisplayName("each group and task is there, below its thread, with what it waits for and who holds that")
    void tree() throws Exception {
        var lock = new Lock("ledger \"7\"");
        var release = new Event("release");
        TaskGroup.run(o -> o.name("bank").timeout(Duration.ofMinutes(5)), bank -> {
            bank.fork("holds", () -> {
                try (var _ = lock.acquire()) {
                    release.await();
                }
            });
            Await.waiting(release, 1);
            bank.fork(
                    "wants",
                    () -> TaskGroup.run(o -> o.name("inner"), inner -> {
                        var _ = inner.fork("deep", () -> lock.acquire().close());
                    }));
            Await.waiting(lock, 1);
            JsonObject all = json(o -> o);
            assertThat(all.get("pid").getAsLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(all.get("deadlocks").getAsJsonArray()).isEmpty();
            JsonObject group = null;
            for (JsonElement thread : all.get("threads").getAsJsonArray()) {
                if (thread.getAsJsonObject().get("thread").getAsLong()
                        == Thread.currentThread().threadId()) {
                    group = named(thread.getAsJsonObject().get("groups"), "bank");
                }
            }
            assertThat(group).isNotNull();
            assertThat(group.get("active").getAsInt()).isEqualTo(2);
            assertThat(group.get("deadlineIn").getAsLong()).isBetween(200_000L, 300_000L);
            JsonObject deep = named(
                    named(named(group.get("tasks"), "wants").get("groups"), "inner")
                            .get("tasks"),
                    "deep");
            assertThat(deep.get("doing").getAsString()).isEqualTo("waits for lock 'ledger \"7\"'");
            assertThat(deep.get("heldBy").getAsJsonArray().get(0).getAsString()).isEqualTo("task 'holds'");
            assertThat(deep.get("state").getAsString()).isEqualTo("waits");
            assertThat(deep.get("stack").getAsJsonArray().get(0).getAsString()).startsWith("JsonDumpTest.");
            assertThat(deep.has("age")).isTrue();
            assertThat(all.get("totals").getAsJsonObject().get("tasks").getAsInt())
                    .isGreaterThanOrEqualTo(3);

            JsonObject shallow = json(o -> o.only(bank).depth(2).frames(0));
            JsonObject wants = named(named(shallow.get("groups"), "bank").get("tasks"), "wants");
            assertThat(named(wants.get("groups"), "inner").has("tasks")).isFalse();
            assertThat(wants.has("stack")).isFalse();
            release.set();
        });
    }

    @Test
    @DisplayName("a circle of waits is there")
    void deadlock() throws Exception {
        TaskGroup.run(group -> Standstill.during(group, () -> {
            JsonObject circle = json(o -> o.frames(0))
                    .get("deadlocks")
                    .getAsJsonArray()
                    .get(0)
                    .getAsJsonObject();
            assertThat(circle.get("certain").getAsBoolean()).isTrue();
            var who = new ArrayList<String>();
            circle.get("waits")
                    .getAsJsonArray()
                    .forEach(wait -> who.add(wait.getAsJsonObject().get("who").getAsString()));
            assertThat(who).containsExactlyInAnyOrder("task 'book'", "task 'transfer'");
        }));
    }

    @Test
    @DisplayName("what the target throws is thrown")
    void failingTarget() throws Exception {
        var release = new Event("release");
        TaskGroup.run(group -> {
            for (int i = 0; i < 500; i++) {
                group.fork(() -> release.await());
            }
            var full = new OutputStream() {
                private int bytes;

                @Override
                public void write(int b) throws IOException {
                    if (++bytes > 10_000) {
                        throw new IOException("no space left");
                    }
                }
            };
            assertThatThrownBy(() -> TaskTree.dumpJson(full, o -> o.frames(0)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no space left");
            release.set();
        });
    }
}
