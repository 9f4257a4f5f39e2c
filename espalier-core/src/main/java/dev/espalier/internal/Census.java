// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.FailurePolicy;
import dev.espalier.GroupStats;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A walk over everything that lives, for tools that show it. */
public final class Census {

    /** What is done with what is met. */
    public interface Visitor {
        /**
         * A thread or a task.
         *
         * @param occupant it
         * @return whether to go below; if not, it is not left either
         */
        boolean enter(Occupant occupant);

        /**
         * All below it has been seen.
         *
         * @param occupant it
         */
        default void leave(Occupant occupant) {}

        /**
         * A group of the thread, task or stream that was entered last.
         *
         * @param opened it
         * @return whether to go below; if not, it is not left either
         */
        boolean enter(Opened opened);

        /**
         * All below it has been seen.
         *
         * @param opened it
         */
        default void leave(Opened opened) {}
    }

    private Census() {}

    /**
     * Walks over all trees.
     *
     * @param visitor what to do
     */
    public static void walk(Visitor visitor) {
        for (Strand root : Strands.roots()) {
            CensusWalk.below(new Occupant(root), visitor);
        }
    }

    /**
     * Walks over a group and what is below it.
     *
     * @param group one of Espalier's
     * @param visitor what to do
     */
    public static void walk(TaskGroup group, Visitor visitor) {
        CensusWalk.below(new Opened((Group) group), visitor);
    }

    /** A task, or a thread that is none, with what can be said of it. */
    public static final class Occupant {
        final Strand strand;

        Occupant(Strand strand) {
            this.strand = strand;
        }

        /**
         * What is known of a task.
         *
         * @param task one of Espalier's
         * @return to be asked
         */
        public static Occupant of(Task<?> task) {
            return new Occupant((TaskNode<?>) task);
        }

        List<Group> groups() {
            var groups = new ArrayList<Group>();
            for (Group group = strand.groups; group != null; group = group.outer) {
                if (!group.isClosed()) {
                    groups.add(group);
                }
            }
            for (Scope s = strand.current; s != null; s = s == strand ? null : s.parent) {
                Extras extras = s.extras;
                if (extras != null) {
                    for (StreamWindow<?, ?> stream : extras.streams()) {
                        Group group = stream.group();
                        if (group != null && !group.isClosed()) {
                            groups.add(group);
                        }
                    }
                }
            }
            return groups.reversed(); // the outermost first
        }

        /**
         * Its thread.
         *
         * @return null if it has none yet, or no more
         */
        public @Nullable Thread thread() {
            return strand.thread;
        }

        /**
         * The task.
         *
         * @return null if it is a thread that is no task
         */
        public @Nullable Task<?> task() {
            return strand instanceof TaskNode<?> task ? task : null;
        }

        /**
         * Whether the task is a daemon.
         *
         * @return false for a thread
         */
        public boolean isDaemon() {
            return strand instanceof TaskNode<?> task && task.isDaemon();
        }

        /**
         * How long ago the task was forked, within 34 ms.
         *
         * @return empty if nobody wanted to know then, and for a thread
         */
        public Optional<Duration> age() {
            return strand instanceof TaskNode<?> task ? Ages.of(task) : Optional.empty();
        }

        /**
         * The scopes that it is in, those that users never see left out.
         *
         * @return the innermost first
         */
        public List<CancelScope> scopes() {
            var scopes = new ArrayList<CancelScope>();
            for (Scope s = strand.current; s != null && s != strand; s = s.parent) {
                if (!s.isTransparent()) {
                    scopes.add(s);
                }
            }
            return scopes;
        }

        /**
         * What the task failed with; unlike {@link Task#outcome} this is not to have seen to it (F6).
         *
         * @return null if it has not failed
         */
        public @Nullable Throwable failure() {
            return strand instanceof TaskNode<?> task && task.state == TaskState.FAILED ? task.failure() : null;
        }

        /**
         * The deadline of the code that it is in.
         *
         * @return perhaps {@link Deadline#NONE}
         */
        public Deadline deadline() {
            return Deadlines.effective(strand.current);
        }

        /**
         * Why the code that it is in is cancelled.
         *
         * @return null if it is not
         */
        public @Nullable CancelReason cancelled() {
            return strand.current.effectiveReason();
        }

        /**
         * Whether the code that it is in is cancelled: cheaper than to ask why.
         *
         * @return and has not ended
         */
        public boolean isCancelled() {
            return strand.current.isEffectivelyCancelled();
        }

        /**
         * Whether it was reported because it goes on although it is cancelled.
         *
         * @return and has not ended since
         */
        public boolean isStuck() {
            return strand.isStuck();
        }

        /**
         * What it waits for in Espalier, but for time to pass.
         *
         * @return null if it does not
         */
        public @Nullable Wait waiting() {
            return Wait.of(strand);
        }

        /**
         * The same, to be asked bit by bit: cheap, and the same for all who wait for the same.
         *
         * @return null if it does not
         */
        public @Nullable Awaited awaits() {
            return Awaited.by(strand);
        }

        /**
         * Whether nothing is below it.
         *
         * @return no group, and no stream
         */
        public boolean isLeaf() {
            if (strand.groups != null) {
                return groups().isEmpty();
            }
            for (Scope s = strand.current; s != null; s = s == strand ? null : s.parent) {
                if (s.extras != null) {
                    return groups().isEmpty();
                }
            }
            return true;
        }

        /**
         * What its thread is parked for, in Espalier or the JDK.
         *
         * @return a {@link Deadline} if it sleeps until then; null if it is not parked, or nobody said for what
         */
        public @Nullable Object blocker() {
            Thread thread = strand.thread;
            return thread == null ? null : LockSupport.getBlocker(thread);
        }

        /**
         * Where it is in the tree.
         *
         * @return the groups and tasks from the outermost to this one
         */
        public String path() {
            return Pursuit.path(strand);
        }

        /** The same thread or task. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Occupant occupant && occupant.strand == strand;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(strand);
        }

        @Override
        public String toString() {
            Thread thread = strand.thread;
            return strand instanceof TaskNode<?> || thread == null
                    ? strand.describe()
                    : "thread '" + thread.getName() + "'";
        }
    }

    /** A group that is open, with what can be said of it. */
    public static final class Opened {
        final Group group;

        Opened(Group group) {
            this.group = group;
        }

        /**
         * What is known of a group.
         *
         * @param group one of Espalier's
         * @return to be asked
         */
        public static Opened of(TaskGroup group) {
            return new Opened((Group) group);
        }

        /**
         * The name that it was given.
         *
         * @return null if its name is made of a number
         */
        public @Nullable String givenName() {
            return group.options.name();
        }

        /**
         * The thread that owns it.
         *
         * @return null if none does: it is a stream's or an application's
         */
        public @Nullable Thread owner() {
            return group.owner.thread;
        }

        /**
         * Whether failures of its tasks fail it.
         *
         * @return false for a supervisor
         */
        public boolean failsWithTasks() {
            return group.options.failurePolicy() == FailurePolicy.CANCEL;
        }

        /**
         * The group.
         *
         * @return open, or just closed
         */
        public TaskGroup group() {
            return group;
        }

        /**
         * Its counts.
         *
         * @return without those that are stuck, for which all below it would have to be walked over
         */
        public GroupStats counts() {
            return GroupExit.stats(group, 0);
        }

        /**
         * How long ago it was opened.
         *
         * @return on its backend's clock
         */
        public Duration age() {
            return Ages.of(group);
        }

        /**
         * Its deadline, or that of what is around it.
         *
         * @return perhaps {@link Deadline#NONE}
         */
        public Deadline deadline() {
            return Deadlines.effective(group);
        }

        /**
         * Why it is cancelled.
         *
         * @return null if it is not
         */
        public @Nullable CancelReason cancelled() {
            return group.effectiveReason();
        }

        /**
         * Where it is in the tree.
         *
         * @return the groups and tasks from the outermost to this one
         */
        public String path() {
            return Pursuit.path(group);
        }

        /**
         * Whether it is of a stream, and no thread owns it.
         *
         * @return whether
         */
        public boolean isOfStream() {
            return group.owner instanceof StreamStrand;
        }

        @Override
        public String toString() {
            return group.describe();
        }
    }
}
