// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;
import dev.espalier.app.ShutdownReport.Straggler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what has not ended in an application: the threads that something waits for, and that do not themselves wait for what is below them. */
final class Stragglers implements Cascade.Visitor {
    private final Map<Thread, Straggler> found = new LinkedHashMap<>();
    private final Group root;

    private Stragglers(Group root) {
        this.root = root;
    }

    static List<Straggler> of(Application app) {
        var all = new LinkedHashMap<Thread, Straggler>();
        in(app.managed).forEach(all::putIfAbsent);
        for (Group group : app.groups) {
            in(group).forEach(all::putIfAbsent);
        }
        Thread starting = app.startup.thread();
        if (starting != null) {
            all.putIfAbsent(starting, straggler("the start of " + app.describe(), starting));
        }
        return List.copyOf(all.values());
    }

    private static Map<Thread, Straggler> in(Group group) {
        var visitor = new Stragglers(group);
        Cascade.walk(group, visitor);
        for (Task<?> task : group.activeTasks()) { // also those whose body has ended, but for their callbacks
            visitor.add((TaskNode<?>) task);
        }
        Thread owner = group.owner.thread;
        if (visitor.found.isEmpty()
                && owner != null
                && !group.isClosed()) { // opened by open(): its owner has yet to close it
            visitor.found.put(owner, straggler(Pursuit.path(group), owner));
        }
        return visitor.found;
    }

    @Override
    public boolean visit(Strand strand) {
        if (strand.current.isBelow(root)) {
            add(strand);
        }
        return true;
    }

    @Override
    public boolean enters(Group group) {
        return group.isBelow(root);
    }

    private void add(Strand strand) {
        @Nullable Thread thread = strand.thread;
        if (thread != null && !(strand.waitingFor instanceof Group)) {
            found.putIfAbsent(thread, straggler(Pursuit.path(strand.current), thread));
        }
    }

    private static Straggler straggler(String path, Thread thread) {
        return new Straggler(path, thread.getState(), List.of(thread.getStackTrace()));
    }

    static String text(List<StackTraceElement> stack) {
        var text = new StringBuilder();
        for (StackTraceElement frame : stack) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }
}
