// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.inspect.Inspector;
import dev.espalier.inspect.JfrEvents;
import dev.espalier.inspect.Recorder;
import dev.espalier.inspect.TaskTree;
import dev.espalier.inspect.TaskTreeMXBean;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc and the guide show of this module. */
class InspectExamples {
    @TempDir
    Path folder;

    @Test
    void dump() throws Exception {
        var release = new Event("release");
        TaskGroup.run(o -> o.name("crawl"), group -> {
            var _ = group.fork("page-1", () -> release.await());
            var logged = new StringBuilder();
            class Log {
                void info(String text) {
                    logged.append(text);
                }
            }
            var log = new Log();
            // @start region="dump"
            log.info(TaskTree.dump());
            // @end
            assertThat(logged).contains("group 'crawl'").contains("task 'page-1'");
            release.set();
        });
    }

    @Test
    void options() throws Exception {
        Path file = folder.resolve("tasks.txt");
        TaskGroup.run(o -> o.name("crawl"), group -> {
            // @start region="options"
            try (Writer out = Files.newBufferedWriter(file)) {
                TaskTree.dump(out, o -> o.only(group).frames(8).each(true)); // this group, each task, more of its stack
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            // @end
        });
        assertThat(file).content().contains("group 'crawl'");
    }

    @Test
    void register() throws Exception {
        var server = ManagementFactory.getPlatformMBeanServer();
        var name = new ObjectName(TaskTreeMXBean.NAME);
        // @start region="register"
        Registration tree = TaskTree.register(); // when the program starts
        // @end
        assertThat(server.isRegistered(name)).isTrue();
        tree.close();
        assertThat(server.isRegistered(name)).isFalse();
    }

    @Test
    void inspector() throws Exception {
        // @start region="inspector"
        Inspector inspector = Inspector.start(); // logs: The tree of tasks is at http://127.0.0.1:43210/?token=...
        // @end
        assertThat(inspector.url()).hasHost("127.0.0.1");
        inspector.close();
    }

    @Test
    void inspectorOptions() throws Exception {
        // @start region="inspectorOptions"
        try (var inspector = Inspector.start(o -> o.port(0).allowCancel(true))) {
            System.out.println("Watch it at " + inspector.url());
        }
        // @end
    }

    private static void importOrders() throws InterruptedException {
        TaskGroup.run(
                o -> o.name("import"),
                group -> group.fork("parses", () -> {
                    throw new IllegalArgumentException("line 17");
                }));
    }

    @Test
    void record() throws Exception {
        Path file = folder.resolve("import.html");
        try {
            // @start region="record"
            try (var recorder = Recorder.start()) {
                try {
                    importOrders();
                } finally {
                    recorder.writeHtml(file); // open it in a browser
                }
            }
            // @end
        } catch (TaskGroupException e) {
            assertThat(e).hasMessageContaining("line 17");
        }
        assertThat(file).content().contains("<title>Recording");
    }

    @Test
    void flightRecorder() throws Exception {
        Path file = folder.resolve("last-minute.html");
        // @start region="flightRecorder"
        // when the program starts
        Recorder recorder = Recorder.start(o -> o.last(Duration.ofSeconds(60)).limit(100_000));
        // whenever something was too slow
        recorder.writeHtml(file);
        // @end
        recorder.close();
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void trace() throws Exception {
        Path file = folder.resolve("trace.json");
        var recorder = Recorder.start();
        // @start region="trace"
        recorder.writeChromeTrace(file); // for ui.perfetto.dev
        // @end
        recorder.close();
        assertThat(file).content().contains("traceEvents");
    }

    @Test
    void jfr() {
        // @start region="jfr"
        Registration events = JfrEvents.install(); // when the program starts
        // @end
        events.close();
    }
}
