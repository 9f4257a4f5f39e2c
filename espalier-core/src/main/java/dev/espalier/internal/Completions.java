// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.Task;
import dev.espalier.WaitUntil;
import dev.espalier.Waited;
import dev.espalier.internal.Arrivals.Arrival;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Waiting for several tasks of others: which of them, the caller says. Starts nothing, ends nothing. */
public final class Completions {
    private Completions() {}

    /**
     * Waits until a condition holds, or the time is over.
     *
     * @param tasks of any groups
     * @param until the condition
     * @param end {@link Deadline#NONE} for none
     * @param <K> their type
     * @return what had terminated then
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <K extends Task<?>> Waited<K> await(Collection<? extends K> tasks, WaitUntil until, Deadline end)
            throws InterruptedException {
        Objects.requireNonNull(until, "until");
        List<K> all = checked(tasks);
        Strand here = Strands.current();
        if (here != null) {
            here.checkCancelled();
        }
        switch (until) {
            case ALL_DONE -> awaitAll(all, end);
            case FIRST_DONE, FIRST_FAILED -> awaitFirst(all, until, end);
        }
        var done = new ArrayList<K>();
        var pending = new ArrayList<K>();
        for (K task : all) {
            (task.isDone() ? done : pending).add(task);
        }
        return new Waited<>(done, pending);
    }

    private static <K extends Task<?>> List<K> checked(Collection<? extends K> tasks) {
        List<K> all = List.copyOf(tasks); // and none of them is null
        Strand here = Strands.current();
        for (K task : all) {
            if (here != null && here.isBelow((TaskNode<?>) task)) {
                throw new IllegalStateException(here.describe() + " waits for " + ((TaskNode<?>) task).describe()
                        + " among others, which cannot terminate before it: it is the same or around it");
            }
        }
        return all;
    }

    /** One after the other: so a circle is found as in every other wait (D1). */
    private static void awaitAll(List<? extends Task<?>> tasks, Deadline end) throws InterruptedException {
        for (Task<?> task : tasks) {
            while (!Awaiting.await((TaskNode<?>) task, Math.max(end.remainingNanos(), 0))) {
                if (end.isExpired()) {
                    return;
                }
            }
        }
    }

    private static void awaitFirst(List<? extends Task<?>> tasks, WaitUntil until, Deadline end)
            throws InterruptedException {
        int left = tasks.size();
        for (Task<?> task : tasks) {
            if (task.isDone()) {
                left--;
                if (holds(task, until)) {
                    return;
                }
            }
        }
        if (left == 0) {
            return;
        }
        var arrivals = new Arrivals(Scope.current().backend());
        var expected = new ArrayList<Arrival>(tasks.size());
        try {
            for (Task<?> task : tasks) {
                expected.add(arrivals.expect((TaskNode<?>) task, expected.size()));
            }
            Group own = openGroup(tasks);
            for (int taken = 0; taken < tasks.size(); taken++) {
                Arrival arrival = arrivals.take(end, own);
                if (arrival == null || holds(arrival.task(), until)) {
                    return;
                }
            }
        } finally {
            for (Arrival arrival : expected) {
                if (!arrival.task().isTerminated()) {
                    arrival.task().remove(arrival);
                }
            }
        }
    }

    private static boolean holds(Task<?> terminated, WaitUntil until) {
        return until == WaitUntil.FIRST_DONE || ((TaskNode<?>) terminated).state == TaskNode.FAILED;
    }

    /** A group made by {@code open} that the caller owns, and that has one of the tasks (C16). */
    private static @Nullable Group openGroup(List<? extends Task<?>> tasks) {
        Strand here = Strands.current();
        for (Task<?> task : tasks) {
            Group group = ((TaskNode<?>) task).group();
            if (here != null && group.owner == here && !group.isRunForm()) {
                return group;
            }
        }
        return null;
    }

    // ---- as completed

    /**
     * Tasks in the order in which they terminate.
     *
     * @param tasks of any groups
     * @param <K> their type
     * @return each iterator waits for itself
     */
    public static <K extends Task<?>> Iterable<K> asCompleted(Collection<? extends K> tasks) {
        List<K> all = List.copyOf(tasks);
        return () -> new AsCompleted<>(all);
    }

    private static final class AsCompleted<K extends Task<?>> implements Iterator<K> {
        private final List<K> tasks;
        private final Arrivals arrivals = new Arrivals(Scope.current().backend());
        private final @Nullable Group own;
        private int left;

        AsCompleted(List<K> tasks) {
            this.tasks = checked(tasks);
            this.own = openGroup(tasks);
            this.left = tasks.size();
            for (int i = 0; i < left; i++) {
                Arrival _ = arrivals.expect((TaskNode<?>) tasks.get(i), i);
            }
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public K next() {
            if (left == 0) {
                throw new NoSuchElementException("all " + tasks.size() + " tasks have been returned");
            }
            try {
                Arrival arrival = Objects.requireNonNull(arrivals.take(Deadline.NONE, own));
                left--;
                return tasks.get((int) arrival.index);
            } catch (InterruptedException e) {
                throw unchecked(e);
            }
        }
    }

    /**
     * A cancellation or an interrupt of the caller, where only an unchecked exception can tell of it: it shows an interruption (C10), so that the scope that was cancelled
     * knows its own. The status of an interrupt from elsewhere is restored.
     */
    static CancellationException unchecked(InterruptedException e) {
        if (!(e instanceof CancelledException)) {
            Thread.currentThread().interrupt();
        }
        var unchecked = new CancellationException(e.getMessage());
        unchecked.initCause(e);
        return unchecked;
    }
}
