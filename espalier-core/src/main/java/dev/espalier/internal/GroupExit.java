// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.GroupStats;
import dev.espalier.StructureException;
import dev.espalier.Task;
import dev.espalier.TaskGroupException;
import dev.espalier.app.ApplicationShutdownException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ends of a group: waiting for its tasks, join, close, and being closed because something around it ended. */
final class GroupExit {
    private GroupExit() {}

    // ---- waiting

    /**
     * Waits until all tasks that are no daemons have terminated.
     *
     * @param cancelOnInterrupt whether an interrupt or a cancellation of the owner cancels the group
     * @return whether the interrupt status was set, and is now set aside
     */
    private static boolean awaitTasks(Group group, boolean cancelOnInterrupt) {
        return awaitZero(group, Ledger.Which.TASKS, cancelOnInterrupt);
    }

    private static boolean awaitZero(Group group, Ledger.Which which, boolean cancelOnInterrupt) {
        if (group.hasNo(which) || Patience.await(group, which)) {
            return false;
        }
        Strand owner = group.owner;
        boolean aside = false;
        Object waitedFor = owner.waitingFor;
        owner.waitingFor = group;
        group.waiter(Thread.currentThread());
        try {
            if (Observers.waits) {
                Observers.waitBegan(group);
            }
            while (!group.hasNo(which)) {
                if (group.abandoned) {
                    Forks.reap(group);
                }
                boolean interrupted = Thread.interrupted(); // L9: or the park would not wait
                aside |= interrupted;
                if (cancelOnInterrupt && !group.isEffectivelyCancelled()) {
                    cancelForOwner(group, interrupted);
                }
                if (!group.hasNo(which)) {
                    group.backend().park(group);
                }
            }
        } finally {
            group.waiter(null);
            owner.waitingFor = waitedFor;
            if (Observers.waits) {
                Observers.waitEnded();
            }
        }
        return aside;
    }

    /** C15: the owner is interrupted or cancelled while it waits. */
    private static void cancelForOwner(Group group, boolean interrupted) {
        Scope in = group.owner.current;
        String message = null;
        if (in.isEffectivelyCancelled()) {
            if (group.isEffectivelyCancelled()) {
                return; // in a run form the owner's scopes are around the group: it has become cancelled by them since
            }
            message = " was cancelled while it waited for the tasks: "
                    + Reasons.of(in).message();
        } else if (interrupted && group.tasks.hasUnfinished()) {
            group.foreign = true;
            message = " was interrupted while it waited for the tasks";
        }
        if (message != null) {
            group.cancelWith(group.reasonOf(Kind.ASKED, "the owner of " + group.describe() + message, null));
        }
    }

    /**
     * Ends a group: waits for the tasks, cancels the daemons, waits for them, and closes.
     *
     * @return whether the interrupt status was set, and is now set aside
     */
    static boolean finish(Group group, boolean cancelOnInterrupt) {
        boolean aside = false;
        do {
            aside |= awaitTasks(group, cancelOnInterrupt);
        } while (!group.tryEnd());
        if (!group.hasNo(Ledger.Which.DAEMONS)) {
            for (Task<?> task : group.tasks.list(task -> task.isDaemon() && !task.isTerminated())) {
                var daemon = (TaskNode<?>) task;
                if (!daemon.isEffectivelyCancelled()) { // else it knows already, and why
                    daemon.cancelWith(ending(group));
                }
            }
            aside |= awaitZero(group, Ledger.Which.DAEMONS, /* cancelOnInterrupt= */ false);
        }
        group.markClosed();
        group.tasks.trim();
        group.failures.close();
        return aside;
    }

    static CancelReason ending(Group group) {
        return new CancelReason(
                Kind.SHUTDOWN,
                group.describe() + " is ending: its body and its tasks have ended",
                group,
                null,
                null,
                null);
    }

    // ---- join

    static void join(Group group) throws InterruptedException {
        Strand owner = group.owner;
        checkOwner(group, "join");
        if (group.isClosed()) {
            throw new IllegalStateException(group.describe() + " is closed; join it before");
        }
        boolean aside = awaitTasks(group, /* cancelOnInterrupt= */ true);
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
            if (isCutShort(group)) {
                owner.takeBack(aside);
                throwIfCutShort(group, null);
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

    /** Whether the group was cancelled itself, and yet does not end quietly. */
    private static boolean isCutShort(Group group) {
        return group.cause instanceof CancelReason reason
                && (reason.kind() == Kind.DEADLINE || reason.kind() == Kind.SHUTDOWN);
    }

    /** T8, S5. */
    static void throwIfCutShort(Group group, @Nullable Throwable thrown) {
        if (group.cause instanceof CancelReason reason) {
            if (reason.kind() == Kind.DEADLINE) {
                throw deadline(reason, thrown);
            }
            if (reason.kind() == Kind.SHUTDOWN) {
                throw shutdown(group, reason, thrown);
            }
        }
    }

    private static ApplicationShutdownException shutdown(Group group, CancelReason reason, @Nullable Throwable thrown) {
        return Traces.trimmed(new ApplicationShutdownException(
                group.describe() + " was cut short: " + reason.message(), reason, thrown));
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

    /** Waits for what a group made by {@code open} still has, and closes it; the interrupt status is as it was. */
    static void end(Group group) {
        Strand owner = group.owner;
        boolean aside = false;
        try {
            aside = finish(group, /* cancelOnInterrupt= */ false);
        } finally {
            if (group.isClosed() && owner.groups == group) {
                owner.pop(group);
            }
            if (group.isClosed() && group.atEnd != null) {
                group.atEnd.run();
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
    }

    /** Ends an open group on its owner's thread; what is to be thrown about it. */
    private static @Nullable RuntimeException shut(Group group) {
        boolean cancelledHere = false;
        if (!group.tryEnd() && !group.isEffectivelyCancelled()) { // one step: a fork comes before it, or is refused
            cancelledHere = group.cancelWith(
                    group.reasonOf(Kind.SHUTDOWN, group.describe() + " was closed while its tasks were running", null));
        }
        end(group);
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
        boolean fromAround = group.isCancelledFromAround();
        if (own != null && own.kind() == Kind.SHUTDOWN && !cancelledHere && !fromAround) {
            return shutdown(group, own, null);
        }
        if (own != null && own.kind() != Kind.SHUTDOWN) {
            return null; // C18: it was cancelled by its own cancel
        }
        var cutShort = new IllegalStateException(cut + (cut == 1 ? " task of " : " tasks of ") + group.describe()
                + (cut == 1 ? " was" : " were") + " cut short, because "
                + (fromAround
                        ? Reasons.of(group).message() + ", and the body did not join"
                        : "the group was closed before " + (cut == 1 ? "it" : "they")
                                + " had ended; call join() before, or cancel() if that is meant"));
        if (fromAround) {
            cutShort.initCause(new CancelledException(Reasons.of(group))); // so that the scope around knows its own
        }
        return Traces.trimmed(cutShort);
    }

    // ---- being closed

    /**
     * Closes the groups that were left open inside a scope or task that has ended (L5), and ends the streams that were not finished in it (K5).
     *
     * @param open the innermost group when the scope was entered
     * @param thrown what the body threw
     * @return what is to be thrown: a cancellation, which somebody may absorb, gives way, so that nothing is lost with it
     */
    static @Nullable Throwable closeLeaked(
            Strand strand, @Nullable Group open, Scope scope, @Nullable Throwable thrown) {
        Extras extras = scope.extras;
        if (extras != null) {
            extras.takeStreams().forEach(StreamWindow::abandon);
        }
        if (strand.groups == open) {
            return thrown;
        }
        StructureException structure = closeInner(strand, scope, scope.describe() + " ended");
        if (structure == null) {
            return thrown;
        }
        if (thrown == null) {
            return structure;
        }
        if (Cancellation.isCancellation(thrown)) {
            Failures.attach(structure, List.of(thrown));
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

    static GroupStats stats(Group group) {
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
        return stats(group, stuck.count);
    }

    static GroupStats stats(Group group, long stuck) {
        long active = group.count(Ledger.Which.TASKS);
        long daemons = group.count(Ledger.Which.DAEMONS);
        long cancelled = group.cancelledCount();
        long failed = group.failedCount();
        Places places = group.places;
        long forked = group.tasks.forked();
        return new GroupStats(
                forked,
                active + daemons,
                daemons,
                places == null ? 0 : places.size(),
                Math.max(0, forked - active - daemons - failed - cancelled),
                failed,
                cancelled,
                stuck);
    }
}
