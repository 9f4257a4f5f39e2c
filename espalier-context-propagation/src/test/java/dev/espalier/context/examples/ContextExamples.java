// SPDX-License-Identifier: Apache-2.0

package dev.espalier.context.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.context.SnapshotPropagator;
import dev.espalier.spi.ContextPropagator;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What the Javadoc and the guide show of context in tasks. */
class ContextExamples {
    static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    @Test
    @DisplayName("the MDC and a thread-local of one's own are seen in tasks")
    void install() throws Exception {
        // @start region="install"
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor(new Slf4jThreadLocalAccessor()) // the MDC
                .registerThreadLocalAccessor("tenant", TENANT); // a thread-local of your own
        Registration context = ContextPropagator.install(new SnapshotPropagator()); // once, when the program starts
        // @end
        var seen = new ConcurrentLinkedQueue<String>();
        try {
            TENANT.set("acme");
            // @start region="mdc"
            MDC.put("request", "4711");
            TaskGroup.run(group -> {
                group.fork(() -> seen.add(MDC.get("request"))); // 4711
            });
            // @end
            TaskGroup.run(group -> {
                group.fork(() -> seen.add(TENANT.get()));
            });
        } finally {
            context.close();
            MDC.clear();
            TENANT.remove();
            removeAccessors();
        }
        assertThat(seen).containsExactly("4711", "acme");
    }

    @Test
    @DisplayName("a group may have the propagator for itself")
    void ofOneGroup() throws Exception {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
        var seen = new AtomicReference<Map<String, String>>();
        MDC.put("request", "4711");
        try {
            // @start region="options"
            TaskGroup.run(o -> o.propagators(new SnapshotPropagator()), group -> {
                group.fork(() -> seen.set(MDC.getCopyOfContextMap()));
            });
            // @end
        } finally {
            MDC.clear();
            removeAccessors();
        }
        assertThat(seen.get()).containsExactly(Map.entry("request", "4711"));
    }

    private static void removeAccessors() {
        ContextRegistry.getInstance().removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
        ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
    }
}
