// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.context.SnapshotPropagator;
import dev.espalier.micrometer.EspalierMetrics;
import io.micrometer.context.ContextRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

/** Metrics and context, where their libraries are. */
class MetricsAndContextTest {
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EspalierAutoConfiguration.class,
                    EspalierMetricsAutoConfiguration.class,
                    EspalierContextAutoConfiguration.class));

    @Test
    @DisplayName("metrics are bound where there is a registry, unless they are switched off")
    void metricsWhere() {
        runner.run(context -> assertThat(context).doesNotHaveBean(EspalierMetrics.class));
        var registered = runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
        registered.run(context -> assertThat(context).hasSingleBean(EspalierMetrics.class));
        registered
                .withBean(EspalierMetrics.class, () -> new EspalierMetrics(o -> o.taskDurations(true)))
                .run(context -> assertThat(context).hasSingleBean(EspalierMetrics.class));
        registered
                .withPropertyValues("espalier.metrics.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(EspalierMetrics.class));
        registered
                .withClassLoader(new FilteredClassLoader(EspalierMetrics.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(EspalierMetrics.class));
    }

    @Test
    @DisplayName("an application with the actuator has metrics of its requests")
    void metrics() throws Exception {
        try (ConfigurableApplicationContext context =
                        TestApplication.start("management.endpoints.web.exposure.include=metrics");
                HttpClient client = HttpClient.newHttpClient()) {
            URI base = URI.create("http://localhost:" + TestApplication.port(context));
            assertThat(client.send(
                                    HttpRequest.newBuilder(base.resolve("/forks"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body())
                    .isEqualTo("ab");
            URI metric = base.resolve("/actuator/metrics/espalier.tasks.ended?tag=group:request&tag=outcome:succeeded");
            String value = "";
            while (!value.contains("\"value\":2.0")) { // the answer comes before the group closes
                value = client.send(HttpRequest.newBuilder(metric).build(), BodyHandlers.ofString())
                        .body();
            }
        }
    }

    @Test
    @DisplayName("tasks see thread-locals that are registered, as long as the context is open")
    void context() throws Exception {
        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
        TENANT.set("acme");
        try {
            runner.run(context -> {
                assertThat(context).hasSingleBean(SnapshotPropagator.class);
                assertThat(tenantOfTask()).isEqualTo("acme");
            });
            assertThat(tenantOfTask()).isNull();
            runner.withPropertyValues("espalier.context.enabled=false").run(context -> {
                assertThat(context).doesNotHaveBean(Registration.class);
                assertThat(tenantOfTask()).isNull();
            });
            runner.withClassLoader(new FilteredClassLoader(SnapshotPropagator.class))
                    .run(context -> {
                        assertThat(context).hasNotFailed().doesNotHaveBean(Registration.class);
                        assertThat(tenantOfTask()).isNull();
                    });
        } finally {
            TENANT.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
        }
    }

    private static String tenantOfTask() throws InterruptedException {
        return TaskGroup.call(group -> group.fork(TENANT::get).await());
    }
}
