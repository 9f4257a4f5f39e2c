// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import com.softwaremill.jox.SelectClause;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that a {@link Select} may do. Its function makes the result of the select; it runs on the calling thread, after everything else, and what it throws leaves the select as
 * it is. An item that was received is then received.
 *
 * <p>A clause may be used in several selects.
 *
 * @param <R> the result
 * @since 0.1
 */
public final class Clause<R extends @Nullable Object> {
    private enum Kind {
        RECEIVE,
        RECEIVE_OR_DONE,
        SEND,
        TIMEOUT,
        OTHERWISE
    }

    private final Kind kind;
    private final @Nullable Conduit<?> conduit;
    private final @Nullable Object item;
    private final @Nullable Duration timeout;
    /** Gets the item; null where there is none. */
    private final Function<@Nullable Object, ? extends R> result;

    private Clause(
            Kind kind,
            @Nullable Conduit<?> conduit,
            @Nullable Object item,
            @Nullable Duration timeout,
            Function<@Nullable Object, ? extends R> result) {
        this.kind = kind;
        this.conduit = conduit;
        this.item = item;
        this.timeout = timeout;
        this.result = result;
    }

    /**
     * Receives an item. If the channel is done, the select throws {@link ChannelDoneException}.
     *
     * @param source where from
     * @param result what to make of the item
     * @param <T> the items
     * @param <R> the result
     * @return a clause
     */
    public static <T, R extends @Nullable Object> Clause<R> receive(
            Source<T> source, Function<? super T, ? extends R> result) {
        Objects.requireNonNull(result, "result");
        Conduit<T> conduit = ((Channel<T>) source).conduit;
        return new Clause<>(
                Kind.RECEIVE, conduit, null, null, item -> result.apply(conduit.item(Objects.requireNonNull(item))));
    }

    /**
     * Receives an item, or notices that there will be none. A channel that is done is always ready: leave it out of the next select.
     *
     * @param source where from
     * @param result what to make of the item; empty if the channel is done
     * @param <T> the items
     * @param <R> the result
     * @return a clause
     */
    public static <T, R extends @Nullable Object> Clause<R> receiveOrDone(
            Source<T> source, Function<? super Optional<T>, ? extends R> result) {
        Objects.requireNonNull(result, "result");
        Conduit<T> conduit = ((Channel<T>) source).conduit;
        return new Clause<>(
                Kind.RECEIVE_OR_DONE,
                conduit,
                null,
                null,
                item -> result.apply(item == null ? Optional.empty() : Optional.of(conduit.item(item))));
    }

    /**
     * Sends an item. If the channel is closed, the select throws {@link ChannelClosedException}. If another clause is chosen, the item was not handed over. While other senders wait for
     * room in a buffered channel, they go first.
     *
     * @param sink where to
     * @param item not null
     * @param result what comes of it
     * @param <T> the items
     * @param <R> the result
     * @return a clause
     */
    public static <T, R extends @Nullable Object> Clause<R> send(Sink<T> sink, T item, Supplier<? extends R> result) {
        Objects.requireNonNull(result, "result");
        Conduit.check(item);
        return new Clause<>(Kind.SEND, ((Channel<T>) sink).conduit, item, null, _ -> result.get());
    }

    /**
     * Is chosen when no other clause was ready within a time.
     *
     * @param timeout on the backend's clock, from the start of the select; zero and negative are {@link #otherwise}
     * @param result what comes of it
     * @param <R> the result
     * @return a clause; one in a select
     */
    public static <R extends @Nullable Object> Clause<R> timeout(Duration timeout, Supplier<? extends R> result) {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(result, "result");
        return timeout.isPositive()
                ? new Clause<>(Kind.TIMEOUT, null, null, timeout, _ -> result.get())
                : otherwise(result);
    }

    /**
     * Is chosen when no other clause is ready now: a select with it does not wait.
     *
     * @param result what comes of it
     * @param <R> the result
     * @return a clause; one in a select
     */
    public static <R extends @Nullable Object> Clause<R> otherwise(Supplier<? extends R> result) {
        Objects.requireNonNull(result, "result");
        return new Clause<>(Kind.OTHERWISE, null, null, null, _ -> result.get());
    }

    // ---- for Select

    /** The channel; null if it is about none. */
    @Nullable
    Conduit<?> conduit() {
        return conduit;
    }

    @Nullable
    Duration timeout() {
        return timeout;
    }

    boolean isOtherwise() {
        return kind == Kind.OTHERWISE;
    }

    boolean acceptsDone() {
        return kind == Kind.RECEIVE_OR_DONE;
    }

    /** Whether it can never be chosen: the channel has failed, or is closed for sending. */
    boolean hasEnded() {
        Conduit<?> of = Objects.requireNonNull(conduit);
        return of.failure() != null || (kind == Kind.SEND && of.isClosed());
    }

    /** Whether it waits for room in a buffer: see Selects. */
    boolean wantsRoom() {
        return kind == Kind.SEND && Objects.requireNonNull(conduit).isBuffered();
    }

    /** The side of the channel that the caller is on. */
    Side side() {
        Conduit<?> of = Objects.requireNonNull(conduit);
        return kind == Kind.SEND ? of.senders : of.receivers;
    }

    /** What Jox is to do; its result names this clause. */
    SelectClause<Chosen> below() {
        Conduit<?> of = Objects.requireNonNull(conduit);
        return kind == Kind.SEND ? send(of) : receive(of);
    }

    @SuppressWarnings("unchecked") // the item is one of the channel's, as send() knew
    private <T> SelectClause<Chosen> send(Conduit<T> of) {
        return of.jox.sendClause((T) Objects.requireNonNull(item), () -> new Chosen(this, null));
    }

    private <T> SelectClause<Chosen> receive(Conduit<T> of) {
        return of.jox.receiveClause(received -> new Chosen(this, received));
    }

    RuntimeException closed() {
        Conduit<?> of = Objects.requireNonNull(conduit);
        return kind == Kind.SEND ? of.closedForSending() : of.closedForReceiving();
    }

    R result(@Nullable Object received) {
        return result.apply(received);
    }

    /** The clause that a select has come to. */
    record Chosen(Clause<?> clause, @Nullable Object received) {}
}
