// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import dev.espalier.Registration;
import dev.espalier.opentelemetry.internal.Spans;
import dev.espalier.opentelemetry.internal.TaskSpans;
import dev.espalier.spi.ContextPropagator;
import dev.espalier.spi.TaskObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A span for each group, and if that is wanted for each task.
 *
 * {@snippet class="dev.espalier.opentelemetry.examples.TracingExamples" region="spans"}
 *
 * <p>A group's span lasts from its opening until it has closed, and is current in its body, so that what the body and the tasks trace is below it. A task's span lasts from the beginning to the end of
 * its code, and is current in it. A task that is forked where another span is current, by another task of the group or by a thread from elsewhere, is below that span; if that is of another
 * trace, with a link to the group's.
 *
 * <p>Spans are named like groups and tasks, {@code group} and {@code task} if they have no names; unlike names of metrics these may contain ids, but backends that compute figures from spans
 * expect few. Attributes of a group: {@code espalier.group}, and at its end {@code espalier.tasks.forked}, {@code espalier.tasks.succeeded}, {@code espalier.tasks.failed},
 * {@code espalier.tasks.cancelled}; of a task: {@code espalier.task}, {@code espalier.group}, {@code espalier.outcome}. What was cancelled has {@code espalier.cancel.kind} and
 * {@code espalier.cancel.reason}, and a group an event {@code cancelled} at that moment. What failed has the status {@code ERROR}, {@code error.type} and an event with the exception; being cancelled is no error.
 *
 * <p>A group is an error if a task failed and it is no supervisor, if its body threw, or if its deadline cancelled it. What the body threw is known only where it cancelled the group, which {@code open} does not do.
 *
 * <p>A task that never ran, because the group was cancelled before, has no span; the group counts it.
 *
 * <p><b>What it costs.</b> Making a span: a microsecond or several for each group and, with {@link SpanOptions#tasks}, each task; less if it is not sampled. Nothing where it is not installed.
 *
 * <p><b>Failure.</b> What the tracer throws is logged. <b>Cancellation.</b> Never a cancellation point. <b>Threads.</b> Any. <b>Memory.</b> An entry for each open group.
 *
 * <p>Pitfall: groups of millions of tasks with {@code tasks(true)}: backends do not show such traces. Choose groups with {@link SpanOptions#only}.
 *
 * @since 0.1
 */
public final class GroupSpans {
    private static final String SCOPE = "dev.espalier";

    private GroupSpans() {}

    /**
     * Makes spans for every group of the program that is opened from now on, and carries the context into tasks.
     *
     * @param openTelemetry makes the spans
     * @param options from the default ones: {@code o -> o.tasks(true)}
     * @return ends it: groups that are open then keep their spans, and end them
     */
    public static Registration install(OpenTelemetry openTelemetry, UnaryOperator<SpanOptions> options) {
        Spans spans = spans(openTelemetry, options);
        Registration context = ContextPropagator.install(new OpenTelemetryContext());
        spans.install();
        return () -> {
            spans.close();
            context.close();
        };
    }

    /**
     * Makes spans for the groups to whose options it is given, and for those below them. Their tasks have these spans as parents only if the context is carried too: by an
     * {@link OpenTelemetryContext} that is installed, or is in the options of each of them.
     *
     * @param openTelemetry makes the spans
     * @param options from the default ones
     * @return for {@link dev.espalier.Options#observer}
     */
    public static TaskObserver observer(OpenTelemetry openTelemetry, UnaryOperator<SpanOptions> options) {
        return spans(openTelemetry, options);
    }

    private static Spans spans(OpenTelemetry openTelemetry, UnaryOperator<SpanOptions> options) {
        Tracer tracer = openTelemetry.getTracer(SCOPE);
        SpanOptions all =
                Objects.requireNonNull(options.apply(SpanOptions.DEFAULT), "what the operator of the options returned");
        return all.tasks() ? new TaskSpans(tracer, all.only()) : new Spans(tracer, all.only());
    }
}
