// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.micrometer.ChannelMonitor;
import dev.espalier.micrometer.EspalierMetrics;
import dev.espalier.micrometer.Monitor;
import dev.espalier.sync.Semaphore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the Javadoc and the guide show of metrics. */
class MetricsExamples {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    @DisplayName("metrics of the program")
    void bind() throws Exception {
        // @start region="bind"
        var metrics = new EspalierMetrics();
        metrics.bindTo(registry); // once, when the program starts
        // @end
        try (metrics) {
            TaskGroup.run(o -> o.name("crawl"), group -> {
                group.fork(() -> {});
            });
            assertThat(registry.get("espalier.groups.duration")
                            .tag("group", "crawl")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("metrics with options")
    void options() throws Exception {
        // @start region="options"
        var metrics = new EspalierMetrics(o -> o.maxGroups(50)
                .groupTag(name -> name.replaceAll("\\d+", "#")) // "order-17" and "order-18" are one
                .maxAge(Duration.ofSeconds(5))
                .taskDurations(true));
        // @end
        try (metrics) {
            metrics.bindTo(registry);
            TaskGroup.run(o -> o.name("order-17"), group -> {
                group.fork(() -> {});
            });
            assertThat(registry.get("espalier.tasks.duration")
                            .tags("group", "order-#", "outcome", "succeeded")
                            .timer()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("gauges of what tasks share")
    void monitor() throws Exception {
        var db = new Semaphore("db", 10);
        Channel<String> orders = Channel.buffered(100);
        // @start region="monitor"
        Monitor.of("db", db).bindTo(registry); // a semaphore, a limiter or a pool
        ChannelMonitor.of("orders", orders).bindTo(registry);
        // @end
        try (var _ = db.acquire()) {
            orders.send("one");
            assertThat(registry.get("espalier.semaphore.available")
                            .tag("name", "db")
                            .gauge()
                            .value())
                    .isEqualTo(9);
            assertThat(registry.get("espalier.channel.buffered").gauge().value())
                    .isEqualTo(1);
        }
    }
}
