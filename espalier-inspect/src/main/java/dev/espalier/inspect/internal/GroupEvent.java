// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.CancelReason;
import dev.espalier.GroupStats;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Facts;
import dev.espalier.spi.TaskObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A group that was closed: from its opening to that, on its owner's thread. */
@Name("espalier.Group")
@Label("Group")
@Category("Espalier")
@Description("A task group, from its opening until all its threads are done")
@StackTrace(false)
final class GroupEvent extends Event {
    @Label("Name")
    @Nullable
    String name;

    @Label("Number")
    long number;

    @Label("Tasks Forked")
    long forked;

    @Label("Tasks Failed")
    long failed;

    @Label("Tasks Cancelled")
    long cancelled;

    @Label("Reason")
    @Description("Why it was cancelled, if it was")
    @Nullable
    String reason;

    /** Writes them. */
    static final class Observer implements TaskObserver {
        private final Map<TaskGroup, GroupEvent> open = new ConcurrentHashMap<>();

        @Override
        public void groupOpened(TaskGroup group) {
            var event = new GroupEvent();
            if (event.isEnabled()) {
                event.begin();
                open.put(group, event);
            }
        }

        @Override
        public void groupClosed(TaskGroup group) {
            GroupEvent event = open.remove(group);
            if (event != null) {
                event.end();
                if (event.shouldCommit()) {
                    event.commit(group);
                }
            }
        }
    }

    private void commit(TaskGroup group) {
        name = group.name();
        number = Facts.number(group);
        GroupStats stats = group.stats();
        forked = stats.forked();
        failed = stats.failed();
        cancelled = stats.cancelled();
        reason = group.scope()
                .reason()
                .map(CancelReason::message)
                .map(Recording::cut)
                .orElse(null);
        commit();
    }
}
