// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import dev.espalier.internal.Census.Visitor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The way of a {@link Census} over a tree. */
final class CensusWalk {
    /*
     * From the roots, which Strands knows, down: a thread has groups open, and streams under way in the scopes that it is in; a group has tasks;
     * a task is a thread again. Depth first; what the walk keeps is the way down, so that a million tasks need no million objects.
     *
     * Weakly consistent, and nothing is locked: what lives all the time is seen, but for a task forked at the very moment in which a sweep takes
     * away the one that the walk stands on; what comes or goes meanwhile is seen or not. A task that is swept out of its list while the walk stands on it is linked
     * to itself (TaskList): the walk begins that list again, and passes over what is not older than it, by the ids.
     *
     * What is told of a thing is read when it is asked for, bit by bit: a task may have ended between its name and its state.
     */

    private CensusWalk() {}

    /** A thread or task, and what is below it. */
    static void below(Occupant occupant, Visitor visitor) {
        descend(new OfStrand(occupant), visitor);
    }

    /** A group, and what is below it. */
    static void below(Opened opened, Visitor visitor) {
        descend(new OfGroup(opened), visitor);
    }

    /** A step on the way down. */
    private sealed interface Step {
        boolean enter(Visitor visitor);

        @Nullable
        Step next();

        void leave(Visitor visitor);
    }

    private static void descend(Step first, Visitor visitor) {
        Deque<Step> way = new ArrayDeque<>();
        for (Step step = first; step != null; ) {
            if (step.enter(visitor)) {
                way.push(step);
            }
            step = null;
            while (step == null && !way.isEmpty()) {
                step = way.element().next();
                if (step == null) {
                    way.pop().leave(visitor);
                }
            }
        }
    }

    private static final class OfStrand implements Step {
        private final Occupant occupant;
        private @Nullable Iterator<Group> groups;

        OfStrand(Occupant occupant) {
            this.occupant = occupant;
        }

        @Override
        public boolean enter(Visitor visitor) {
            return visitor.enter(occupant);
        }

        @Override
        public @Nullable Step next() {
            if (groups == null) {
                groups = occupant.groups().iterator();
            }
            return groups.hasNext() ? new OfGroup(new Opened(groups.next())) : null;
        }

        @Override
        public void leave(Visitor visitor) {
            visitor.leave(occupant);
        }
    }

    private static final class OfGroup implements Step {
        private final Opened opened;
        private @Nullable TaskNode<?> at;
        /** After a list was begun again: where the walk stood. */
        private long seenFrom = Long.MAX_VALUE;

        private boolean begun;

        OfGroup(Opened opened) {
            this.opened = opened;
        }

        @Override
        public boolean enter(Visitor visitor) {
            return visitor.enter(opened);
        }

        @Override
        public @Nullable Step next() {
            for (TaskNode<?> task = after(); task != null; task = after()) {
                at = task;
                if (task.id() < seenFrom) {
                    seenFrom = Long.MAX_VALUE;
                    if (!task.isTerminated() && task.state != TaskState.ABANDONED) {
                        return new OfStrand(new Occupant(task));
                    }
                }
            }
            return null;
        }

        private @Nullable TaskNode<?> after() {
            TaskNode<?> here = at;
            if (here == null) {
                TaskNode<?> head = begun ? null : opened.group.tasks.head;
                begun = true;
                return head;
            }
            TaskNode<?> older = here.next;
            if (older == here) {
                seenFrom = Math.min(seenFrom, here.id());
                return opened.group.tasks.head;
            }
            return older;
        }

        @Override
        public void leave(Visitor visitor) {
            visitor.leave(opened);
        }
    }
}
