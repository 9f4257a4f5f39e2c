// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.ItemBody;
import dev.espalier.TaskGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stages that work on items one after the other, at the same time: each stage has its own limit, channels between them hold the fast ones back, and all of it is one task group that ends when the
 * pipeline does.
 *
 * {@snippet class="dev.espalier.channels.GuideChannelsExamples" region="pipeline"}
 *
 * <p>A pipeline is a description; nothing runs before {@link #forEach}, {@link #toList} or {@link #consume}, and each of these runs it anew. For one step over the items of a list,
 * {@link dev.espalier.Tasks#map} is enough.
 *
 * <p><b>Failure.</b> The first failure of a stage or of the source cancels everything and is thrown as {@link dev.espalier.TaskGroupException}; what the consumer on the calling thread throws leaves as it is (K2).
 *
 * <p><b>Cancellation.</b> That of the caller cancels all stages. <b>Threads.</b> The consumer runs on the calling thread, each stage in as many tasks as its limit. What it returns, or throws, it
 * does when every task has terminated (K1). <b>Memory.</b> Of each stage, its limit and its buffer are on the way at most.
 *
 * <p>Pitfall: a consumer that returns early cancels the stages, in the middle of what they do. What they must not leave half done belongs in a shield.
 *
 * <p>From: Go's pipelines of channels; the {@code flow} stages of Jox and Kotlin.
 *
 * @param <T> the items that come out
 * @since 0.1
 */
public final class Pipeline<T> {
    private static final int BUFFER = 16;

    /** Starts the stages in a group. */
    private interface Start<T> {
        Source<T> in(TaskGroup group, int capacity);
    }

    /** What a stage does with an item: sends what comes of it, in order or not. */
    private interface Work<T, R> {
        Producer<R> worker(Source<T> from);
    }

    private final Start<T> start;
    private final int capacity;

    private Pipeline(Start<T> start, int capacity) {
        this.start = start;
        this.capacity = capacity;
    }

    // ---- sources

    /**
     * Items of something that can be iterated.
     *
     * @param items pulled one at a time, by one task; of a stream, {@code stream::iterator}
     * @param <T> the items
     * @return a pipeline
     */
    public static <T> Pipeline<T> of(Iterable<? extends T> items) {
        Objects.requireNonNull(items, "items");
        return produced("source", sink -> sink.sendAll(items));
    }

    /**
     * Items that a piece of code sends.
     *
     * @param name of its task
     * @param producer runs in one task
     * @param <T> the items
     * @return a pipeline
     */
    public static <T> Pipeline<T> produced(String name, Producer<T> producer) {
        Objects.requireNonNull(producer, "producer");
        Objects.requireNonNull(name, "name");
        return new Pipeline<>(
                (group, capacity) -> Source.produce(group, capacity, o -> o.name(name), List.of(producer)), BUFFER);
    }

    /**
     * Items of a source, which other consumers may share.
     *
     * @param source received from by the first stage
     * @param <T> the items
     * @return a pipeline
     */
    public static <T> Pipeline<T> from(Source<T> source) {
        Objects.requireNonNull(source, "source");
        return new Pipeline<>((_, _) -> source, BUFFER);
    }

    // ---- stages

    /**
     * Makes something of each item, in the order of the items. An item that takes long holds back those behind it, of which at most the limit are on the way.
     *
     * @param name of its tasks
     * @param limit how many items at once; at least 1
     * @param body what is done with each; its result is not null
     * @param <R> the results
     * @return a longer pipeline
     */
    public <R> Pipeline<R> map(String name, int limit, ItemBody<? super T, ? extends R> body) {
        Objects.requireNonNull(body, "body");
        return stage(name, limit, from -> {
            var order = new Order<T>(from);
            return sink -> order.each((item, turn) -> {
                R result = checked(name, body.call(item));
                turn.await();
                sink.send(result);
            });
        });
    }

    /**
     * Makes something of each item, and hands on what is ready first.
     *
     * @param name of its tasks
     * @param limit how many items at once; at least 1
     * @param body what is done with each; its result is not null
     * @param <R> the results
     * @return a longer pipeline
     */
    public <R> Pipeline<R> mapUnordered(String name, int limit, ItemBody<? super T, ? extends R> body) {
        Objects.requireNonNull(body, "body");
        return expand(name, limit, (item, sink) -> sink.send(checked(name, body.call(item))));
    }

    /**
     * Sends any number of results for each item, none included, in no particular order if the limit is above 1.
     *
     * @param name of its tasks
     * @param limit how many items at once; at least 1
     * @param expansion what is done with each
     * @param <R> the results
     * @return a longer pipeline
     */
    public <R> Pipeline<R> expand(String name, int limit, Expansion<? super T, R> expansion) {
        Objects.requireNonNull(expansion, "expansion");
        return stage(
                name,
                limit,
                from -> sink -> from.forEach((Source.Receiver<T, Exception>) item -> expansion.expand(item, sink)));
    }

    /**
     * What a stage does with an item.
     *
     * @param <T> the items
     * @param <R> the results
     * @since 0.1
     */
    @FunctionalInterface
    public interface Expansion<T, R> {
        /**
         * Runs in a task of the stage.
         *
         * @param item one item
         * @param sink takes the results
         * @throws Exception whatever goes wrong: the stage's failure
         */
        void expand(T item, Sink<R> sink) throws Exception;
    }

    /**
     * Everything from this pipeline and another, as it comes: fan-in.
     *
     * @param other runs beside this one
     * @return a pipeline
     */
    public Pipeline<T> merge(Pipeline<? extends T> other) {
        Objects.requireNonNull(other, "other");
        return new Pipeline<>(
                (group, room) -> {
                    var sources = new ArrayList<Source<? extends T>>();
                    sources.add(begin(group));
                    sources.add(other.begin(group));
                    return Source.merge(group, room, sources);
                },
                BUFFER);
    }

    /**
     * How many results of the last stage may wait for the next one; 16 if nothing is said.
     *
     * @param capacity 0 for a rendezvous
     * @return the same pipeline with it
     */
    public Pipeline<T> buffer(int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("capacity is " + capacity + "; it must be at least 0, for a rendezvous");
        }
        return new Pipeline<>(start, capacity);
    }

    private <R> Pipeline<R> stage(String name, int limit, Work<T, R> work) {
        Objects.requireNonNull(name, "name");
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be at least 1");
        }
        return new Pipeline<>(
                (group, room) -> {
                    Producer<R> worker = work.worker(begin(group));
                    return Source.produce(group, room, o -> o.name(name), Collections.nCopies(limit, worker));
                },
                BUFFER);
    }

    private static <R> R checked(String stage, @Nullable R result) {
        if (result == null) {
            throw new NullPointerException("stage '" + stage
                    + "' returned null; a channel has no null items: use expand to leave results out, or"
                    + " return an Optional");
        }
        return result;
    }

    private Source<T> begin(TaskGroup group) {
        return start.in(group, capacity);
    }

    // ---- running

    /**
     * Runs it, and gives what comes out to a consumer on the calling thread. When that returns, whatever still runs is cancelled.
     *
     * @param consumer what is done with the items; it need not take all
     * @param <R> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws dev.espalier.TaskGroupException if a stage fails
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public <R extends @Nullable Object, X extends Exception> R consume(Consumer<? super T, R, X> consumer)
            throws X, InterruptedException {
        Objects.requireNonNull(consumer, "consumer");
        return TaskGroup.<R, X>call(options -> options.name("pipeline"), group -> consumer.consume(begin(group)));
    }

    /**
     * What is done with what comes out of a pipeline.
     *
     * @param <T> the items
     * @param <R> its result
     * @param <X> what it throws
     * @since 0.1
     */
    @FunctionalInterface
    public interface Consumer<T, R extends @Nullable Object, X extends Exception> {
        /**
         * Runs on the thread that runs the pipeline.
         *
         * @param source gives the items; only while this runs
         * @return the result
         * @throws X whatever goes wrong
         * @throws InterruptedException if it is cancelled or interrupted
         */
        R consume(Source<? extends T> source) throws X, InterruptedException;
    }

    /**
     * Runs it, and does something with each item, on the calling thread.
     *
     * @param action gets each item
     * @param <X> what it throws; it ends the pipeline
     * @throws X what it throws
     * @throws dev.espalier.TaskGroupException if a stage fails
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public <X extends Exception> void forEach(Source.Receiver<? super T, X> action) throws X, InterruptedException {
        Objects.requireNonNull(action, "action");
        Object _ = this.<@Nullable Object, X>consume(source -> {
            source.forEach(action);
            return null;
        });
    }

    /**
     * Runs it, and returns all that comes out.
     *
     * @return in the order in which it came
     * @throws dev.espalier.TaskGroupException if a stage fails
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public List<T> toList() throws InterruptedException {
        var list = new ArrayList<T>();
        this.<RuntimeException>forEach(list::add);
        return Collections.unmodifiableList(list);
    }
}
