// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.Outcome;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.internal.Arrivals.Arrival;
import dev.espalier.internal.Arrivals.Work;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The tasks that a combinator starts in a group of its own, taken as they end. Used by one thread at a time. */
final class Harvest {
    /*
     * Results are not the tasks': a group remembers terminated tasks for a while, and a million big results must not be remembered with them. So a task returns
     * nothing, and its value is in its Arrival, which only this combinator has.
     */
    private final Group group;
    private final Arrivals arrivals;
    private final int flags;
    private int ahead;

    /**
     * Forks in a group.
     *
     * @param settles whether the combinator looks at every failure, so that none has to be logged for want of that (F6)
     */
    Harvest(Group group, boolean settles) {
        this.group = group;
        this.arrivals = new Arrivals(group.backend());
        this.flags = settles ? TaskNode.OBSERVED : 0;
    }

    /** What every combinator begins with: it does not start anything for a caller that is cancelled or interrupted. */
    static void cancellationPoint() throws InterruptedException {
        Caller.checkpoint(Strands.current());
    }

    Group group() {
        return group;
    }

    /** How many have been forked and not been taken. */
    int ahead() {
        return ahead;
    }

    Arrival fork(Callable<?> body, long index) {
        var work = arrivals.fork(group, group.name() + "[" + index + "]", body, index, flags);
        ahead++;
        return work;
    }

    /** The next that has ended, or null. */
    @Nullable
    Arrival poll() {
        return counted(arrivals.poll());
    }

    /** The next that ends. A cancellation point. */
    Arrival take() throws InterruptedException {
        return Objects.requireNonNull(take(Deadline.NONE));
    }

    /** The next that ends, or null if the deadline has passed before. A cancellation point. */
    @Nullable
    Arrival take(Deadline end) throws InterruptedException {
        try {
            return counted(arrivals.take(end, null));
        } catch (CancelledException e) {
            throw e;
        } catch (InterruptedException e) {
            interrupted(e);
            throw e;
        }
    }

    private @Nullable Arrival counted(@Nullable Arrival arrival) {
        if (arrival != null) {
            ahead--;
        }
        return arrival;
    }

    /** C15: an interrupt from elsewhere, while the owner waits for tasks, cancels them; it leaves unless one of them has failed (F2). */
    private void interrupted(InterruptedException e) {
        group.foreignThrown = e;
        group.cancelWith(group.reasonOf(
                Kind.ASKED,
                "the owner of " + group.describe() + " was interrupted while it waited for the tasks",
                null));
    }

    /** Cancels what has not ended, if there is any, with a reason that is about one of the tasks. */
    void cancelRest(Kind kind, String message, @Nullable TaskNode<?> about) {
        if (ahead > 0) {
            Throwable failure = about != null && about.state == TaskNode.FAILED ? about.failure() : null;
            group.cancelWith(new CancelReason(kind, message, group, about, failure, null));
        }
    }

    // ---- what has ended

    static boolean succeeded(Arrival arrival) {
        TaskNode<?> task = arrival.task();
        return task.isTerminated() && task.state == TaskNode.SUCCEEDED;
    }

    /** The result of one that has succeeded. */
    static @Nullable Object value(Arrival arrival) {
        return ((Work) arrival).value();
    }

    static Outcome<@Nullable Object> outcome(Arrival arrival) {
        TaskNode<?> task = arrival.task();
        return switch (task.state) {
            case TaskNode.SUCCEEDED -> new Outcome.Success<>(value(arrival));
            case TaskNode.FAILED -> new Outcome.Failure<>(task.failure());
            default -> new Outcome.Cancelled<>(Reasons.of(task));
        };
    }

    /**
     * What a task that has not succeeded counts as: its failure, or, if it has cancelled itself, that. Throws if it is rather the caller that is cancelled, or the
     * group.
     */
    Throwable failure(Arrival arrival) throws CancelledException {
        TaskNode<?> task = arrival.task();
        if (task.state == TaskNode.FAILED) {
            return task.failure();
        }
        if (group.isEffectivelyCancelled()) {
            Strand here = Strands.current();
            if (here != null) {
                here.checkCancelled();
            }
            throw new CancelledException(Reasons.of(group));
        }
        return new TaskCancelledException(task, Reasons.of(task));
    }

    /** The exception for a task that has cancelled itself where its result was needed: as for a failure (K2). */
    TaskGroupException selfCancelled(TaskCancelledException e) {
        return Traces.trimmed(new TaskGroupException(
                "1 task of " + group.describe() + " has no result, since it cancelled itself: '"
                        + e.task().name() + "'",
                List.of(e)));
    }
}
