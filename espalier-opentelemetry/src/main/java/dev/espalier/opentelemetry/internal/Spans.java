// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Census.Opened;
import dev.espalier.spi.TaskObserver;
import io.opentelemetry.api.trace.Tracer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes the spans of groups. */
public class Spans implements TaskObserver {
    /*
     * A group's span is current on its owner's thread from opening to closing, so an observer that were removed in between would leave it there. So `close` only says that no more spans
     * are begun; the observer is removed when the last open group has closed.
     *
     * Which of opening and closing comes second sees the other: opening writes `open`, then reads `closing`; `close` writes `closing`, then reads `open`.
     *
     * Fields: `open` any thread; `closing` once, by who closes; `installed` is guarded by the monitor.
     */
    private final Tracer tracer;
    private final Predicate<? super TaskGroup> only;
    private final Map<TaskGroup, GroupSpan> open = new ConcurrentHashMap<>();
    private volatile boolean closing;
    private @Nullable Registration installed;

    /**
     * Makes spans.
     *
     * @param tracer how
     * @param only of which groups
     */
    public Spans(Tracer tracer, Predicate<? super TaskGroup> only) {
        this.tracer = tracer;
        this.only = only;
    }

    /** Observes every group of the program. */
    public final synchronized void install() {
        installed = TaskObserver.install(this);
    }

    /** Begins no more spans; those that are begun will be ended. */
    public final void close() {
        closing = true;
        removeIfDone();
    }

    private void removeIfDone() {
        if (closing && open.isEmpty()) {
            synchronized (this) {
                if (installed != null) {
                    installed.close();
                    installed = null;
                }
            }
        }
    }

    @Override
    public final void groupOpened(TaskGroup group) {
        if (closing || !only.test(group)) {
            return;
        }
        Opened opened = Opened.of(group);
        var span = new GroupSpan(tracer, opened);
        open.put(group, span);
        if (closing && open.remove(group) != null) {
            removeIfDone();
            return; // a span that is never ended is never exported
        }
        span.enter(opened);
    }

    @Override
    public final void groupClosed(TaskGroup group) {
        GroupSpan span = open.remove(group);
        if (span != null) {
            try {
                span.end(Opened.of(group), ofTasks());
            } finally {
                removeIfDone();
            }
        }
    }

    @Override
    public final void cancelled(CancelScope scope, CancelReason reason) {
        if (scope instanceof TaskGroup group) {
            GroupSpan span = open.get(group);
            if (span != null) {
                span.cancelled(reason);
            }
        }
    }

    boolean ofTasks() {
        return false;
    }

    final Tracer tracer() {
        return tracer;
    }

    final @Nullable GroupSpan of(TaskGroup group) {
        return open.get(group);
    }
}
