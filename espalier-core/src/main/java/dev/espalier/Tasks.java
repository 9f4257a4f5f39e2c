// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Completions;
import dev.espalier.internal.Contest;
import dev.espalier.internal.Part;
import dev.espalier.internal.Pull;
import dev.espalier.internal.Sleep;
import dev.espalier.internal.StreamWindow;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Gatherer;
import org.jspecify.annotations.Nullable;

/**
 * What one builds most with task groups, ready made: run several things and combine them, take the first answer, map a source with a limit, wait for some of many
 * tasks.
 *
 * {@snippet class="dev.espalier.GuideTasksExamples" region="zip"}
 *
 * <p>Each method is a {@link TaskGroup} with a body: what it starts, a task for each callable or item, has terminated when it returns or throws. It does not
 * restart what failed, does not limit how much runs at once unless it has a limit, and starts no threads but the tasks. Do not use it for things that should go on
 * when the method returns, or that have to talk to each other while they run: open a group for these.
 *
 * <p><b>Failure.</b> The first failure cancels the rest and is thrown as {@link TaskGroupException}, whatever the number of failures, unless the method says otherwise; use
 * {@link TaskGroupException#rethrow} for the checked exceptions of callables. A callable that cancels itself where its result is needed counts as failed, with a
 * {@link TaskCancelledException}. Tasks are named like the method, with the index of their callable or item: {@code gather[2]}. A callable that is null is a
 * {@link NullPointerException} that names its index, and nothing is started.
 *
 * <p><b>Cancellation.</b> Always a cancellation point, also if there is nothing to do. If the caller is cancelled or interrupted, what was started is cancelled and awaited, and the
 * caller gets the exception: never fewer results than there should be. What has been decided before that is returned, though the rest may still have to end.
 *
 * <p><b>Threads.</b> Callables and bodies run on tasks of the caller's backend; sources are pulled, and {@code combine} runs, on the caller's thread. May be nested.
 *
 * <p><b>Memory.</b> What happens before the call happens-before each callable; what a callable does happens-before the return, whether it won or lost.
 *
 * <p>From: {@code gather}, {@code wait} and {@code as_completed} (asyncio), {@code Promise.all}, {@code any} and {@code race} (JavaScript), {@code par} and {@code race}
 * (Jox, Ox), {@code mapConcurrent} (JDK), hedged requests (gRPC).
 *
 * @since 0.1
 */
public final class Tasks {
    private Tasks() {}

    // ---- all of them

    /**
     * Runs callables at once and returns all their results.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="gather"}
     *
     * @param callables what to run; none is fine
     * @param <T> their result; may be null
     * @return the results in the order of the callables; unmodifiable
     * @throws TaskGroupException if one failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T extends @Nullable Object> List<T> gather(Callable<? extends T>... callables)
            throws InterruptedException {
        return Pull.gather("gather", Pull.checked(Arrays.asList(callables)));
    }

    /**
     * As {@link #gather(Callable...)}.
     *
     * @param callables what to run; none is fine
     * @param <T> their result; may be null
     * @return the results in the order of the callables; unmodifiable
     * @throws TaskGroupException if one failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> List<T> gather(Collection<? extends Callable<? extends T>> callables)
            throws InterruptedException {
        return Pull.gather("gather", Pull.checked(callables));
    }

    /**
     * Runs callables at once and returns how each of them ended. A failure cancels nothing, and is not thrown.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="settled"}
     *
     * @param callables what to run; none is fine
     * @param <T> their result; may be null
     * @return the outcomes in the order of the callables; unmodifiable
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T extends @Nullable Object> List<Outcome<T>> gatherSettled(Callable<? extends T>... callables)
            throws InterruptedException {
        return Pull.gatherSettled(Pull.checked(Arrays.asList(callables)));
    }

    /**
     * As {@link #gatherSettled(Callable...)}.
     *
     * @param callables what to run; none is fine
     * @param <T> their result; may be null
     * @return the outcomes in the order of the callables; unmodifiable
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> List<Outcome<T>> gatherSettled(
            Collection<? extends Callable<? extends T>> callables) throws InterruptedException {
        return Pull.gatherSettled(Pull.checked(callables));
    }

    /**
     * Runs callables at once for at most a time, and returns what was done in time; what was not is cancelled, and awaited.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="gatherWithin"}
     *
     * <p>A callable that returns a value although it was cancelled has succeeded. The time is over for what has not ended: it is not a limit for this method, which
     * waits for the end of what was cancelled. If a deadline around the call passes first, or at the same moment, that is thrown as usual.
     *
     * @param timeout on the backend's clock; zero and negative have passed at once, so that nothing runs
     * @param callables what to run; none is fine
     * @param <T> their result; may be null
     * @return the outcomes in the order of the callables, those that were too late {@link Outcome.Cancelled}; unmodifiable
     * @throws InterruptedException if the caller is cancelled or interrupted before the time is over
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T extends @Nullable Object> List<Outcome<T>> gatherWithin(
            Duration timeout, Callable<? extends T>... callables) throws InterruptedException {
        return Contest.gatherWithin(timeout, Pull.checked(Arrays.asList(callables)));
    }

    /**
     * As {@link #gatherWithin(Duration, Callable...)}.
     *
     * @param timeout on the backend's clock; zero and negative have passed at once, so that nothing runs
     * @param callables what to run; none is fine
     * @param <T> their result; may be null
     * @return the outcomes in the order of the callables, those that were too late {@link Outcome.Cancelled}; unmodifiable
     * @throws InterruptedException if the caller is cancelled or interrupted before the time is over
     */
    public static <T extends @Nullable Object> List<Outcome<T>> gatherWithin(
            Duration timeout, Collection<? extends Callable<? extends T>> callables) throws InterruptedException {
        return Contest.gatherWithin(timeout, Pull.checked(callables));
    }

    /**
     * Runs two callables at once, of different types, and combines their results.
     *
     * @param a the first callable
     * @param b the second callable
     * @param combine makes one result of theirs, on the caller's thread; what it throws leaves as it is, with its static type
     * @param <A> the first result; may be null
     * @param <B> the second result; may be null
     * @param <R> the combined result
     * @param <X> the checked exception that {@code combine} throws
     * @return what {@code combine} returns
     * @throws X what {@code combine} throws
     * @throws TaskGroupException if a callable failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R zip(
                    Callable<? extends A> a,
                    Callable<? extends B> b,
                    Combiner.Of2<? super A, ? super B, ? extends R, X> combine)
                    throws X, InterruptedException {
        Objects.requireNonNull(combine, "combine");
        var partA = new Part<A>(a);
        var partB = new Part<B>(b);
        Part.run(partA, partB);
        return combine.combine(partA.value(), partB.value());
    }

    /**
     * Runs three callables at once, of different types, and combines their results.
     *
     * @param a the first callable
     * @param b the second callable
     * @param c the third callable
     * @param combine makes one result of theirs, on the caller's thread; what it throws leaves as it is, with its static type
     * @param <A> the first result; may be null
     * @param <B> the second result; may be null
     * @param <C> the third result; may be null
     * @param <R> the combined result
     * @param <X> the checked exception that {@code combine} throws
     * @return what {@code combine} returns
     * @throws X what {@code combine} throws
     * @throws TaskGroupException if a callable failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R zip(
                    Callable<? extends A> a,
                    Callable<? extends B> b,
                    Callable<? extends C> c,
                    Combiner.Of3<? super A, ? super B, ? super C, ? extends R, X> combine)
                    throws X, InterruptedException {
        Objects.requireNonNull(combine, "combine");
        var partA = new Part<A>(a);
        var partB = new Part<B>(b);
        var partC = new Part<C>(c);
        Part.run(partA, partB, partC);
        return combine.combine(partA.value(), partB.value(), partC.value());
    }

    /**
     * Runs four callables at once, of different types, and combines their results.
     *
     * @param a the first callable
     * @param b the second callable
     * @param c the third callable
     * @param d the fourth callable
     * @param combine makes one result of theirs, on the caller's thread; what it throws leaves as it is, with its static type
     * @param <A> the first result; may be null
     * @param <B> the second result; may be null
     * @param <C> the third result; may be null
     * @param <D> the fourth result; may be null
     * @param <R> the combined result
     * @param <X> the checked exception that {@code combine} throws
     * @return what {@code combine} returns
     * @throws X what {@code combine} throws
     * @throws TaskGroupException if a callable failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    D extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R zip(
                    Callable<? extends A> a,
                    Callable<? extends B> b,
                    Callable<? extends C> c,
                    Callable<? extends D> d,
                    Combiner.Of4<? super A, ? super B, ? super C, ? super D, ? extends R, X> combine)
                    throws X, InterruptedException {
        Objects.requireNonNull(combine, "combine");
        var partA = new Part<A>(a);
        var partB = new Part<B>(b);
        var partC = new Part<C>(c);
        var partD = new Part<D>(d);
        Part.run(partA, partB, partC, partD);
        return combine.combine(partA.value(), partB.value(), partC.value(), partD.value());
    }

    /**
     * Runs five callables at once, of different types, and combines their results.
     *
     * @param a the first callable
     * @param b the second callable
     * @param c the third callable
     * @param d the fourth callable
     * @param e the fifth callable
     * @param combine makes one result of theirs, on the caller's thread; what it throws leaves as it is, with its static type
     * @param <A> the first result; may be null
     * @param <B> the second result; may be null
     * @param <C> the third result; may be null
     * @param <D> the fourth result; may be null
     * @param <E> the fifth result; may be null
     * @param <R> the combined result
     * @param <X> the checked exception that {@code combine} throws
     * @return what {@code combine} returns
     * @throws X what {@code combine} throws
     * @throws TaskGroupException if a callable failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    D extends @Nullable Object,
                    E extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R zip(
                    Callable<? extends A> a,
                    Callable<? extends B> b,
                    Callable<? extends C> c,
                    Callable<? extends D> d,
                    Callable<? extends E> e,
                    Combiner.Of5<? super A, ? super B, ? super C, ? super D, ? super E, ? extends R, X> combine)
                    throws X, InterruptedException {
        Objects.requireNonNull(combine, "combine");
        var partA = new Part<A>(a);
        var partB = new Part<B>(b);
        var partC = new Part<C>(c);
        var partD = new Part<D>(d);
        var partE = new Part<E>(e);
        Part.run(partA, partB, partC, partD, partE);
        return combine.combine(partA.value(), partB.value(), partC.value(), partD.value(), partE.value());
    }

    // ---- the first of them

    /**
     * Runs callables at once, and lets the first to end decide: its value is returned, its failure thrown. The others are cancelled, with a reason that names it, and
     * awaited.
     *
     * <p>For a first answer among several that may fail, use {@link #any}. A failure of a loser is suppressed in the exception if the first one failed, and
     * logged if not.
     *
     * <p>Pitfall: a loser may have succeeded as well, and its value is dropped. Do not let callables return what has to be given back, such as a connection; let them use
     * it, and return the answer.
     *
     * @param callables at least one
     * @param <T> their result; may be null
     * @return the value of the first
     * @throws TaskGroupException if the first failed
     * @throws IllegalArgumentException if there is no callable
     * @throws InterruptedException if the caller is cancelled or interrupted before one has ended
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T extends @Nullable Object> T race(Callable<? extends T>... callables) throws InterruptedException {
        return Contest.race(Pull.checked(Arrays.asList(callables)));
    }

    /**
     * As {@link #race(Callable...)}.
     *
     * @param callables at least one
     * @param <T> their result; may be null
     * @return the value of the first
     * @throws TaskGroupException if the first failed
     * @throws IllegalArgumentException if there is no callable
     * @throws InterruptedException if the caller is cancelled or interrupted before one has ended
     */
    public static <T extends @Nullable Object> T race(Collection<? extends Callable<? extends T>> callables)
            throws InterruptedException {
        return Contest.race(Pull.checked(callables));
    }

    /**
     * Runs callables at once and returns the value of the first that succeeds. The others are cancelled, with a reason that names it, and awaited.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="any"}
     *
     * <p>Pitfall: a callable that is not done but returns null, or an empty answer, wins. Let it throw, or wait.
     *
     * <p>Pitfall: a loser may have succeeded as well, and its value is dropped. Do not let callables return what has to be given back, such as a connection; let them use
     * it, and return the answer.
     *
     * @param callables at least one
     * @param <T> their result; may be null
     * @return the value of the first success
     * @throws TaskGroupException if all failed, with every failure in the order in which they happened
     * @throws IllegalArgumentException if there is no callable
     * @throws InterruptedException if the caller is cancelled or interrupted before one has succeeded
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T extends @Nullable Object> T any(Callable<? extends T>... callables) throws InterruptedException {
        return Contest.<T>firstSuccessful("any", 1, Pull.checked(Arrays.asList(callables)))
                .getFirst();
    }

    /**
     * As {@link #any(Callable...)}.
     *
     * @param callables at least one
     * @param <T> their result; may be null
     * @return the value of the first success
     * @throws TaskGroupException if all failed, with every failure in the order in which they happened
     * @throws IllegalArgumentException if there is no callable
     * @throws InterruptedException if the caller is cancelled or interrupted before one has succeeded
     */
    public static <T extends @Nullable Object> T any(Collection<? extends Callable<? extends T>> callables)
            throws InterruptedException {
        return Contest.<T>firstSuccessful("any", 1, Pull.checked(callables)).getFirst();
    }

    /**
     * Runs callables at once and returns the values of the first n that succeed, as for a quorum. The others are cancelled and awaited. It gives up as soon as so many have
     * failed that there cannot be n successes any more.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="quorum"}
     *
     * @param n how many; at least 1, at most the number of callables
     * @param callables what to run
     * @param <T> their result; may be null
     * @return n values in the order in which they came; unmodifiable
     * @throws TaskGroupException if n successes have become impossible, with every failure in the order in which they happened
     * @throws IllegalArgumentException if n is less than 1, or more than there are callables
     * @throws InterruptedException if the caller is cancelled or interrupted before
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T extends @Nullable Object> List<T> firstSuccessful(int n, Callable<? extends T>... callables)
            throws InterruptedException {
        return Contest.firstSuccessful("firstSuccessful", n, Pull.checked(Arrays.asList(callables)));
    }

    /**
     * As {@link #firstSuccessful(int, Callable...)}.
     *
     * @param n how many; at least 1, at most the number of callables
     * @param callables what to run
     * @param <T> their result; may be null
     * @return n values in the order in which they came; unmodifiable
     * @throws TaskGroupException if n successes have become impossible, with every failure in the order in which they happened
     * @throws IllegalArgumentException if n is less than 1, or more than there are callables
     * @throws InterruptedException if the caller is cancelled or interrupted before
     */
    public static <T extends @Nullable Object> List<T> firstSuccessful(
            int n, Collection<? extends Callable<? extends T>> callables) throws InterruptedException {
        return Contest.firstSuccessful("firstSuccessful", n, Pull.checked(callables));
    }

    /**
     * Attempts something, and attempts it once more, at the same time, whenever the last attempt has taken a while or one has failed; the first success wins, and the other
     * attempts are cancelled and awaited.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="hedge"}
     *
     * <p>Do not use it for work that must not be done twice, nor against a service that is slow because it is overloaded. A delay near the slowest hundredth of the answers keeps the
     * additional load small.
     *
     * @param delay on the backend's clock, from the start of an attempt to that of the next; zero and negative start all at once
     * @param maxAttempts at least 1
     * @param callable runs on several tasks at once
     * @param <T> its result; may be null
     * @return the value of the first success
     * @throws TaskGroupException if all attempts failed, with every failure in the order in which they happened
     * @throws IllegalArgumentException if maxAttempts is less than 1
     * @throws InterruptedException if the caller is cancelled or interrupted before one has succeeded
     */
    public static <T extends @Nullable Object> T hedge(Duration delay, int maxAttempts, Callable<? extends T> callable)
            throws InterruptedException {
        return Contest.hedge(delay, maxAttempts, callable);
    }

    // ---- a source of items

    /**
     * Does something with each item of a source, at most {@code limit} at once, and returns all results.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="map"}
     *
     * <p>The source is pulled on the caller's thread, an item only when there is room for its task: it may be long, and lazy. What it throws leaves as it is, when all tasks have been
     * cancelled and have ended. A stream is a source as {@code stream::iterator}.
     *
     * <p><b>Memory.</b> Besides the list of results, what {@code limit} items need, however many there are.
     *
     * @param items the source; may be empty
     * @param limit at least 1
     * @param body what is done with an item, on a task of its own
     * @param <T> the item; may be null
     * @param <R> the result; may be null
     * @return the results in the order of the items; unmodifiable
     * @throws TaskGroupException if a task failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
            Iterable<? extends T> items, int limit, ItemBody<? super T, ? extends R> body) throws InterruptedException {
        return Pull.map(items, limit, body);
    }

    /**
     * As {@link #map}, but returns how each item ended: a failure cancels nothing, and is not thrown. What the source throws is.
     *
     * @param items the source; may be empty
     * @param limit at least 1
     * @param body what is done with an item, on a task of its own
     * @param <T> the item; may be null
     * @param <R> the result; may be null
     * @return the outcomes in the order of the items; unmodifiable
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> List<Outcome<R>> mapSettled(
            Iterable<? extends T> items, int limit, ItemBody<? super T, ? extends R> body) throws InterruptedException {
        return Pull.mapSettled(items, limit, body);
    }

    /**
     * As {@link #map}, without results: runs over a source of any length in constant memory.
     *
     * @param items the source; may be empty
     * @param limit at least 1
     * @param action what is done with an item, on a task of its own
     * @param <T> the item; may be null
     * @throws TaskGroupException if a task failed
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> void forEach(
            Iterable<? extends T> items, int limit, ItemAction<? super T> action) throws InterruptedException {
        Objects.requireNonNull(action, "action");
        Pull.forEach(items, limit, item -> {
            action.call(item);
            return null;
        });
    }

    /**
     * Does something with each item of a source, {@code size} items at once, and goes on to the next ones when all of these have ended. An item is not pulled before.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="batches"}
     *
     * <p>Do not use it only to limit what runs at once: a batch takes as long as its slowest item, and {@link #forEach} does not wait for that.
     *
     * @param items the source; may be empty
     * @param size at least 1; the last batch may be smaller
     * @param action what is done with an item, on a task of its own
     * @param <T> the item; may be null
     * @throws TaskGroupException if a task failed; no further batch is begun
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static <T extends @Nullable Object> void batches(
            Iterable<? extends T> items, int size, ItemAction<? super T> action) throws InterruptedException {
        Objects.requireNonNull(action, "action");
        Pull.batches(items, size, item -> {
            action.call(item);
            return null;
        });
    }

    /**
     * A stage of a stream that does something with each item, at most {@code limit} at once, and hands the results on in the order of the items.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="stream"}
     *
     * <p>What has been pulled from the stream and has not been handed on is never more than {@code limit} items. When the stream needs no more, as with {@code limit} or
     * {@code findFirst}, the tasks that are ahead are cancelled and awaited.
     *
     * <p><b>Failure.</b> The first failure ends the stream at once, also if the results before it have not been handed on: {@link TaskGroupException}. So a task that is ahead of what
     * {@code takeWhile} would have taken can fail the stream.
     *
     * <p><b>Cancellation.</b> A cancellation point for each item. Since a stream cannot throw {@link InterruptedException}, an unchecked
     * {@link java.util.concurrent.CancellationException} has it as its cause; scopes know it for a cancellation, and the status of an interrupt from elsewhere is set.
     *
     * <p>Pitfall: a stream whose source throws, and an iterator of a stream that is abandoned, end without telling this stage. What it has started is then cancelled and
     * awaited when the scope ends in which the stream was evaluated: a task, the body of a group, a {@link CancelScope}. Outside of all scopes it goes on to its end by itself;
     * so put such a stream into one.
     *
     * @param limit at least 1
     * @param body what is done with an item, on a task of its own
     * @param <T> the item; may be null
     * @param <R> the result; may be null
     * @return for {@link java.util.stream.Stream#gather}; any number of times
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> Gatherer<T, ?, R> mapConcurrent(
            int limit, ItemBody<? super T, ? extends R> body) {
        return StreamWindow.gatherer(/* ordered= */ true, limit, body);
    }

    /**
     * As {@link #mapConcurrent}, but hands each result on when it is there: a slow item holds no other one up.
     *
     * @param limit at least 1
     * @param body what is done with an item, on a task of its own
     * @param <T> the item; may be null
     * @param <R> the result; may be null
     * @return for {@link java.util.stream.Stream#gather}; any number of times
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> Gatherer<T, ?, R> mapConcurrentUnordered(
            int limit, ItemBody<? super T, ? extends R> body) {
        return StreamWindow.gatherer(/* ordered= */ false, limit, body);
    }

    // ---- tasks that are there already

    /**
     * Waits until a condition holds for tasks of any groups.
     *
     * <p><b>Failure.</b> Throws none of the tasks, and does not count as looking at one (F6). <b>Cancellation.</b> Cancelling the caller cancels none of the tasks.
     *
     * @param tasks what to wait for; if there is none, it returns at once
     * @param until the condition
     * @param <K> their type
     * @return which of them had terminated then
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws IllegalStateException if one of the tasks waits for the caller, by structure or, for {@link WaitUntil#ALL_DONE}, through others
     */
    public static <K extends Task<?>> Waited<K> await(Collection<? extends K> tasks, WaitUntil until)
            throws InterruptedException {
        return Completions.await(tasks, until, Deadline.NONE);
    }

    /**
     * As {@link #await(Collection, WaitUntil)}, for at most a time. That the time is over is no failure: the tasks go on, and are in {@link Waited#pending}.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="await"}
     *
     * @param tasks what to wait for; if there is none, it returns at once
     * @param until the condition
     * @param timeout on the backend's clock; zero and negative do not wait
     * @param <K> their type
     * @return which of them had terminated then
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws IllegalStateException as {@link #await(Collection, WaitUntil)}
     */
    public static <K extends Task<?>> Waited<K> await(Collection<? extends K> tasks, WaitUntil until, Duration timeout)
            throws InterruptedException {
        return Completions.await(tasks, until, Deadline.after(timeout));
    }

    /**
     * Tasks of any groups in the order in which they terminate.
     *
     * {@snippet class="dev.espalier.GuideTasksExamples" region="asCompleted"}
     *
     * <p>It starts nothing, and an iterator may be abandoned; it leaves a small trace at the tasks that have not terminated until they do. To wait again and again for the
     * first of tasks that live long, use {@link #await(Collection, WaitUntil) await} with {@link WaitUntil#FIRST_DONE}.
     *
     * <p><b>Cancellation.</b> {@code next} waits, and is a cancellation point. Since an iterator cannot throw {@link InterruptedException}, an unchecked
     * {@link java.util.concurrent.CancellationException} has it as its cause; scopes know it for a cancellation, and the status of an interrupt from elsewhere is set. Nothing
     * is lost with it: another {@code next} gives the same task.
     *
     * @param tasks each is returned once
     * @param <K> their type
     * @return each iterator waits for itself; {@code hasNext} does not wait
     */
    public static <K extends Task<?>> Iterable<K> asCompleted(Collection<? extends K> tasks) {
        return Completions.asCompleted(tasks);
    }

    // ---- time

    /**
     * Waits, on the backend's clock: as {@link Thread#sleep(Duration)}, but on virtual time where the backend has it.
     *
     * <p><b>Cancellation.</b> Always a cancellation point, also for zero and negative durations.
     *
     * @param duration how long; zero and negative return at once
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public static void sleep(Duration duration) throws InterruptedException {
        Sleep.sleep(duration);
    }
}
