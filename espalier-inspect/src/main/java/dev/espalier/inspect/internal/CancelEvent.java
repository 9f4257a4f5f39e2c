// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.spi.TaskObserver;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A cancellation, on the thread of who asked for it; its stack says where. */
@Name("espalier.Cancel")
@Label("Cancel")
@Category("Espalier")
@Description("A group, task or scope was cancelled")
final class CancelEvent extends Event {
    @Label("Target")
    @Nullable
    String target;

    @Label("Kind")
    @Description("ASKED, DEADLINE, SIBLING_FAILED, BODY_FAILED, PARENT_CANCELLED or SHUTDOWN")
    @Nullable
    String kind;

    @Label("Reason")
    @Nullable
    String reason;

    @Label("Exception")
    @Description("What is behind it")
    @Nullable
    String exception;

    /** Writes them. */
    static final class Observer implements TaskObserver {
        @Override
        public void cancelled(CancelScope scope, CancelReason why) {
            var event = new CancelEvent();
            if (!event.shouldCommit()) {
                return;
            }
            event.target = switch (scope) {
                case Task<?> task -> "task '" + task.name() + "'";
                case TaskGroup group -> "group '" + group.name() + "'";
                default -> "scope";
            };
            event.kind = why.kind().name();
            event.reason = Recording.cut(why.message());
            Throwable behind = why.exception();
            event.exception = behind == null ? null : Recording.describe(behind);
            event.commit();
        }
    }
}
