// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.context.SnapshotPropagator;
import dev.espalier.micrometer.EspalierMetrics;
import dev.espalier.opentelemetry.GroupSpans;
import dev.espalier.opentelemetry.OpenTelemetryContext;
import dev.espalier.spi.ContextPropagator;
import io.micrometer.context.ContextRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** {@link ForkAndJoin} and {@link SmallGroups} with metrics, traces and context: what they cost tasks that do nothing, and so cost most. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
@State(Scope.Benchmark)
public class Observation {
    static final int TASKS = 100_000;
    static final int GROUPS = 2_000;
    private static final Callable<Object> NOTHING = () -> "done";
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    /** What is attached. */
    public enum Attached {
        /** Nothing. */
        NOTHING,
        /** Metrics, which somebody reads each second. */
        METRICS,
        /** The same with the durations of tasks. */
        TASK_DURATIONS,
        /** OpenTelemetry's context. */
        TRACE_CONTEXT,
        /** Spans of groups, of which each is recorded and none exported. */
        GROUP_SPANS,
        /** The same with spans of tasks. */
        TASK_SPANS,
        /** A thread-local by context-propagation. */
        CONTEXT
    }

    /** What is attached. */
    @Param({"NOTHING", "METRICS", "TASK_DURATIONS", "TRACE_CONTEXT", "GROUP_SPANS", "TASK_SPANS", "CONTEXT"})
    public Attached attached = Attached.NOTHING;

    /** How many tasks small groups have. */
    @Param({"1", "4", "16"})
    public int size = 1;

    private Registration detach = () -> {};

    /** Attaches it. */
    @Setup(Level.Trial)
    public void attach() {
        detach = switch (attached) {
            case NOTHING -> () -> {};
            case METRICS -> metrics(false);
            case TASK_DURATIONS -> metrics(true);
            case TRACE_CONTEXT -> ContextPropagator.install(new OpenTelemetryContext());
            case GROUP_SPANS -> spans(false);
            case TASK_SPANS -> spans(true);
            case CONTEXT -> {
                ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
                TENANT.set("acme");
                yield ContextPropagator.install(new SnapshotPropagator());
            }
        };
    }

    private static Registration metrics(boolean taskDurations) {
        var registry = new SimpleMeterRegistry();
        var metrics = new EspalierMetrics(o -> o.taskDurations(taskDurations));
        metrics.bindTo(registry);
        Thread reading = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    Thread.sleep(1_000);
                    registry.forEachMeter(meter -> meter.measure().forEach(measurement -> measurement.getValue()));
                }
            } catch (InterruptedException e) { // the end
                return;
            }
        });
        return () -> {
            reading.interrupt();
            metrics.close();
        };
    }

    private static Registration spans(boolean tasks) {
        var provider = SdkTracerProvider.builder().build();
        var sdk = OpenTelemetrySdk.builder().setTracerProvider(provider).build();
        return GroupSpans.install(sdk, o -> o.tasks(tasks));
    }

    /** Detaches it. */
    @TearDown(Level.Trial)
    public void detach() {
        detach.close();
    }

    /** W1. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void tasks() throws Exception {
        Owner.VIRTUAL.run(() -> TaskGroup.run(group -> fork(group, TASKS)));
    }

    /** W2. */
    @Benchmark
    @OperationsPerInvocation(GROUPS)
    public void groups() throws Exception {
        Owner.VIRTUAL.repeat(GROUPS, () -> TaskGroup.run(group -> fork(group, size)));
    }

    private static void fork(TaskGroup group, int tasks) {
        for (int i = 0; i < tasks; i++) {
            var _ = group.fork(NOTHING);
        }
    }
}
