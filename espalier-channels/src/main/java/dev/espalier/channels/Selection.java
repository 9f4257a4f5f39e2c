// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import com.softwaremill.jox.ChannelClosed;
import com.softwaremill.jox.ChannelDone;
import com.softwaremill.jox.ChannelError;
import com.softwaremill.jox.SelectClause;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.channels.Clause.Chosen;
import dev.espalier.channels.Side.Slot;
import dev.espalier.internal.Blocking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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
     * A run tries all clauses, without waiting. If none is ready, it enters each channel (see Selects for why), tries those again that Jox cannot wait for, and waits in Jox for the others and for its
     * bell. The bell means: something has happened that Jox does not tell; leave all channels, and begin again. Trying is safe anywhere: it ends on the thread that began it, without
     * waiting between.
     *
     * A timeout is a scope: its timer interrupts the wait as any deadline does, on the backend's clock (T7). If an item came at that moment, the body of the scope has a
     * value, and that is what counts (C5).
     *
     * The clauses' functions run at the end, outside of the scope and when the calls are over: what they throw or wait for is theirs.
     *
     * Fields: `bell` is made before the first channel is entered, and read by who has found this select in Selects. `rung` keeps a bell from being rung twice before it is heard: who finds it set
     * has done what it tells of before the select takes it back and tries again.
     */
    /** What Jox answers if nothing is ready, or the bell has rung. */
    private static final Object NOTHING = new Object();

    private final Clause<?>[] channels;
    private final @Nullable Clause<?> otherwise;
    private final @Nullable Clause<?> timeout;
    private com.softwaremill.jox.@Nullable Channel<Boolean> bell;
    private final AtomicBoolean rung = new AtomicBoolean();

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
                    throw new IllegalArgumentException(conduit(channels[i]).describe()
                            + " is in two clauses of a select; a channel may be in one");
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
        long seed = conduit(channels[0]).draw() * 0x9E3779B97F4A7C15L;
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
        Object who = Blocking.enter(this);
        var slots = new @Nullable Slot[channels.length];
        for (int i = 0; i < channels.length; i++) {
            slots[i] = channels[i].side().enter(who);
        }
        Object result = null;
        try {
            result = attempt();
            if (result == NOTHING && otherwise == null) {
                result = watched();
            }
        } catch (CancelledException e) {
            throw e;
        } catch (InterruptedException e) {
            throw Blocking.interrupted(who);
        } catch (Error e) {
            for (Clause<?> clause : channels) {
                Error _ = conduit(clause).broken(e);
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
            if (chosen.received() != null) {
                conduit(chosen.clause()).selects.received();
            }
            return chosen;
        }
        if (otherwise != null && result == NOTHING) {
            return new Chosen(otherwise, null);
        }
        Blocking.checkCancelled(who);
        Clause<?> ended =
                result instanceof Clause<?> clause ? clause : of((ChannelClosed) Objects.requireNonNull(result));
        if (result instanceof ChannelDone && ended.acceptsDone()) {
            return new Chosen(ended, null);
        }
        throw ended.closed();
    }

    /** Does what is ready now; a clause, if that cannot be done any more. */
    private Object attempt() throws InterruptedException {
        for (Clause<?> clause : channels) {
            if (clause.hasEnded()) {
                return clause;
            }
        }
        return below(_ -> true, com.softwaremill.jox.Select.defaultClause(NOTHING));
    }

    /** Waits, and is reported if nothing moves. */
    private Object watched() throws InterruptedException {
        int watched = 0;
        try {
            for (; watched < channels.length; watched++) {
                Stalls stalls = conduit(channels[watched]).stalls;
                if (stalls != null) {
                    stalls.waits();
                }
            }
            return await();
        } finally {
            for (int i = 0; i < watched; i++) {
                Stalls stalls = conduit(channels[i]).stalls;
                if (stalls != null) {
                    stalls.goesOn();
                }
            }
        }
    }

    private Object await() throws InterruptedException {
        com.softwaremill.jox.Channel<Boolean> mine = com.softwaremill.jox.Channel.newUnlimitedChannel();
        bell = mine;
        boolean wantsRoom = Stream.of(channels).anyMatch(Clause::wantsRoom);
        Object result = NOTHING;
        while (result == NOTHING) {
            rung.set(false);
            Conduit<?> closing = null;
            int entered = 0;
            try {
                while (closing == null && entered < channels.length) {
                    Clause<?> clause = channels[entered];
                    if (conduit(clause).selects.enter(this, clause.wantsRoom())) {
                        entered++;
                    } else {
                        closing = conduit(clause);
                    }
                }
                if (closing == null && wantsRoom) {
                    result = attempt(); // there may be room since before we could be told
                }
                if (closing == null && result == NOTHING) {
                    result = below(clause -> !clause.wantsRoom(), mine.receiveClause(_ -> NOTHING));
                }
            } finally {
                for (int i = 0; i < entered; i++) {
                    conduit(channels[i]).selects.leave(this, channels[i].wantsRoom());
                }
            }
            if (closing != null) {
                closing.selects.awaitOver();
                result = attempt();
            }
        }
        return result;
    }

    private Object below(Predicate<Clause<?>> wanted, SelectClause<?> last) throws InterruptedException {
        var clauses = new ArrayList<SelectClause<?>>(channels.length + 1);
        for (Clause<?> clause : channels) {
            if (wanted.test(clause)) {
                clauses.add(clause.below());
            }
        }
        clauses.add(last);
        return com.softwaremill.jox.Select.selectOrClosed(clauses.toArray(SelectClause<?>[]::new));
    }

    /** Something has happened: by any thread. */
    void ring() {
        com.softwaremill.jox.Channel<Boolean> rings = bell;
        if (rings != null && rung.compareAndSet(false, true)) {
            try {
                Object _ = rings.sendOrClosed(true);
            } catch (InterruptedException e) {
                throw new AssertionError("an unlimited channel does not make a sender wait", e);
            }
        }
    }

    private static Conduit<?> conduit(Clause<?> clause) {
        return Objects.requireNonNull(clause.conduit());
    }

    private Clause<?> of(ChannelClosed closed) {
        Object ended = closed instanceof ChannelError failed ? failed.channel() : ((ChannelDone) closed).channel();
        for (Clause<?> clause : channels) {
            if (conduit(clause).jox == ended) {
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
