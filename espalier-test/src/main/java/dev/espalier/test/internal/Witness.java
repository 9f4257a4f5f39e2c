// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.internal.TaskNode;
import dev.espalier.spi.TaskObserver;
import dev.espalier.test.Trace.Kind;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Sees every group of the JVM, since it is found as a service: which are open, and what is cancelled in a simulation. */
public final class Witness implements TaskObserver {
    private static final Set<TaskGroup> OPEN = ConcurrentHashMap.newKeySet();

    /** Made by the service loader. */
    public Witness() {}

    static Set<TaskGroup> openGroups() {
        return new HashSet<>(OPEN);
    }

    @Override
    public void groupOpened(TaskGroup group) {
        if (Worlds.enter() == null) { // a world looks for itself
            OPEN.add(group);
        }
    }

    @Override
    public void groupClosed(TaskGroup group) {
        OPEN.remove(group);
    }

    @Override
    public void cancelled(CancelScope scope, CancelReason reason) {
        World world = Worlds.enter();
        if (world != null) {
            // generated names differ from run to run
            var message = reason.message().replaceAll("(?:(?:task|group) )?'(task|group)-[0-9]+'", "$1");
            SimThread me = world.me();
            SimThread whom = threadOf(scope, world);
            world.journal()
                    .add(
                            whom == null ? me : whom,
                            Kind.CANCELLED,
                            whom == null ? null : me,
                            reason.kind() + ": " + message);
        }
    }

    /** The thread of a task; null for other scopes, and if it has none yet or no more. */
    private static @Nullable SimThread threadOf(CancelScope scope, World world) {
        for (SimThread thread : world.crowd().alive()) {
            if (thread.task() instanceof TaskNode<?> task && task == scope) {
                return thread;
            }
        }
        return null;
    }
}
