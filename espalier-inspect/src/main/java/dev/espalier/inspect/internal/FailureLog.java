// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Shown;
import dev.espalier.spi.TaskObserver;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The groups that failed lately: who failed first, who failed after it, and who was cancelled by that. */
final class FailureLog implements TaskObserver {
    /*
     * Two lists of groups, guarded by the monitor: `open`, by scope, those that have failed and whose tasks have not all ended; and `closed`, the last ones of
     * the others. A task that ended well costs the read of its status. What is kept is text: no task, no exception, no group once it has closed.
     *
     * A group enters when it is cancelled by its first failure, which is told before those are cancelled who are below it, or, where failures are collected, with the end of the
     * first task that failed. A task that was cancelled is put down to the group whose scope its reason comes from, which may be around its own
     * (CancelReason.root). A group that fails because its own task's group failed is a failure of its own, and both are listed, the inner one first.
     *
     * A task is told ended before its group can be told closed, so no group comes back after that.
     */
    private static final int NAMES = 12;
    private static final int OPEN = 1_000;

    /** One failed group. */
    private static final class Entry {
        final long number;
        final long time = System.currentTimeMillis();
        final String group;
        String path = "";
        String first = "";
        String exception = "";
        List<String> frames = List.of();
        final List<String> others = new ArrayList<>();
        long otherCount;
        final List<String> cancelled = new ArrayList<>();
        long cancelledCount;
        boolean closed;

        long firstId;

        void begin(@Nullable Task<?> task, String where, String what, List<String> at) {
            first = task == null ? "the body" : task.name();
            firstId = task == null ? 0 : task.id();
            path = where;
            exception = what;
            frames = at;
        }

        Entry(long number, String group) {
            this.number = number;
            this.group = group;
        }
    }

    private final int most;
    private final IdentityHashMap<CancelScope, Entry> open = new IdentityHashMap<>();
    private final Deque<Entry> all = new ArrayDeque<>();
    private long version;
    private long numbers;

    FailureLog(int most) {
        this.most = most;
    }

    @Override
    public void taskEnded(TaskGroup group, Task<?> task) {
        TaskStatus status = task.status();
        if (status == TaskStatus.SUCCEEDED || most == 0) {
            return;
        }
        if (status == TaskStatus.FAILED) {
            Throwable failure = failure(task);
            if (failure != null) {
                failed(group, task, failure);
            }
        } else if (task.outcome().orElse(null) instanceof Outcome.Cancelled<?>(CancelReason reason)) {
            cancelled(reason, task);
        }
    }

    /** The exception, without the task's being looked after by that (F6). */
    private static @Nullable Throwable failure(Task<?> task) {
        return Occupant.of(task).failure();
    }

    private void failed(TaskGroup group, Task<?> task, Throwable failure) {
        String path = Occupant.of(task).path();
        List<String> frames = Sites.users(failure.getStackTrace(), 5);
        String exception = Words.line(Shown.of(failure));
        synchronized (this) {
            Entry entry = entry(group.scope(), group.name());
            if (entry == null) {
                return;
            }
            if (entry.first.isEmpty()) {
                entry.begin(task, path, exception, frames);
            } else if (entry.firstId != task.id()) {
                entry.otherCount++;
                if (entry.others.size() < NAMES) {
                    entry.others.add(task.name() + ": " + exception);
                }
            }
            version++;
        }
    }

    private @Nullable Entry entry(CancelScope scope, String name) {
        Entry entry = open.get(scope);
        if (entry == null && open.size() < OPEN) {
            entry = new Entry(++numbers, name);
            open.put(scope, entry);
            all.addFirst(entry);
            if (all.size() > most) {
                all.removeLast();
            }
        }
        return entry;
    }

    private void cancelled(CancelReason reason, Task<?> task) {
        CancelReason root = reason.root();
        CancelScope scope = root.scope();
        if (scope == null || !isFailure(root)) {
            return;
        }
        synchronized (this) {
            Entry entry = open.get(scope);
            if (entry != null) {
                entry.cancelledCount++;
                if (entry.cancelled.size() < NAMES) {
                    entry.cancelled.add(task.name());
                }
                version++;
            }
        }
    }

    @Override
    public void cancelled(CancelScope scope, CancelReason reason) {
        Throwable failure = reason.exception();
        if (most == 0 || !isFailure(reason) || failure == null || !(scope instanceof TaskGroup group)) {
            return;
        }
        Task<?> task = reason.task();
        String path = task == null
                ? "group '" + group.name() + "'"
                : Occupant.of(task).path();
        List<String> frames = Sites.users(failure.getStackTrace(), 5);
        String exception = Words.line(Shown.of(failure));
        synchronized (this) {
            Entry entry = entry(scope, group.name());
            if (entry != null && entry.first.isEmpty()) {
                entry.begin(task, path, exception, frames);
                version++;
            }
        }
    }

    private static boolean isFailure(CancelReason reason) {
        return reason.kind() == CancelReason.Kind.SIBLING_FAILED || reason.kind() == CancelReason.Kind.BODY_FAILED;
    }

    @Override
    public synchronized void groupClosed(TaskGroup group) {
        Entry entry = open.remove(group.scope());
        if (entry != null) {
            entry.closed = true;
            version++;
        }
    }

    /** Changes with every change. */
    synchronized long version() {
        return version;
    }

    /** The latest first. */
    synchronized void write(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("failures");
        for (Entry entry : all) {
            json.writeStartObject();
            json.writeNumberField("number", entry.number);
            json.writeNumberField("time", entry.time);
            json.writeStringField("group", entry.group);
            json.writeStringField("path", entry.path);
            json.writeStringField("first", entry.first);
            json.writeStringField("exception", entry.exception);
            array(json, "frames", entry.frames);
            array(json, "others", entry.others);
            json.writeNumberField("otherCount", entry.otherCount);
            array(json, "cancelled", entry.cancelled);
            json.writeNumberField("cancelledCount", entry.cancelledCount);
            json.writeBooleanField("closed", entry.closed);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void array(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
