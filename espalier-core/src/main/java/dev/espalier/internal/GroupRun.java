// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Cancellation;
import dev.espalier.GroupBody;
import dev.espalier.ScopeCancelledException;
import dev.espalier.TaskFailedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One run of a group's body: from its opening to what leaves {@code run} or {@code call}. */
final class GroupRun {
    /*
     * What leaves, in the order of precedence:
     *   1. the body's own exception, with the failures of tasks as suppressed (F3)
     *   2. the failures of tasks (F2), also where the body's exception only reports one, and where the owner was interrupted
     *   3. the cancellation of something around the group, if it cut anything short (C6, C7); an interrupt from elsewhere (C15)
     *   4. the deadline of the group (T8), or the shutdown of its application (S5), if it cut anything short
     *   5. nothing, if the group was cancelled by its own cancel (C18); where a value was promised and there is none, that
     *   6. the value
     */
    private final Group group;
    private final Strand owner;
    private final boolean hasValue;

    GroupRun(Group group, boolean hasValue) {
        this.group = group;
        this.owner = group.owner;
        this.hasValue = hasValue;
    }

    <R extends @Nullable Object, X extends Exception> R run(GroupBody<R, X> body) throws X, InterruptedException {
        boolean interruptedBefore = Thread.currentThread().isInterrupted();
        R value = null;
        Throwable thrown = null;
        boolean reports = false;
        boolean passes = false;
        boolean unwinding = true;
        try {
            group.begin();
            try {
                value = body.call(group);
            } catch (Throwable t) { // what becomes of it is the matter of this class
                thrown = t;
            }
            reports = thrown != null && reportsOnly(thrown);
            if (!group.isClosed()) {
                Throwable withLeaked = GroupExit.closeLeaked(owner, group, group, thrown);
                reports &= withLeaked == thrown;
                thrown = withLeaked;
            }
            if (thrown != null && !reports) {
                group.cancelWith(group.reasonOf(
                        Kind.BODY_FAILED, "the body of " + group.describe() + " failed: " + Shown.of(thrown), thrown));
            }
            unwinding = thrown != null;
        } finally {
            passes = exit(interruptedBefore, unwinding);
        }
        return decide(value, thrown, reports, passes);
    }

    /** Whether the body's exception is only the cancellation of the group, or the failure of one of its tasks that is pending. */
    private boolean reportsOnly(Throwable thrown) {
        if (thrown instanceof TaskFailedException failed && ((TaskNode<?>) failed.task()).parent == group) {
            return group.failures.isPending();
        }
        return group.isEffectivelyCancelled() && Cancellation.isCancellation(thrown);
    }

    /** Waits for everything, and leaves the scope; whether a cancellation from around passes. */
    private boolean exit(boolean interruptedBefore, boolean unwinding) {
        try {
            if (!group.isClosed() && GroupExit.finish(group, /* cancelOnInterrupt= */ true)) {
                Thread.currentThread().interrupt();
            }
        } finally {
            if (group.isClosed() && owner.groups == group) {
                owner.pop(group); // else the stack has overflowed: it is closed by what is around it, as one left open
            }
        }
        Scope around = Objects.requireNonNull(group.parent);
        boolean shielded = group.shield;
        if (!shielded && group.cause instanceof CancelReason reason && reason.kind() == Kind.DEADLINE) {
            Deadlines.fireExpired(around);
        }
        boolean passes = owner.leave(group, interruptedBefore, unwinding);
        if (group.cause == null) {
            passes = !shielded && around.isEffectivelyCancelled();
        }
        Strands.detach(owner);
        group.observers.closed(group);
        return passes;
    }

    private <R extends @Nullable Object, X extends Exception> R decide(
            @Nullable R value, @Nullable Throwable thrown, boolean reports, boolean passes)
            throws X, InterruptedException {
        if (thrown != null && !reports) {
            Failures.attach(thrown, group.failures.take());
            throw Sneaky.<X>rethrow(thrown);
        }
        boolean interrupted = group.foreign || (thrown != null && thrown == group.foreignThrown);
        if (group.failures.isPending()) {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw group.failures.takeException(group);
        }
        long cut = group.takeCutShort();
        if (thrown != null) {
            if (passes || interrupted || group.cause == null) {
                throw Sneaky.<X>rethrow(thrown);
            }
            return endQuietly(thrown);
        }
        if (interrupted) {
            throw new InterruptedException(
                    "interrupted while waiting for the tasks of " + group.describe() + ", which were cancelled");
        }
        if (cut > 0 && passes) {
            throw owner.cancelled(/* consumed= */ false);
        }
        if (cut > 0) {
            GroupExit.throwIfCutShort(group, null);
        }
        return Sneaky.cast(value);
    }

    /** The group was cancelled by itself, and the body ended by that. */
    @SuppressWarnings("TypeParameterUnusedInFormals") // R is that of the body
    private <R extends @Nullable Object> R endQuietly(Throwable thrown) {
        GroupExit.throwIfCutShort(group, thrown);
        if (hasValue) {
            throw Traces.trimmed(new ScopeCancelledException(Objects.requireNonNull(group.ownReason()), thrown));
        }
        return Sneaky.cast(null);
    }
}
