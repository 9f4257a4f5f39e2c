// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import org.jspecify.annotations.Nullable;

/** What a recorder asks of each task and group as it goes by: little more than reads of fields. {@link Census} says more, to who has time. */
public final class Facts {
    private Facts() {}

    /**
     * The number of a group: as a task has its {@link Task#id}, but given when somebody asks for it, or for a name made of it.
     *
     * @param group one of Espalier's
     * @return from 1 on, in the order in which groups were asked
     */
    public static long number(TaskGroup group) {
        return ((Group) group).id();
    }

    /**
     * The name that a group was given.
     *
     * @param group one of Espalier's
     * @return null if it was given none, and is called by its number
     */
    public static @Nullable String givenName(TaskGroup group) {
        return ((Group) group).options.name();
    }

    /**
     * The name that a task was given.
     *
     * @param task one of Espalier's
     * @return null if it was given none, and is called by its number
     */
    public static @Nullable String givenName(Task<?> task) {
        return ((TaskNode<?>) task).givenName();
    }

    /**
     * Whether the task never runs, because its group was cancelled.
     *
     * @param task one of Espalier's
     * @return known from the beginning
     */
    public static boolean isRefused(Task<?> task) {
        return ((TaskNode<?>) task).isRefused();
    }

    /**
     * Whether the calling thread is the task's.
     *
     * @param task one of Espalier's
     * @return false of a task whose thread could not be started
     */
    public static boolean isHere(Task<?> task) {
        return Thread.currentThread().equals(((TaskNode<?>) task).thread);
    }

    /**
     * The scope whose cancellation reaches a task: it may be around its group.
     *
     * @param task one of Espalier's
     * @return null if none does
     */
    public static @Nullable CancelScope cancelledBy(Task<?> task) {
        return ((TaskNode<?>) task).cancelledBy();
    }

    /**
     * The thread in which a scope was entered, or that owns a group.
     *
     * @param scope one of Espalier's
     * @return null if there is none, or none any more
     */
    public static @Nullable Thread home(CancelScope scope) {
        Strand strand = ((Scope) scope).home();
        return strand == null ? null : strand.thread;
    }
}
