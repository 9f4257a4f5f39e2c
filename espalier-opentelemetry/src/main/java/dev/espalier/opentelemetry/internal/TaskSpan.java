// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.internal;

import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.internal.Census.Occupant;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The span of a task. */
final class TaskSpan {
    /*
     * On the task's thread, in this order: the observer is told that the task starts; contexts are restored; the code runs; the observer is told that it has ended; callbacks; contexts are
     * cleared. The span can begin only where its parent is known, which is in the captured context, so the observer leaves this here for whoever restores. Whoever restores a second time, as
     * two propagators do, finds the same span. Where nobody restores, the span is made at the end, below the group and with the time of the beginning.
     *
     * It stays in the thread-local until the end of the task's code, and is asked for by the task: where a thread could not be started, the end of that task is told on the forking
     * thread, which may be a task itself.
     *
     * Fields: only the task's thread, but for `used`, which is written once and may be seen late by nobody: the thread that starts a task writes it itself.
     */
    private static final ThreadLocal<@Nullable TaskSpan> HERE = new ThreadLocal<>();
    private static final AttributeKey<String> TASK = AttributeKey.stringKey("espalier.task");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("espalier.outcome");

    /** Whether there was ever such a span: else nobody need look into the thread-local, which would make an entry. */
    private static volatile boolean used;

    private final Tracer tracer;
    private final GroupSpan group;
    private final Task<?> task;
    private final String groupName;
    private final Instant started = Instant.now();
    private @Nullable Span span;

    TaskSpan(Tracer tracer, GroupSpan group, Task<?> task, String groupName) {
        this.tracer = tracer;
        this.group = group;
        this.task = task;
        this.groupName = groupName;
    }

    static void start(TaskSpan span) {
        used = true;
        HERE.set(span);
    }

    /** That of the task which is starting or running on the calling thread. */
    static @Nullable TaskSpan here() {
        return used ? HERE.get() : null;
    }

    /** That of a task whose code has ended on the calling thread. */
    static @Nullable TaskSpan end(Task<?> task) {
        TaskSpan span = here();
        if (span == null || span.task != task) {
            return null;
        }
        HERE.remove();
        return span;
    }

    /** Begins it, unless it has begun; the context for the task. */
    Context begin(Context fork) {
        return fork.with(begun(fork));
    }

    private Span begun(Context fork) {
        if (span == null) {
            Context parent = group.below(fork);
            boolean named = !task.name().equals("task-" + task.id());
            SpanBuilder builder = tracer.spanBuilder(named ? task.name() : "task")
                    .setParent(parent)
                    .setStartTimestamp(started)
                    .setAttribute(TASK, task.name())
                    .setAttribute(GroupSpan.GROUP, groupName);
            SpanContext above = Span.fromContext(parent).getSpanContext();
            if (!above.getTraceId().equals(group.context().getTraceId())) {
                builder.addLink(group.context());
            }
            span = builder.startSpan();
        }
        return span;
    }

    /** The task's code has ended. */
    void end() {
        Span ending = begun(Context.root());
        try {
            describe(ending);
        } finally { // the message of an exception is the user's code
            ending.end();
        }
    }

    private void describe(Span ending) {
        ending.setAttribute(OUTCOME, task.status().name().toLowerCase(Locale.ROOT));
        switch (task.status()) {
            case FAILED -> // not by outcome(), which would be to have seen to it (F6)
                GroupSpan.failed(
                        ending, Objects.requireNonNull(Occupant.of(task).failure()), /* event= */ true);
            case CANCELLED -> {
                if (task.outcome().orElse(null) instanceof Outcome.Cancelled<?> cancelled) {
                    ending.setAllAttributes(GroupSpan.attributes(cancelled.reason()));
                }
            }
            case SUCCEEDED -> {}
            case NOT_STARTED, RUNNING -> throw new AssertionError(task.status());
        }
    }
}
