// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.inspect.internal.FlightEvents;
import dev.espalier.sync.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of JDK Flight Recorder. */
class JfrEventsTest {
    @TempDir
    Path folder;

    private List<RecordedEvent> read(Recording recording) throws Exception {
        Path file = folder.resolve("recording.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file);
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String type, String field, String value) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(type) && value.equals(event.getString(field)))
                .toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String type, String field, String value) {
        assertThat(named(events, type, field, value)).hasSize(1);
        return named(events, type, field, value).getFirst();
    }

    @Test
    @DisplayName(
            "a recording has groups and tasks with their durations and threads, and cancellations with their causes")
    void events() throws Exception {
        try (Registration _ = JfrEvents.install();
                var recording = new Recording()) {
            recording.start();
            var never = new Event("never");
            assertThatThrownBy(() -> TaskGroup.run(o -> o.name("jfr-import"), group -> {
                        group.fork("jfr-writes", () -> never.await());
                        Await.waiting(never, 1);
                        group.fork("jfr-sleeps", () -> Tasks.sleep(Duration.ofMillis(20)))
                                .await();
                        group.fork("jfr-parses", () -> {
                            throw new IllegalArgumentException("line 17");
                        });
                    }))
                    .isInstanceOf(TaskGroupException.class);
            TaskGroup.run(group -> {
                group.cancel();
                group.fork("jfr-never-runs", () -> {});
            });
            var events = read(recording);
            var sleeps = only(events, "espalier.Task", "name", "jfr-sleeps");
            assertThat(sleeps.getDuration()).isBetween(Duration.ofMillis(20), Duration.ofSeconds(20));
            assertThat(sleeps.getString("outcome")).isEqualTo("SUCCEEDED");
            assertThat(sleeps.getString("group")).isEqualTo("jfr-import");
            assertThat(sleeps.getThread()).isNotNull();
            assertThat(sleeps.getThread("forker").getJavaName())
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(sleeps.getDuration("timeToStart")).isPositive();
            assertThat(sleeps.getEventType().getCategoryNames()).containsExactly("Espalier");
            var parses = only(events, "espalier.Task", "name", "jfr-parses");
            assertThat(parses.getString("outcome")).isEqualTo("FAILED");
            assertThat(parses.getString("exception")).isEqualTo("java.lang.IllegalArgumentException: line 17");
            var writes = only(events, "espalier.Task", "name", "jfr-writes");
            assertThat(writes.getString("outcome")).isEqualTo("CANCELLED");
            assertThat(writes.getString("reason")).contains("jfr-parses");
            var refused = only(events, "espalier.Task", "name", "jfr-never-runs");
            assertThat(refused.getString("outcome")).isEqualTo("CANCELLED");
            var group = only(events, "espalier.Group", "name", "jfr-import");
            assertThat(group.getLong("forked")).isEqualTo(3);
            assertThat(group.getLong("failed")).isEqualTo(1);
            assertThat(group.getLong("cancelled")).isEqualTo(1);
            assertThat(group.getDuration()).isGreaterThanOrEqualTo(sleeps.getDuration());
            assertThat(group.getLong("number")).isEqualTo(sleeps.getLong("groupNumber"));
            var cancel = only(events, "espalier.Cancel", "target", "group 'jfr-import'");
            assertThat(cancel.getString("kind")).isEqualTo("SIBLING_FAILED");
            assertThat(cancel.getString("exception")).isEqualTo("java.lang.IllegalArgumentException: line 17");
            assertThat(cancel.getStackTrace().getFrames()).isNotEmpty();
        }
    }

    @Test
    @DisplayName("nobody observes unless a recording wants the events, and then only those that it wants")
    void onlyIfWanted() throws Exception {
        Registration installed = JfrEvents.install();
        assertThat(FlightEvents.observed()).isEmpty();
        try (var recording = new Recording()) {
            recording.disable("espalier.Task");
            recording.start();
            assertThat(FlightEvents.observed()).containsExactlyInAnyOrder("espalier.Group", "espalier.Cancel");
            try (var second = new Recording()) {
                second.enable("espalier.Task");
                second.start();
                assertThat(FlightEvents.observed()).contains("espalier.Task");
            }
            assertThat(FlightEvents.observed()).doesNotContain("espalier.Task");
            try (Registration _ = JfrEvents.install()) {
                installed.close();
                assertThat(FlightEvents.observed()).isNotEmpty();
            }
            assertThat(FlightEvents.observed()).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "what is installed while a recording runs is in it from then on, and a threshold leaves out short tasks")
    void late() throws Exception {
        try (var recording = new Recording()) {
            recording.enable("espalier.Task").withThreshold(Duration.ofMillis(10));
            recording.start();
            try (Registration _ = JfrEvents.install()) {
                TaskGroup.run(o -> o.name("jfr-late"), group -> {
                    group.fork("jfr-short", () -> {});
                    group.fork("jfr-long", () -> Tasks.sleep(Duration.ofMillis(30)));
                });
            }
            var events = read(recording);
            assertThat(named(events, "espalier.Task", "name", "jfr-long")).hasSize(1);
            assertThat(named(events, "espalier.Task", "name", "jfr-short")).isEmpty();
        }
    }
}
