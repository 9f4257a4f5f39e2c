// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.DeadlineExceededException;
import dev.espalier.GroupStats;
import dev.espalier.StructureException;
import dev.espalier.TaskGroupException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The exits of a group other than the end of {@code run}: join, close, and being closed because something around it ended. */
final class GroupExit {
    private GroupExit() {}

    // ---- join

    static void join(Group group) throws InterruptedException {
        Strand owner = group.owner;
        checkOwner(group, "join");
        if (group.isClosed()) {
            throw new IllegalStateException(group.describe() + " is closed; join it before");
        }
        boolean aside = group.awaitTasks(/* cancelOnInterrupt= */ true);
        if (group.failures.isPending()) {
            boolean foreign = group.foreign;
            group.foreign = false;
            owner.takeBack(aside);
            if (foreign) {
                Thread.currentThread().interrupt();
            }
            throw group.failures.takeException(group);
        }
        if (group.foreign) {
            group.foreign = false;
            owner.takeBack(false);
            var e = new InterruptedException(
                    "interrupted while joining " + group.describe() + ", whose tasks were cancelled and have ended");
            group.foreignThrown = e;
            throw e;
        }
        if (group.takeCutShort() > 0) {
            Scope by = owner.current.cancelledBy();
            if ((by != null && by != group) || group.isCancelledFromAround()) {
                throw owner.cancelled(/* consumed= */ aside);
            }
            if (isDeadline(group)) {
                owner.takeBack(aside);
                throwIfDeadline(group, null);
            }
        }
        if (aside) {
            Thread.currentThread().interrupt();
        }
    }

    private static void checkOwner(Group group, String what) {
        Strand here = Strands.current();
        if (here == group.owner) {
            return;
        }
        if (what.equals("join") && here != null && here.isBelow(group)) {
            throw new IllegalStateException(here.describe() + " joins " + group.describe()
                    + ", which it is itself below: that would never end");
        }
        throw new WrongThreadException(what + " of " + group.describe() + " belongs to its owner, " + group.owner.thread
                + "; it was called by " + Thread.currentThread());
    }

    private static boolean isDeadline(Group group) {
        return group.cause instanceof CancelReason reason && reason.kind() == Kind.DEADLINE;
    }

    /** T8. */
    static void throwIfDeadline(Group group, @Nullable Throwable thrown) {
        if (group.cause instanceof CancelReason reason && reason.kind() == Kind.DEADLINE) {
            throw deadline(reason, thrown);
        }
    }

    private static TaskGroupException deadline(CancelReason reason, @Nullable Throwable thrown) {
        return Traces.trimmed(new TaskGroupException(
                reason.message() + ": what had not ended was cut short",
                List.of(Traces.trimmed(new DeadlineExceededException(reason, thrown)))));
    }

    // ---- close

    static void close(Group group) {
        if (group.isRunForm()) {
            throw new IllegalStateException(group.describe()
                    + " closes by itself when its body ends; to end it now, cancel it, to wait for its tasks, join it");
        }
        Strand here = Strands.current();
        if (group.isClosed()) {
            return;
        }
        if (here != group.owner) {
            checkOwner(group, "close");
        }
        Throwable structure = closeInner(group.owner, group, group.describe() + " was closed");
        RuntimeException failure = shut(group);
        if (structure != null) {
            if (failure != null) {
                structure.addSuppressed(failure);
            }
            throw (StructureException) structure;
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Ends an open group on its owner's thread; what is to be thrown about it. */
    private static @Nullable RuntimeException shut(Group group) {
        Strand owner = group.owner;
        if (group.hasTasks() && !group.isEffectivelyCancelled()) {
            group.cancelWith(
                    group.reasonOf(Kind.SHUTDOWN, group.describe() + " was closed while its tasks were running", null));
        }
        boolean aside = false;
        try {
            aside = group.finish(/* cancelOnInterrupt= */ false);
        } finally {
            if (group.isClosed() && owner.groups == group) {
                owner.pop(group);
            }
            Extras extras = group.extras;
            if (extras != null) {
                extras.end();
            }
        }
        if (aside) {
            Thread.currentThread().interrupt();
        }
        Strands.detach(owner);
        group.observers.closed(group);
        if (group.failures.isPending()) {
            return group.failures.takeException(group);
        }
        long cut = group.takeCutShort();
        if (cut == 0) {
            return null;
        }
        CancelReason own = group.ownReason();
        if (own != null && own.kind() == Kind.DEADLINE && !group.isCancelledFromAround()) {
            return deadline(own, null);
        }
        if (own != null && own.kind() != Kind.SHUTDOWN) {
            return null; // C18: it was cancelled by its own cancel
        }
        return new IllegalStateException(cut + (cut == 1 ? " task of " : " tasks of ") + group.describe()
                + (cut == 1 ? " was" : " were") + " cut short, because the group was closed before "
                + (cut == 1 ? "it" : "they") + " had ended; call join() before, or cancel() if that is meant");
    }

    // ---- being closed

    /** Closes what was left open inside a scope or task that has ended; what is to be thrown. */
    static @Nullable Throwable closeLeaked(Strand strand, Scope scope, @Nullable Throwable thrown) {
        StructureException structure = closeInner(strand, scope, scope.describe() + " ended");
        if (structure == null) {
            return thrown;
        }
        if (thrown == null) {
            return structure;
        }
        Failures.attach(thrown, List.of(structure));
        return thrown;
    }

    /** Closes the groups on a thread that are inside a scope, innermost first (L5). */
    private static @Nullable StructureException closeInner(Strand strand, Scope scope, String when) {
        var names = new ArrayList<String>();
        var failures = new ArrayList<Throwable>();
        for (Group group = strand.groups;
                group != null && group != scope && isInside(group, scope);
                group = strand.groups) {
            names.add(group.describe());
            RuntimeException failure = shut(group);
            if (failure != null) {
                failures.add(failure);
            }
        }
        if (names.isEmpty()) {
            return null;
        }
        var structure =
                Traces.trimmed(new StructureException(String.join(", ", names) + (names.size() == 1 ? " was" : " were")
                        + " still open when " + when + "; " + (names.size() == 1 ? "it has" : "they have")
                        + " been closed, innermost first. Close groups in the reverse order of opening: use"
                        + " TaskGroup.run, or try (var group = TaskGroup.open())"));
        failures.forEach(structure::addSuppressed);
        return structure;
    }

    /** Whether a group was opened after the given group, or inside the given scope. */
    private static boolean isInside(Group group, Scope scope) {
        return scope instanceof Group || group.isBelow(scope);
    }

    // ---- looking

    static GroupStats stats(Group group, long active, long daemons, long cancelled, long failed, long waiting) {
        long forked = group.tasks.pushed();
        var stuck = new Cascade.Visitor() {
            long count;

            @Override
            public boolean visit(Strand strand) {
                if (strand.isStuck()) {
                    count++;
                }
                return true;
            }

            @Override
            public boolean enters(Group inner) {
                return true;
            }
        };
        if (group.isEffectivelyCancelled()) { // else nothing below it can be deaf to its cancellation
            Cascade.walk(group, stuck);
        }
        return new GroupStats(
                forked,
                active + daemons,
                daemons,
                waiting,
                Math.max(0, forked - active - daemons - failed - cancelled),
                failed,
                cancelled,
                stuck.count);
    }
}
