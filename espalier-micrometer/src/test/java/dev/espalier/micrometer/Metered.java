// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import dev.espalier.Espalier;
import dev.espalier.VoidBody;
import dev.espalier.spi.Backend;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Metrics in a registry of their own, of which each reading is a new one. */
final class Metered implements AutoCloseable {
    final MeterRegistry registry = new SimpleMeterRegistry();
    final EspalierMetrics metrics;

    Metered() {
        this(o -> o);
    }

    Metered(UnaryOperator<MetricsOptions> options) {
        metrics = new EspalierMetrics(o -> options.apply(o.maxAge(Duration.ZERO)));
        metrics.bindTo(registry);
    }

    static void on(Backend backend, VoidBody<Exception> body) throws Exception {
        Espalier.run(backend, () -> {
            body.call();
            return null;
        });
    }

    /** Reads once, as a scrape does: that finds groups that are open under a new name. */
    private void read() {
        var _ = registry.get("espalier.groups.open")
                .tag("group", "unnamed")
                .gauge()
                .value();
    }

    double gauge(String name, String group) {
        read();
        return registry.get(name).tag("group", group).gauge().value();
    }

    double forked(String group) {
        read();
        return registry.get("espalier.tasks.forked")
                .tag("group", group)
                .functionCounter()
                .count();
    }

    double ended(String group, String outcome) {
        read();
        return registry.get("espalier.tasks.ended")
                .tags("group", group, "outcome", outcome)
                .functionCounter()
                .count();
    }

    double closed(String group) {
        return registry.get("espalier.groups.duration")
                .tag("group", group)
                .functionTimer()
                .count();
    }

    double cancellations(String of, String reason) {
        return registry.get("espalier.cancellations")
                .tags("of", of, "reason", reason)
                .functionCounter()
                .count();
    }

    double stuckReports(String reason) {
        return registry.get("espalier.stuck.reports")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    /** Waits until something is so; the limit of the test is the limit. */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }

    boolean has(String group) {
        return registry.find("espalier.tasks.live").tag("group", group).gauge() != null;
    }

    @Override
    public void close() {
        metrics.close();
    }
}
