// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import com.softwaremill.jox.ChannelClosed;
import com.softwaremill.jox.ChannelDone;
import com.softwaremill.jox.ChannelError;
import com.softwaremill.jox.SelectClause;
import dev.espalier.CancelScope;
import dev.espalier.channels.Clause.Chosen;
import dev.espalier.channels.Side.Slot;
import dev.espalier.internal.Blocking;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link Select}.
 *
 * @param <R> the result
 */
final class Selection<R extends @Nullable Object> implements Blocking.Obstacle {
    /*
     * Jox's select is registered with all channels at once and chosen once, by a compare-and-set of its state. It prefers clauses that come first; so for `any` they are
     * shuffled before. The numbers for that come from the first channel and not from a generator of the thread, so that a simulation replays them.
     *
     * A timeout is a scope: its timer interrupts the wait as any deadline does, on the backend's clock (T7). If an item came at that moment, the body of the scope has a
     * value, and that is what counts (C5).
     *
     * The clauses' functions run at the end, outside of the scope and when the calls are over: what they throw or wait for is theirs.
     */
    private final Clause<?>[] channels;
    private final @Nullable Clause<?> otherwise;
    private final @Nullable Clause<?> timeout;

    Selection(Clause<? extends R>[] clauses, boolean shuffle) {
        channels = Stream.of(clauses).filter(clause -> clause.conduit() != null).toArray(Clause<?>[]::new);
        otherwise = only(clauses, Clause::isOtherwise);
        timeout = only(clauses, clause -> clause.timeout() != null);
        if (otherwise != null && timeout != null) {
            throw new IllegalArgumentException(
                    "a select with otherwise does not wait, so its timeout means nothing; leave one of them out");
        }
        if (channels.length == 0) {
            throw new IllegalArgumentException(
                    "a select needs a clause that sends or receives; to wait for a time only, use Tasks.sleep");
        }
        for (int i = 0; i < channels.length; i++) {
            for (int j = 0; j < i; j++) {
                if (channels[i].conduit() == channels[j].conduit()) {
                    throw new IllegalArgumentException(Objects.requireNonNull(channels[i].conduit())
                                    .describe() + " is in two clauses of a select; a channel may be in one");
                }
            }
        }
        if (shuffle) {
            shuffle();
        }
    }

    private static @Nullable Clause<?> only(Clause<?>[] clauses, Predicate<? super Clause<?>> wanted) {
        Clause<?>[] found = Stream.of(clauses).filter(wanted).toArray(Clause<?>[]::new);
        if (found.length > 1) {
            throw new IllegalArgumentException(
                    "a select has one timeout or otherwise at most, and not " + found.length);
        }
        return found.length == 0 ? null : found[0];
    }

    /** Fisher and Yates, with the numbers of SplitMix64. */
    private void shuffle() {
        long seed = Objects.requireNonNull(channels[0].conduit()).draw() * 0x9E3779B97F4A7C15L;
        for (int i = channels.length - 1; i > 0; i--) {
            seed += 0x9E3779B97F4A7C15L;
            long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            int j = (int) Long.remainderUnsigned(z ^ (z >>> 31), i + 1);
            Clause<?> other = channels[i];
            channels[i] = channels[j];
            channels[j] = other;
        }
    }

    // ---- the run

    @SuppressWarnings("unchecked") // the clauses are of R, as the factories' signatures say
    R run() throws InterruptedException {
        Duration limit = timeout == null ? null : timeout.timeout();
        Optional<Chosen> chosen = limit == null
                ? Optional.of(call())
                : CancelScope.<Chosen, RuntimeException>moveOnAfter(limit, this::call);
        if (chosen.isEmpty()) {
            return (R) Objects.requireNonNull(timeout).result(null);
        }
        return (R) chosen.get().clause().result(chosen.get().received());
    }

    /** A blocking call. */
    private Chosen call() throws InterruptedException {
        SelectClause<?>[] below = Stream.of(channels).map(Clause::below).toArray(SelectClause<?>[]::new);
        Object who = Blocking.enter(this);
        var slots = new @Nullable Slot[channels.length];
        for (int i = 0; i < channels.length; i++) {
            slots[i] = channels[i].side().enter(who);
        }
        Object result = null;
        try {
            result = otherwise == null ? await(below) : attempt(below, otherwise);
        } catch (InterruptedException e) {
            throw Blocking.interrupted(who);
        } catch (Error e) {
            for (Clause<?> clause : channels) {
                Error _ = Objects.requireNonNull(clause.conduit()).broken(e);
            }
            throw e;
        } finally {
            for (int i = 0; i < channels.length; i++) {
                boolean moved = result instanceof Chosen chosen && chosen.clause() == channels[i];
                channels[i].side().leave(slots[i], who, moved);
            }
            Blocking.leave(who);
        }
        if (result instanceof Chosen chosen) {
            return chosen;
        }
        Blocking.checkCancelled(who);
        Clause<?> ended = of((ChannelClosed) Objects.requireNonNull(result));
        if (result instanceof ChannelDone && ended.acceptsDone()) {
            return new Chosen(ended, null);
        }
        throw ended.closed();
    }

    private static Object attempt(SelectClause<?>[] below, Clause<?> otherwise) throws InterruptedException {
        SelectClause<?>[] all = Arrays.copyOf(below, below.length + 1);
        all[below.length] = com.softwaremill.jox.Select.defaultClause(new Chosen(otherwise, null));
        return com.softwaremill.jox.Select.selectOrClosed(all);
    }

    private Object await(SelectClause<?>[] below) throws InterruptedException {
        int watched = 0;
        try {
            for (; watched < channels.length; watched++) {
                Stalls stalls = stalls(watched);
                if (stalls != null) {
                    stalls.waits();
                }
            }
            return com.softwaremill.jox.Select.selectOrClosed(below);
        } finally {
            for (int i = 0; i < watched; i++) {
                Stalls stalls = stalls(i);
                if (stalls != null) {
                    stalls.goesOn();
                }
            }
        }
    }

    private @Nullable Stalls stalls(int channel) {
        return Objects.requireNonNull(channels[channel].conduit()).stalls;
    }

    private Clause<?> of(ChannelClosed closed) {
        Object ended = closed instanceof ChannelError failed ? failed.channel() : ((ChannelDone) closed).channel();
        for (Clause<?> clause : channels) {
            if (Objects.requireNonNull(clause.conduit()).jox == ended) {
                return clause;
            }
        }
        throw new AssertionError("a channel that is not in the select");
    }

    @Override
    public String describe() {
        return "one of "
                + Stream.of(channels).map(clause -> clause.side().describe()).collect(Collectors.joining(", "));
    }
}
