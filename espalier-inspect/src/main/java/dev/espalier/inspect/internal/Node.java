// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Deadline;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A row of the page, with those below it: a thread or task, a group, or siblings that look the same. Lives as long as one look at the tree. */
final class Node {
    final String key;
    final @Nullable Occupant occupant;
    final @Nullable Opened opened;
    /** What siblings have in common, if this stands for some. */
    final @Nullable Look look;

    final List<Node> children = new ArrayList<>();
    /** What it is in; null at the top. */
    @Nullable
    Node around;
    /** Whether the rows below it are shown. */
    boolean isOpen;
    /** Whether it can be opened. */
    boolean hasMore;
    /** Of a group: its tasks, when it was met. */
    long active;
    /** Tasks below it, shown or not. */
    long tasks;

    /** Of a group with many tasks: those that look the same. */
    final Map<Look, Node> bundles = new LinkedHashMap<>();

    private Node(String key, @Nullable Occupant occupant, @Nullable Opened opened, @Nullable Look look) {
        this.key = key;
        this.occupant = occupant;
        this.opened = opened;
        this.look = look;
    }

    static Node of(Occupant occupant) {
        return new Node(keyOf(occupant), occupant, null, null);
    }

    static Node of(Opened opened, Keys keys) {
        return new Node(keys.of(opened.group()), null, opened, null);
    }

    static Node of(Look look, String group) {
        return new Node(group + "~" + Integer.toHexString(look.hashCode()), null, null, look);
    }

    static String keyOf(Occupant occupant) {
        var task = occupant.task();
        if (task != null) {
            return "t" + task.id();
        }
        Thread thread = occupant.thread();
        return thread == null ? "h" : "h" + thread.threadId();
    }

    void add(Node child) {
        child.around = this;
        children.add(child);
    }

    /** Of the code that it is in; a thread's is that of its group. */
    Deadline deadline() {
        if (opened != null) {
            return opened.deadline();
        }
        return occupant == null || occupant.task() == null ? Deadline.NONE : occupant.deadline();
    }

    /** The deadline, unless what is around it has the same. */
    Deadline ownDeadline() {
        Deadline deadline = deadline();
        Node parent = around;
        if (parent != null && parent.look != null) {
            parent = parent.around; // that of siblings that look the same is that of their group
        }
        return parent != null && deadline.equals(parent.deadline()) ? Deadline.NONE : deadline;
    }

    /** How many rows it takes with what is open below it. */
    long rows() {
        long rows = 1;
        if (isOpen) {
            for (Node child : children) {
                rows += child.rows();
            }
        }
        return rows;
    }

    /**
     * What is known of a task without its stack.
     *
     * @param on what it waits for, or is parked for, by identity
     * @param state of its thread
     * @param cancelled whether it is
     * @param stuck whether it ignores that
     */
    record Look(@Nullable Object on, Thread.@Nullable State state, boolean cancelled, boolean stuck) {
        static Look of(Occupant occupant) {
            var waits = occupant.awaits();
            Thread thread = occupant.thread();
            Thread.State state = thread == null ? null : thread.getState();
            Object blocker = waits == null ? occupant.blocker() : null;
            Object on;
            if (waits == null) {
                on = blocker == null
                        ? null
                        : blocker.getClass(); // of the JDK: not all who are parked for a queue of their own are one by
                // one
            } else if (waits.task() != null || waits.group() != null) {
                on = waits.on().getClass();
            } else {
                on = waits.on();
            }
            return new Look(
                    on,
                    state == Thread.State.TIMED_WAITING ? Thread.State.WAITING : state,
                    occupant.isCancelled(),
                    occupant.isStuck());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Look(Object on2, Thread.State state2, boolean cancelled2, boolean stuck2)
                    && on2 == on
                    && state2 == state
                    && cancelled2 == cancelled
                    && stuck2 == stuck;
        }

        @Override
        public int hashCode() {
            return (System.identityHashCode(on) * 31 + Objects.hashCode(state)) * 4
                    + (cancelled ? 2 : 0)
                    + (stuck ? 1 : 0);
        }
    }
}
