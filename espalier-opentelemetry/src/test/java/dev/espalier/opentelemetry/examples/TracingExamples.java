// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.opentelemetry.GroupSpans;
import dev.espalier.opentelemetry.OpenTelemetryContext;
import dev.espalier.spi.ContextPropagator;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the Javadoc and the guide show of traces. */
class TracingExamples {
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final OpenTelemetry openTelemetry =
            OpenTelemetrySdk.builder().setTracerProvider(provider).build();
    private final Tracer tracer = openTelemetry.getTracer("shop");

    @AfterEach
    void end() {
        provider.close();
    }

    @Test
    @DisplayName("spans that tasks make are below what forked them")
    void context() throws Exception {
        // @start region="install"
        Registration context = ContextPropagator.install(new OpenTelemetryContext()); // once, when the program starts
        // @end
        try {
            Span request = tracer.spanBuilder("request").startSpan();
            try (var _ = request.makeCurrent()) {
                TaskGroup.run(group -> {
                    group.fork(() -> tracer.spanBuilder("query").startSpan().end());
                });
            }
            request.end();
        } finally {
            context.close();
        }
        assertThat(exporter.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("query", "request");
        assertThat(exporter.getFinishedSpanItems().getFirst().getParentSpanId())
                .isEqualTo(exporter.getFinishedSpanItems().getLast().getSpanId());
    }

    @Test
    @DisplayName("groups and tasks are spans")
    void spans() throws Exception {
        // @start region="spans"
        Registration spans = GroupSpans.install(openTelemetry, o -> o.tasks(true)); // carries the context too
        // @end
        try {
            TaskGroup.run(o -> o.name("product"), group -> {
                group.fork("price", () -> {});
            });
        } finally {
            spans.close();
        }
        assertThat(exporter.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("price", "product");
    }

    @Test
    @DisplayName("some groups only")
    void only() throws Exception {
        // @start region="only"
        Registration spans = GroupSpans.install(
                openTelemetry, o -> o.only(group -> !group.name().startsWith("internal")));
        // @end
        try {
            TaskGroup.run(o -> o.name("internal housekeeping"), group -> {
                TaskGroup.run(o -> o.name("visible"), _ -> {});
            });
        } finally {
            spans.close();
        }
        assertThat(exporter.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("visible");
    }
}
