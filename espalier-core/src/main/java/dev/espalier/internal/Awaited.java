// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Party;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a thread waits for in Espalier, to be asked bit by bit: {@link Wait} says all at once, for which it lists the tasks of a group.
 */
public final class Awaited {
    private final Strand who;
    /** As it was in {@code Strand.waitingFor}; of a wait in a line, one for each wait. */
    private final Object raw;

    private final Object on;

    private Awaited(Strand who, Object raw, Object on) {
        this.who = who;
        this.raw = raw;
        this.on = on;
    }

    static @Nullable Awaited by(Strand who) {
        return switch (who.waitingFor) {
            case Turn turn -> {
                WaitLine line = turn.line;
                yield line == null || turn.granted ? null : new Awaited(who, turn, line);
            }
            case TaskNode<?> task -> task.isTerminated() ? null : new Awaited(who, task, task);
            case Group group -> new Awaited(who, group, group);
            case Arrivals arrivals -> new Awaited(who, arrivals, arrivals);
            case null, default -> null;
        };
    }

    /**
     * What it is that stands behind the wait: the same object for all who wait for the same, to be compared by identity.
     *
     * @return to be used as a key for a short time, and not to be kept
     */
    public Object on() {
        return on;
    }

    /**
     * The group, if the thread waits for all tasks of one.
     *
     * @return null if it waits for something else
     */
    public @Nullable TaskGroup group() {
        return on instanceof Group group ? group : null;
    }

    /**
     * The task, if the thread waits for one.
     *
     * @return null if it waits for something else
     */
    public @Nullable Task<?> task() {
        return on instanceof TaskNode<?> task ? task : null;
    }

    /**
     * As it stands in messages.
     *
     * @return {@code lock 'accounts'}, {@code task 'load'}
     */
    public String what() {
        return switch (on) {
            case WaitLine line -> line.describe();
            case Scope taskOrGroup -> taskOrGroup.describe();
            default -> "the next one of several tasks";
        };
    }

    /**
     * Who has to give something back before the wait can end, where that is known: the owner of a lock, those who acquired the permits of a semaphore.
     *
     * @return a snapshot; empty for a task or a group, which say it themselves
     */
    public List<Party> holders() {
        return on instanceof WaitLine line ? line.acquirers() : List.of();
    }

    /**
     * Whether only those holders can end the wait: a permit may have been handed to another thread.
     *
     * @return true for a lock, a task, a group
     */
    public boolean isCertain() {
        return !(on instanceof WaitLine line) || !line.holders().isEmpty();
    }

    /** Whether it is still the same wait. */
    boolean isCurrent() {
        Awaited now = by(who);
        return now != null && now.raw == raw && now.on == on;
    }

    /** Whether something else than what is waited for ends the wait soon: a timeout of its own, an interrupt, a cancellation. */
    boolean endsByItself() {
        if (on instanceof Group) {
            return false; // who waits for a group leaves when its tasks have ended, and not before
        }
        Thread thread = who.thread;
        return thread == null
                || thread.isInterrupted()
                || who.current.isEffectivelyCancelled()
                || (raw instanceof Turn turn ? turn.timed : thread.getState() == Thread.State.TIMED_WAITING);
    }
}
