// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Options;
import dev.espalier.Registration;
import dev.espalier.spi.ContextPropagator;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What a task carries from the place of its fork: scoped values, contexts of propagators, the place itself. */
public final class Carried {
    /** Of the whole program: found as services, or installed. Replaced under the monitor of this class, and read by anyone, once for each fork. */
    private static volatile List<ContextPropagator> program =
            ServiceLoader.load(ContextPropagator.class, ContextPropagator.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private final Object body;
    private final ScopedValue.@Nullable Carrier values;
    private final List<ContextPropagator.Snapshot> snapshots;
    private final @Nullable ForkSite site;

    private Carried(
            Object body,
            ScopedValue.@Nullable Carrier values,
            List<ContextPropagator.Snapshot> snapshots,
            @Nullable ForkSite site) {
        this.body = body;
        this.values = values;
        this.snapshots = snapshots;
        this.site = site;
    }

    /**
     * Adds a propagator for the whole program.
     *
     * @param propagator carries something from now on
     * @return removes it
     */
    public static Registration install(ContextPropagator propagator) {
        Objects.requireNonNull(propagator, "propagator");
        synchronized (Carried.class) {
            var more = new ArrayList<>(program);
            more.add(propagator);
            program = List.copyOf(more);
        }
        var installed = new AtomicBoolean(true);
        return () -> {
            if (installed.compareAndSet(true, false)) {
                remove(propagator);
            }
        };
    }

    private static synchronized void remove(ContextPropagator propagator) {
        var fewer = new ArrayList<>(program);
        for (int i = 0; i < fewer.size(); i++) {
            if (fewer.get(i) == propagator) { // one of them, and by identity
                var _ = fewer.remove(i);
                break;
            }
        }
        program = List.copyOf(fewer);
    }

    /** The work of a task: the body alone, if nothing is to be carried. Runs on the forking thread. */
    static Object capture(Options options, Object body, TaskNode<?> task) {
        List<ContextPropagator> first = program;
        List<ContextPropagator> more = options.propagators();
        if (first.isEmpty() && more.isEmpty() && options.inherit().isEmpty() && !options.forkSites()) {
            return body;
        }
        ScopedValue.Carrier values = null;
        for (ScopedValue<?> value : options.inherit()) {
            if (value.isBound()) {
                values = bind(values, value);
            }
        }
        var snapshots = new ArrayList<ContextPropagator.Snapshot>(first.size() + more.size());
        for (ContextPropagator propagator : first) {
            snapshots.add(propagator.capture());
        }
        for (ContextPropagator propagator : more) {
            snapshots.add(propagator.capture());
        }
        ForkSite site = options.forkSites() ? Traces.trimmed(new ForkSite(task.describe())) : null;
        return new Carried(body, values, List.copyOf(snapshots), site);
    }

    private static <V extends @Nullable Object> ScopedValue.Carrier bind(
            ScopedValue.@Nullable Carrier values, ScopedValue<V> value) {
        return values == null ? ScopedValue.where(value, value.get()) : values.where(value, value.get());
    }

    /** Runs the body with what is carried. Runs on the task's thread, and throws nothing. */
    void run(TaskNode<?> task) {
        if (values == null) {
            runWithContexts(task);
        } else {
            values.run(() -> runWithContexts(task));
        }
    }

    private void runWithContexts(TaskNode<?> task) {
        var bindings = new ArrayList<ContextPropagator.Binding>(snapshots.size());
        try {
            Throwable failed = null;
            try {
                for (ContextPropagator.Snapshot snapshot : snapshots) {
                    bindings.add(snapshot.restore());
                }
            } catch (Throwable t) { // the task's failure
                failed = t;
            }
            if (failed == null) {
                task.runCarried(body);
            } else {
                task.ended(null, failed);
            }
        } finally {
            for (ContextPropagator.Binding binding : bindings.reversed()) {
                try {
                    binding.close();
                } catch (RuntimeException | Error e) {
                    Log.warn("a ContextPropagator could not clear its context after " + task.describe(), e);
                }
            }
        }
        if (site != null && task.state == TaskNode.FAILED) {
            task.failure().addSuppressed(site);
        }
    }
}
