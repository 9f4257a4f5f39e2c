// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.spi.TaskObserver;
import dev.espalier.spi.TaskObserver.Stuck;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Those who are told of what happens in a group: nobody, in most programs. */
public final class Observers {
    /*
     * Two lists: those of the whole program, found as services or installed, which may change at any time, and that of the group, which never
     * does. For each thing that may happen a list has only those who want to be told of it: whose class overrides the method. So
     * who looks at groups alone costs nothing for each task, and nobody costs two reads of a length.
     *
     * Of one event the program's list is read once. A group may be seen closed by an observer that was not there when it was opened, and the other
     * way round.
     *
     * Waits are told of threads, which may be in no group; who waits asks `waits` first, which is false unless somebody in the program wants to be told: so
     * nobody costs one read. It stays true once a group's own observer wanted it: nobody counts groups for this.
     *
     * Fields: `program`, `waits` and `waitsInGroups` are written under the monitor of this class, and read by anyone.
     */
    private static final TaskObserver[] NOBODY = {};
    private static final Observers NO_MORE = new Observers(List.of());
    private static volatile Observers program =
            new Observers(ServiceLoader.load(TaskObserver.class, TaskObserver.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());

    /** Whether somebody wants to be told of waits. */
    static volatile boolean waits = program.wantsWaits();

    private static volatile boolean waitsInGroups;

    private final List<TaskObserver> all;
    private final TaskObserver[] opened;
    private final TaskObserver[] closed;
    private final TaskObserver[] forked;
    private final TaskObserver[] started;
    private final TaskObserver[] ended;
    private final TaskObserver[] waitBegan;
    private final TaskObserver[] waitEnded;
    private final TaskObserver[] cancelled;
    private final TaskObserver[] stuck;

    private Observers(List<TaskObserver> all) {
        this.all = all;
        opened = wanting("groupOpened", TaskGroup.class);
        closed = wanting("groupClosed", TaskGroup.class);
        forked = wanting("taskForked", TaskGroup.class, Task.class);
        started = wanting("taskStarted", TaskGroup.class, Task.class);
        ended = wanting("taskEnded", TaskGroup.class, Task.class);
        waitBegan = wanting("waitBegan", Task.class, Object.class);
        waitEnded = wanting("waitEnded", Task.class);
        cancelled = wanting("cancelled", CancelScope.class, CancelReason.class);
        stuck = wanting("stuck", Stuck.class);
    }

    private TaskObserver[] wanting(String method, Class<?>... parameters) {
        return all.stream()
                .filter(o -> wants(o, method, parameters))
                .toArray(n -> n == 0 ? NOBODY : new TaskObserver[n]);
    }

    private static boolean wants(TaskObserver observer, String method, Class<?>... parameters) {
        try {
            return !observer.getClass()
                    .getMethod(method, parameters)
                    .getDeclaringClass()
                    .equals(TaskObserver.class);
        } catch (NoSuchMethodException e) {
            return true; // where reflection is restricted
        }
    }

    /** Those of a group: its own, or that of the group around it. */
    static Observers of(@Nullable TaskObserver own, Scope parent) {
        if (own == null) {
            return of(parent);
        }
        var observers = new Observers(List.of(own));
        if (observers.wantsWaits() && !waitsInGroups) {
            synchronized (Observers.class) {
                waitsInGroups = true;
                waits = true;
            }
        }
        return observers;
    }

    private boolean wantsWaits() {
        return waitBegan.length + waitEnded.length > 0;
    }

    private static void replace(List<TaskObserver> all) {
        program = new Observers(List.copyOf(all));
        waits = waitsInGroups || program.wantsWaits();
    }

    /** Those of the nearest group around a scope. */
    static Observers of(Scope scope) {
        Group group = scope.nearestGroup();
        return group == null ? NO_MORE : group.observers;
    }

    /**
     * Adds an observer of the whole program.
     *
     * @param observer is told from now on
     * @return removes it
     */
    public static Registration install(TaskObserver observer) {
        Objects.requireNonNull(observer, "observer");
        synchronized (Observers.class) {
            var more = new ArrayList<>(program.all);
            more.add(observer);
            replace(more);
        }
        var installed = new AtomicBoolean(true);
        return () -> {
            if (installed.compareAndSet(true, false)) {
                remove(observer);
            }
        };
    }

    private static synchronized void remove(TaskObserver observer) {
        var fewer = new ArrayList<>(program.all);
        for (int i = 0; i < fewer.size(); i++) {
            if (fewer.get(i) == observer) { // one of them, and by identity
                var _ = fewer.remove(i);
                break;
            }
        }
        replace(fewer);
    }

    private static void tell(TaskObserver[] observers, Consumer<TaskObserver> message) {
        for (TaskObserver observer : observers) {
            try {
                message.accept(observer);
            } catch (RuntimeException | Error e) {
                Log.warn("the observer " + observer + " threw; nothing else changes", e);
            }
        }
    }

    void opened(TaskGroup group) {
        TaskObserver[] first = program.opened;
        if (first.length + opened.length > 0) {
            Consumer<TaskObserver> message = o -> o.groupOpened(group);
            tell(first, message);
            tell(opened, message);
        }
    }

    void closed(TaskGroup group) {
        TaskObserver[] first = program.closed;
        if (first.length + closed.length > 0) {
            Consumer<TaskObserver> message = o -> o.groupClosed(group);
            tell(first, message);
            tell(closed, message);
        }
    }

    void forked(TaskNode<?> task) {
        TaskObserver[] first = program.forked;
        if (first.length + forked.length > 0) {
            Consumer<TaskObserver> message = o -> o.taskForked(task.group(), task);
            tell(first, message);
            tell(forked, message);
        }
    }

    void started(TaskNode<?> task) {
        TaskObserver[] first = program.started;
        if (first.length + started.length > 0) {
            Consumer<TaskObserver> message = o -> o.taskStarted(task.group(), task);
            tell(first, message);
            tell(started, message);
        }
    }

    void ended(TaskNode<?> task) {
        TaskObserver[] first = program.ended;
        if (first.length + ended.length > 0) {
            Consumer<TaskObserver> message = o -> o.taskEnded(task.group(), task);
            tell(first, message);
            tell(ended, message);
        }
    }

    /** The calling thread is about to wait; called only if {@link #waits}. */
    static void waitBegan(Object what) {
        Strand here = Strands.current();
        TaskObserver[] first = program.waitBegan;
        TaskObserver[] own = here == null ? NOBODY : of(here.current).waitBegan;
        if (first.length + own.length > 0) {
            TaskNode<?> task = here instanceof TaskNode<?> t ? t : null;
            Consumer<TaskObserver> message = o -> o.waitBegan(task, what);
            tell(first, message);
            tell(own, message);
        }
    }

    /** It waits no more; called only if {@link #waits}. */
    static void waitEnded() {
        Strand here = Strands.current();
        TaskObserver[] first = program.waitEnded;
        TaskObserver[] own = here == null ? NOBODY : of(here.current).waitEnded;
        if (first.length + own.length > 0) {
            TaskNode<?> task = here instanceof TaskNode<?> t ? t : null;
            Consumer<TaskObserver> message = o -> o.waitEnded(task);
            tell(first, message);
            tell(own, message);
        }
    }

    void cancelled(Scope scope) {
        TaskObserver[] first = program.cancelled;
        if (first.length + cancelled.length > 0) {
            CancelReason reason = Objects.requireNonNull(scope.ownReason());
            Consumer<TaskObserver> message = o -> o.cancelled(scope, reason);
            tell(first, message);
            tell(cancelled, message);
        }
    }

    void stuck(Stuck report) {
        Consumer<TaskObserver> message = o -> o.stuck(report);
        tell(program.stuck, message);
        tell(stuck, message);
    }
}
