// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Task;
import dev.espalier.inspect.internal.Register.Sheet;
import dev.espalier.internal.Awaited;
import dev.espalier.internal.Census;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import dev.espalier.internal.Facts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What lives and is not in the registers, because it is older than these: found by a walk over the tree. */
final class Living implements Census.Visitor {
    /**
     * A task.
     *
     * @param waits what it waits for, where the beginning of that is not recorded
     */
    record LivingTask(
            long id,
            @Nullable String name,
            long group,
            long thread,
            @Nullable String waits) {}

    /** A group. */
    record LivingGroup(
            long number,
            @Nullable String name,
            long owner,
            @Nullable String ownerName) {}

    final List<LivingTask> tasks = new ArrayList<>();
    final List<LivingGroup> groups = new ArrayList<>();

    private final Recording recording;
    private final boolean waitsForgotten;
    private final Deque<Occupant> owners = new ArrayDeque<>();
    private final Deque<Opened> around = new ArrayDeque<>();

    private Living(Recording recording) {
        this.recording = recording;
        this.waitsForgotten = recording.events.forgotten() > 0;
    }

    static Living now(Recording recording) {
        var living = new Living(recording);
        Census.walk(living);
        return living;
    }

    @Override
    public boolean enter(Occupant occupant) {
        owners.push(occupant);
        Task<?> task = occupant.task();
        Opened group = around.peek();
        if (task != null && group != null && !task.isDone()) {
            boolean missing = !isThere(task.id());
            Awaited awaited = missing || waitsForgotten ? occupant.awaits() : null;
            if (missing || awaited != null) {
                Thread thread = occupant.thread();
                tasks.add(new LivingTask(
                        task.id(),
                        Facts.givenName(task),
                        Facts.number(group.group()),
                        thread == null ? 0 : thread.threadId(),
                        awaited == null ? null : awaited.what()));
            }
        }
        return true;
    }

    private boolean isThere(long task) {
        Sheet sheet = recording.tasks.find(task);
        return sheet != null
                && (sheet.key(task, Recording.FORKED) != 0
                        || sheet.key(task, Recording.STARTED) != 0
                        || sheet.key(task, Recording.ENDED) != 0);
    }

    @Override
    public void leave(Occupant occupant) {
        owners.pop();
    }

    @Override
    public boolean enter(Opened opened) {
        around.push(opened);
        long number = Facts.number(opened.group());
        Sheet sheet = recording.groups.find(number);
        if (sheet == null || sheet.key(number, Recording.OPENED) == 0) {
            Occupant owner = owners.peek();
            Thread thread = owner == null ? null : owner.thread();
            groups.add(new LivingGroup(
                    number,
                    Facts.givenName(opened.group()),
                    thread == null ? 0 : thread.threadId(),
                    thread == null ? null : thread.getName()));
        }
        return true;
    }

    @Override
    public void leave(Opened opened) {
        around.pop();
    }
}
