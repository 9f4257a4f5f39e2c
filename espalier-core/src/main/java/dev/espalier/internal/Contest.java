// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason.Kind;
import dev.espalier.Deadline;
import dev.espalier.FailurePolicy;
import dev.espalier.Options;
import dev.espalier.Outcome;
import dev.espalier.TaskGroupException;
import dev.espalier.internal.Arrivals.Arrival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Callables that run at once until enough is known; then the rest is cancelled and awaited: race, any, firstSuccessful, hedge, gatherWithin (K1, K3, K4).
 *
 * @param <T> what the callables return
 */
public final class Contest<T extends @Nullable Object> {
    /*
     * The owner starts the callables in a group, takes them as they end, and decides; one thread decides, so there is nothing to lock. What it has decided stands,
     * whatever happens while the rest ends: a cancellation or an interrupt of the caller that comes then is still there afterwards, and no result is lost with it (C7).
     *
     * The group has the form of open(): cancelling it does not interrupt the owner, so that no interrupt from elsewhere is merged with ours and lost (C4). No code of users runs on the
     * owner's thread here.
     *
     * Failures. Those before a success are what was tried in vain, and are dropped with it. Those after the decision are of tasks that were cancelled: they are suppressed in the
     * exception if the decision is one, and logged if it is not; so none is lost (F7). If the caller is cancelled before anything is decided, they are suppressed in what it gets.
     */
    private final String name;
    private final int of;
    private final List<Arrival> started = new ArrayList<>();
    private final List<Arrival> won = new ArrayList<>();
    private final List<Throwable> lost = new ArrayList<>();
    private @Nullable Harvest harvest; // from the entry on
    private int triedInVain; // so many of the lost, before the decision
    private boolean failed;

    private Contest(String name, int of) {
        this.name = name;
        this.of = of;
    }

    /** What a form does in the body: starts, takes, decides. */
    private interface Rules<T extends @Nullable Object> {
        void decide(Contest<T> contest) throws InterruptedException;
    }

    // ---- the forms

    /**
     * The first to end, either way.
     *
     * @param callables at least one
     * @param <T> their result
     * @return its value
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> T race(List<Callable<? extends T>> callables)
            throws InterruptedException {
        checkSome("race", callables);
        var contest = new Contest<T>("race", callables.size());
        contest.play(c -> {
            c.startAll(callables);
            Arrival first = c.harvest().take();
            if (c.counts(first)) {
                c.decided(first, "was the first to end");
            } else {
                c.givesUp(first, "was the first to end, by failing");
            }
        });
        return contest.values().getFirst();
    }

    /**
     * The first of which so many succeed.
     *
     * @param name of the combinator
     * @param wanted how many
     * @param callables at least as many
     * @param <T> their result
     * @return their values, the first first
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> List<T> firstSuccessful(
            String name, int wanted, List<Callable<? extends T>> callables) throws InterruptedException {
        checkSome(name, callables);
        Pull.checkLimit("the number of successes", wanted);
        if (wanted > callables.size()) {
            throw new IllegalArgumentException(name + " is to wait for " + wanted + " successes of " + callables.size()
                    + " callables; it can have at most " + callables.size());
        }
        var contest = new Contest<T>(name, callables.size());
        contest.play(c -> {
            c.startAll(callables);
            c.awaitSuccesses(wanted, /* slow= */ null, () -> {});
        });
        return contest.values();
    }

    /**
     * The first attempt that succeeds; another is started when those before it are slow, or one has failed.
     *
     * @param delay how long an attempt may take until the next one starts
     * @param maxAttempts at least one
     * @param callable what to attempt
     * @param <T> its result
     * @return the first value
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> T hedge(Duration delay, int maxAttempts, Callable<? extends T> callable)
            throws InterruptedException {
        Objects.requireNonNull(delay, "delay");
        Objects.requireNonNull(callable, "callable");
        Pull.checkLimit("maxAttempts", maxAttempts);
        var contest = new Contest<T>("hedge", maxAttempts);
        contest.play(c -> {
            c.start(callable);
            c.awaitSuccesses(1, delay, () -> c.start(callable));
        });
        return contest.values().getFirst();
    }

    /**
     * The outcomes of what ends in time.
     *
     * @param timeout how long to wait
     * @param callables what to run at once
     * @param <T> their result
     * @return as many outcomes as callables
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> List<Outcome<T>> gatherWithin(
            Duration timeout, List<Callable<? extends T>> callables) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        var contest = new Contest<T>("gatherWithin", callables.size());
        contest.play(c -> c.startAndWait(timeout, callables));
        return contest.outcomes();
    }

    private static void checkSome(String name, List<?> callables) {
        if (callables.isEmpty()) {
            throw new IllegalArgumentException(
                    name + " of nothing: nothing could ever be the first; pass at least one callable");
        }
    }

    // ---- the body

    private void play(Rules<T> rules) throws InterruptedException {
        Harvest.cancellationPoint();
        Group group = Group.open(Options.DEFAULT.name(name).failurePolicy(FailurePolicy.COLLECT));
        harvest = new Harvest(group, /* settles= */ true);
        try {
            rules.decide(this);
        } catch (InterruptedException | RuntimeException | Error e) {
            group.cancelWith(group.reasonOf(Kind.BODY_FAILED, name + " was given up: " + Shown.of(e), e));
            GroupExit.end(group);
            takeEnded();
            Failures.attach(e, lost);
            throw e;
        }
        GroupExit.end(group);
    }

    private Harvest harvest() {
        return Objects.requireNonNull(harvest);
    }

    private void start(Callable<? extends T> callable) {
        started.add(harvest().fork(callable, started.size()));
    }

    private void startAll(List<Callable<? extends T>> callables) {
        for (Callable<? extends T> callable : callables) {
            start(callable);
        }
    }

    /** Whether it has succeeded; else its failure is noted. */
    private boolean counts(Arrival ended) throws InterruptedException {
        if (Harvest.succeeded(ended)) {
            won.add(ended);
            return true;
        }
        lost.add(harvest().failure(ended));
        return false;
    }

    /**
     * Waits for so many successes, or until they have become impossible.
     *
     * @param slow after which time another one is started, as long as there is one; null for never
     * @param another starts it
     */
    private void awaitSuccesses(int wanted, @Nullable Duration slow, Runnable another) throws InterruptedException {
        Deadline patience = slow == null ? Deadline.NONE : Deadline.after(slow);
        while (true) {
            boolean more = slow != null && started.size() < of;
            Arrival ended = harvest().take(more ? patience : Deadline.NONE);
            if (ended != null && counts(ended)) {
                if (won.size() == wanted) {
                    decided(ended, wanted == 1 ? "was the first to succeed" : "was the last success that was needed");
                    return;
                }
            } else if (ended != null && of - lost.size() < wanted) {
                givesUp(ended, "failed, so that success has become impossible");
                return;
            } else if (more) {
                another.run();
                patience = Deadline.after(Objects.requireNonNull(slow));
            }
        }
    }

    private void startAndWait(Duration timeout, List<Callable<? extends T>> callables) throws InterruptedException {
        Deadline end = Deadline.after(timeout);
        if (!timeout.isPositive()) {
            expire(timeout); // T5: before anything is started, so that nothing is
        }
        startAll(callables);
        if (!timeout.isPositive()) {
            return;
        }
        while (harvest().ahead() > 0) {
            Arrival ended = harvest().take(end);
            if (ended == null) {
                expire(timeout);
                return;
            }
            if (ended.task().state == TaskNode.CANCELLED) {
                harvest().group().owner.checkCancelled(); // perhaps it was cancelled with the caller
            }
        }
    }

    /** The time is over; unless that of something around is over too, for which this is its cancellation (C6). */
    private void expire(Duration timeout) throws InterruptedException {
        Group group = harvest().group();
        Deadlines.fireExpired(Objects.requireNonNull(group.parent));
        group.owner.checkCancelled();
        group.cancelWith(group.reasonOf(Kind.DEADLINE, "the time of " + name + " (" + timeout + ") is over", null));
    }

    private void decided(Arrival winner, String why) {
        takeEnded(); // what has failed by itself was tried in vain, too
        triedInVain = lost.size();
        harvest().cancelRest(Kind.ASKED, "'" + winner.task().name() + "' " + why, winner.task());
    }

    private void givesUp(Arrival loser, String why) {
        failed = true;
        harvest().cancelRest(Kind.SIBLING_FAILED, "'" + loser.task().name() + "' " + why, loser.task());
    }

    // ---- after the body: everything has terminated

    /** Notes the failures of what has ended and was not taken. */
    private void takeEnded() {
        if (harvest == null) {
            return;
        }
        for (Arrival late = harvest.poll(); late != null; late = harvest.poll()) {
            if (late.task().state == TaskNode.FAILED) {
                lost.add(late.task().failure());
            }
        }
    }

    private List<T> values() {
        takeEnded();
        if (failed) {
            throw Traces.trimmed(new TaskGroupException(
                    lost.size() + " of " + of + (of == 1 ? " task" : " tasks") + " of "
                            + harvest().group().describe() + " failed; the first: " + lost.getFirst(),
                    lost));
        }
        for (Throwable late : lost.subList(triedInVain, lost.size())) {
            Log.warn(
                    "a task of " + harvest().group().describe() + " lost to '"
                            + won.getLast().task().name() + "', was cancelled, and failed",
                    late);
        }
        var values = new ArrayList<@Nullable Object>(won.size());
        won.forEach(arrival -> values.add(Harvest.value(arrival)));
        return Sneaky.cast(Collections.unmodifiableList(values));
    }

    private List<Outcome<T>> outcomes() {
        var outcomes = new ArrayList<Outcome<@Nullable Object>>(started.size());
        started.forEach(arrival -> outcomes.add(Harvest.outcome(arrival)));
        return Sneaky.cast(Collections.unmodifiableList(outcomes));
    }
}
