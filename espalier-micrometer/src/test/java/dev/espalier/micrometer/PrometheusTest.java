// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.pool.ResourcePool;
import dev.espalier.pool.WorkerPool;
import dev.espalier.spi.Backend;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole way: a Prometheus endpoint that is scraped over HTTP. */
class PrometheusTest {
    private static final Pattern NAME = Pattern.compile("^\\| `(espalier\\.[a-z.]+)` \\|");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer server;

    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] body = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
        http.shutdownNow();
        registry.close();
    }

    private String scrape() throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a scrape while tasks run says what lives, one afterwards how it ended")
    void scraped(Backend backend) throws Exception {
        try (var metrics = new EspalierMetrics(o -> o.maxAge(Duration.ZERO).taskDurations(true))) {
            metrics.bindTo(registry);
            Metered.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("crawl"), group -> {
                        var ready = new CountDownLatch(3);
                        var go = new CountDownLatch(1);
                        for (int i = 0; i < 3; i++) {
                            group.fork(() -> {
                                ready.countDown();
                                go.await();
                            });
                        }
                        ready.await();
                        var _ = scrape(); // the first one with this group registers its meters
                        assertThat(scrape().lines())
                                .contains(
                                        "espalier_tasks_live_tasks{group=\"crawl\"} 3.0",
                                        "espalier_groups_open_groups{group=\"crawl\"} 1.0",
                                        "espalier_tasks_forked_tasks_total{group=\"crawl\"} 3.0");
                        go.countDown();
                    }));
            assertThat(scrape().lines())
                    .contains(
                            "espalier_tasks_live_tasks{group=\"crawl\"} 0.0",
                            "espalier_tasks_ended_tasks_total{group=\"crawl\",outcome=\"succeeded\"} 3.0",
                            "espalier_groups_duration_seconds_count{group=\"crawl\"} 1",
                            "espalier_tasks_duration_seconds_count{group=\"crawl\",outcome=\"succeeded\"} 3")
                    .anyMatch(line -> line.startsWith("espalier_groups_duration_seconds_sum{group=\"crawl\"} "))
                    .contains("# HELP espalier_tasks_live_tasks Tasks that have not ended");
        }
    }

    @Test
    @DisplayName("names that need escaping are escaped")
    void escaped() throws Exception {
        try (var metrics = new EspalierMetrics(o -> o.maxAge(Duration.ZERO))) {
            metrics.bindTo(registry);
            TaskGroup.run(o -> o.name("a \"quoted\"\n\\name"), _ -> {});
            assertThat(scrape()).contains("espalier_groups_open_groups{group=\"a \\\"quoted\\\"\\n\\\\name\"} 0.0");
        }
    }

    @Test
    @DisplayName("the tables of the guide name every meter, and no other")
    void documented() throws Exception {
        var registered = new TreeSet<String>();
        try (var metrics = new EspalierMetrics(o -> o.taskDurations(true));
                var pool = ResourcePool.open(() -> new CountDownLatch(0), o -> o)) {
            metrics.bindTo(registry);
            Monitor.of("a", new Semaphore(1)).bindTo(registry);
            Monitor.of("a", new CapacityLimiter(1)).bindTo(registry);
            Monitor.of("a", new RateLimiter(1, Duration.ofSeconds(1))).bindTo(registry);
            Monitor.of("a", pool).bindTo(registry);
            ChannelMonitor.of("a", Channel.rendezvous()).bindTo(registry);
            WorkerPool.<String, RuntimeException>run(
                    o -> o,
                    (String _) -> {},
                    workers -> Monitor.of("a", workers).bindTo(registry));
            for (Meter meter : registry.getMeters()) {
                assertThat(meter.getId().getDescription())
                        .as(meter.getId().getName())
                        .isNotBlank();
                registered.add(meter.getId().getName());
            }
        }
        Path guide = Path.of("../docs/guide/metrics-traces-context.md");
        var documented = Files.readAllLines(guide).stream()
                .map(NAME::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).isEqualTo(registered);
    }
}
