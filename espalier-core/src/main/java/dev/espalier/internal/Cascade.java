// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;

/** Walks what is below a scope, and tells it of a cancellation. */
final class Cascade {
    /*
     * The walk goes over every live task below a group, depth first, and over the groups that each has open. It allocates nothing and does not
     * recurse (L12): from a group that is done it goes on to the next group of the same owner, and from an owner that is done
     * to the next task of the owner's group; both links are in the nodes.
     *
     * Nothing is locked. Tasks that are pushed on a group's list while the walk is under way are before its head and are missed; they look up
     * for themselves when they start. A task that is swept out of the list while the walk stands on it is linked to itself; the walk then
     * begins that group again, which is harmless, since whatever is done to a task twice is done once. It ends, since a
     * cancelled group runs no new tasks; only refused forks are still pushed, and it takes a thousand of them for another sweep.
     *
     * Groups behind a shield are passed over, because they are not effectively cancelled.
     */

    /** What is done with each strand. */
    interface Visitor {
        /** Returns whether to go on. */
        boolean visit(Strand strand);

        /** Whether to look below a group. */
        default boolean enters(Group group) {
            return group.isEffectivelyCancelled();
        }
    }

    private static final Visitor TELL = strand -> {
        tell(strand);
        return true;
    };

    private Cascade() {}

    /** Tells everything below a scope that has just been cancelled. */
    static void spread(Scope scope) {
        walk(scope, TELL);
    }

    /** Tells everything below a scope that has lost its shield, also what was told before the shield went up. */
    static void unshield(Scope scope, @Nullable Strand except) {
        walk(scope, strand -> {
            call(strand);
            if (strand != except) {
                strand.deliver(/* again= */ true);
            }
            return true;
        });
    }

    static void walk(Scope scope, Visitor visitor) {
        Strand strand = scope.strand();
        if (strand != null) {
            if (!visitor.visit(strand)) {
                return;
            }
            for (Group group = strand.groups; group != null; group = group.outer) {
                if (visitor.enters(group) && !below(group, visitor)) {
                    return;
                }
            }
        } else if (scope instanceof Group group) {
            boolean _ = below(group, visitor);
        } else {
            CancelCallback.fire(scope); // not entered yet: nothing is below it
        }
    }

    private static void tell(Strand strand) {
        call(strand);
        strand.deliver(/* again= */ false);
    }

    /** Runs the hooks and callbacks of the scopes that a thread is in. */
    private static void call(Strand strand) {
        for (Scope s = strand.current; ; s = s.parent) {
            if (s == null) {
                break; // the chain changed under us: its thread left a scope, and looks up for itself
            }
            if (s.extras != null && s.isEffectivelyCancelled()) {
                CancelCallback.fire(s);
            }
            if (s instanceof HookScope hook && hook.isCancelledFromAround()) {
                hook.fire();
            }
            if (s == strand) {
                break;
            }
        }
    }

    /** The task below a group whose thread it is. */
    static @Nullable TaskNode<?> find(Group group, Thread thread) {
        var finder = new Visitor() {
            @Nullable
            TaskNode<?> found;

            @Override
            public boolean visit(Strand strand) {
                if (strand.thread == thread) {
                    found = (TaskNode<?>) strand;
                }
                return found == null;
            }

            @Override
            public boolean enters(Group inner) {
                return true;
            }
        };
        boolean _ = below(group, finder);
        return finder.found;
    }

    /** Visits every running task below a group; false if the visitor stopped it. */
    static boolean below(Group root, Visitor visitor) {
        Group group = root;
        group.onSpread();
        TaskNode<?> task = group.tasks.head;
        while (true) {
            if (task == null) {
                if (group == root) {
                    return true;
                }
                Strand owner = group.owner;
                Group next = entered(group.outer, visitor);
                if (next != null) {
                    group = next;
                    group.onSpread();
                    task = group.tasks.head;
                } else {
                    group = ((TaskNode<?>) owner).group();
                    task = after((TaskNode<?>) owner, group);
                }
                continue;
            }
            if (task.isRunning()) {
                if (!visitor.visit(task)) {
                    return false;
                }
                Group inner = entered(task.groups, visitor);
                if (inner != null) {
                    group = inner;
                    group.onSpread();
                    task = group.tasks.head;
                    continue;
                }
            }
            task = after(task, group);
        }
    }

    private static @Nullable TaskNode<?> after(TaskNode<?> task, Group group) {
        TaskNode<?> next = task.next;
        return next == task ? group.tasks.head : next;
    }

    private static @Nullable Group entered(@Nullable Group first, Visitor visitor) {
        Group group = first;
        while (group != null && !visitor.enters(group)) {
            group = group.outer;
        }
        return group;
    }
}
