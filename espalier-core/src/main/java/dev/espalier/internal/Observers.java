// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.TaskGroup;
import dev.espalier.spi.TaskObserver;
import dev.espalier.spi.TaskObserver.Stuck;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Those who are told of what happens in a group: nobody, in most programs. */
final class Observers {
    private static final Observers FOUND =
            new Observers(ServiceLoader.load(TaskObserver.class, TaskObserver.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());

    private final List<TaskObserver> all;

    private Observers(List<TaskObserver> all) {
        this.all = all;
    }

    /** Those of a group: the installed ones, and its own or that of the group around it. */
    static Observers of(@Nullable TaskObserver own, Scope parent) {
        if (own == null) {
            return of(parent);
        }
        return new Observers(
                FOUND.all.isEmpty()
                        ? List.of(own)
                        : java.util.stream.Stream.concat(FOUND.all.stream(), java.util.stream.Stream.of(own))
                                .toList());
    }

    /** Those of the nearest group around a scope. */
    static Observers of(Scope scope) {
        Group group = scope.nearestGroup();
        return group == null ? FOUND : group.observers;
    }

    private void tell(Consumer<TaskObserver> message) {
        for (TaskObserver observer : all) {
            try {
                message.accept(observer);
            } catch (RuntimeException | Error e) {
                Log.warn("the observer " + observer + " threw; nothing else changes", e);
            }
        }
    }

    void opened(TaskGroup group) {
        if (!all.isEmpty()) {
            tell(o -> o.groupOpened(group));
        }
    }

    void closed(TaskGroup group) {
        if (!all.isEmpty()) {
            tell(o -> o.groupClosed(group));
        }
    }

    void forked(TaskNode<?> task) {
        if (!all.isEmpty()) {
            tell(o -> o.taskForked(task.group(), task));
        }
    }

    void started(TaskNode<?> task) {
        if (!all.isEmpty()) {
            tell(o -> o.taskStarted(task.group(), task));
        }
    }

    void ended(TaskNode<?> task) {
        if (!all.isEmpty()) {
            tell(o -> o.taskEnded(task.group(), task));
        }
    }

    void cancelled(Scope scope) {
        if (!all.isEmpty()) {
            CancelReason reason = Objects.requireNonNull(scope.ownReason());
            tell(o -> o.cancelled(scope, reason));
        }
    }

    void stuck(Stuck report) {
        tell(o -> o.stuck(report));
    }
}
