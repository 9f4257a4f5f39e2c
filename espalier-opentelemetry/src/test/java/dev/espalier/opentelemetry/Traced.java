// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Espalier;
import dev.espalier.VoidBody;
import dev.espalier.spi.Backend;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;

/** The real SDK, which keeps its spans in memory. Asserts at its end that nothing is current on the calling thread. */
final class Traced implements AutoCloseable {
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    final OpenTelemetry openTelemetry =
            OpenTelemetrySdk.builder().setTracerProvider(provider).build();
    final Tracer tracer = openTelemetry.getTracer("test");

    static void on(Backend backend, VoidBody<Exception> body) throws Exception {
        Espalier.run(backend, () -> {
            body.call();
            return null;
        });
    }

    /** A span that lasts no time. */
    void mark(String name) {
        tracer.spanBuilder(name).startSpan().end();
    }

    Span begin(String name) {
        return tracer.spanBuilder(name).startSpan();
    }

    @SuppressWarnings("MustBeClosed") // that is what is tested
    void leaveOpen(String name) {
        Scope _ = begin(name).makeCurrent();
    }

    List<SpanData> all() {
        return exporter.getFinishedSpanItems();
    }

    SpanData one(String name) {
        var found = all().stream().filter(span -> span.getName().equals(name)).toList();
        assertThat(found).as("spans named %s of %s", name, all()).hasSize(1);
        return found.getFirst();
    }

    /** The names from the root to a span. */
    String path(String name) {
        var path = new StringBuilder(name);
        for (SpanData span = one(name); span.getParentSpanContext().isValid(); ) {
            String parent = span.getParentSpanId();
            span = all().stream()
                    .filter(s -> s.getSpanId().equals(parent))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no span " + parent + " above " + path));
            path.insert(0, span.getName() + " > ");
        }
        return path.toString();
    }

    String attribute(String span, String key) {
        return String.valueOf(one(span).getAttributes().get(AttributeKey.stringKey(key)));
    }

    long count(String span, String key) {
        Long value = one(span).getAttributes().get(AttributeKey.longKey(key));
        assertThat(value).as(key).isNotNull();
        return value;
    }

    @Override
    public void close() {
        provider.close();
        assertThat(Context.current()).as("what is left on the calling thread").isEqualTo(Context.root());
    }
}
