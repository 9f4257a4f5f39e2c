// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.internal;

import dev.espalier.CancelReason;
import dev.espalier.GroupStats;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Census.Opened;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The span of a group. */
final class GroupSpan {
    static final AttributeKey<String> GROUP = AttributeKey.stringKey("espalier.group");
    static final AttributeKey<String> CANCEL_KIND = AttributeKey.stringKey("espalier.cancel.kind");
    static final AttributeKey<String> CANCEL_REASON = AttributeKey.stringKey("espalier.cancel.reason");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<Long> FORKED = AttributeKey.longKey("espalier.tasks.forked");
    private static final AttributeKey<Long> SUCCEEDED = AttributeKey.longKey("espalier.tasks.succeeded");
    private static final AttributeKey<Long> FAILED = AttributeKey.longKey("espalier.tasks.failed");
    private static final AttributeKey<Long> CANCELLED = AttributeKey.longKey("espalier.tasks.cancelled");

    private final Span span;
    private final SpanContext around;
    /** On the owner's thread, from opening to closing; null if the group has no thread for an owner. */
    private @Nullable Entered entered;

    GroupSpan(Tracer tracer, Opened group) {
        around = Span.current().getSpanContext();
        String name = group.givenName();
        span = tracer.spanBuilder(name == null ? "group" : name)
                .setAttribute(GROUP, group.group().name())
                .startSpan();
    }

    /** Makes the span current in the body. */
    void enter(Opened group) {
        if (group.owner() == Thread.currentThread()) {
            entered = Entered.enter(Context.current().with(span));
        }
    }

    /**
     * The context for the span of a task: below what is current where it was forked. Where that is only what the group itself is in, or nothing, below the group.
     *
     * @param fork the context there
     */
    Context below(Context fork) {
        SpanContext there = Span.fromContext(fork).getSpanContext();
        return !there.isValid() || there.equals(around) ? fork.with(span) : fork;
    }

    SpanContext context() {
        return span.getSpanContext();
    }

    void cancelled(CancelReason reason) {
        span.addEvent("cancelled", attributes(reason));
    }

    static Attributes attributes(CancelReason reason) {
        return Attributes.of(CANCEL_KIND, kind(reason), CANCEL_REASON, reason.message());
    }

    static String kind(CancelReason reason) {
        return reason.kind().name().toLowerCase(Locale.ROOT);
    }

    /**
     * The group has closed.
     *
     * @param ofTasks whether tasks have spans, which show their failures
     */
    void end(Opened opened, boolean ofTasks) {
        if (entered != null) {
            entered.close();
        }
        try {
            describe(opened, ofTasks);
        } finally { // the message of an exception is the user's code
            span.end();
        }
    }

    private void describe(Opened opened, boolean ofTasks) {
        TaskGroup group = opened.group();
        GroupStats counts = opened.counts();
        span.setAttribute(FORKED, counts.forked());
        span.setAttribute(SUCCEEDED, counts.succeeded());
        span.setAttribute(FAILED, counts.failed());
        span.setAttribute(CANCELLED, counts.cancelled());
        CancelReason reason = group.scope().reason().orElse(null);
        if (reason != null) {
            span.setAllAttributes(attributes(reason));
        }
        List<Throwable> failures = opened.failsWithTasks() ? group.failures() : List.of();
        if (!failures.isEmpty()) {
            failed(span, failures.getFirst(), /* event= */ !ofTasks);
        } else if (reason != null && group.scope().cancelCalled()) {
            Throwable exception = reason.exception();
            switch (reason.kind()) {
                case BODY_FAILED -> {
                    if (exception != null) {
                        failed(span, exception, /* event= */ true);
                    } else {
                        span.setStatus(StatusCode.ERROR, reason.message());
                    }
                }
                case DEADLINE -> span.setStatus(StatusCode.ERROR, reason.message());
                case ASKED, PARENT_CANCELLED, SHUTDOWN, SIBLING_FAILED -> {}
            }
        }
    }

    static void failed(Span span, Throwable exception, boolean event) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(ERROR_TYPE, exception.getClass().getName());
        span.setStatus(StatusCode.ERROR, String.valueOf(exception));
        if (event) {
            span.recordException(exception);
        }
    }
}
