// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import com.softwaremill.jox.ChannelClosed;
import com.softwaremill.jox.SelectClause;
import dev.espalier.channels.Side.Slot;
import dev.espalier.internal.Blocking;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Channel} does: the calls of Jox, with what a task group needs around them.
 *
 * @param <T> the items
 */
final class Conduit<T> {
    /*
     * Jox moves the items: its queue, its parking, its hand-over. Here is what it does not know.
     *
     * Cancellation. Jox knows interrupts. Each call begins with a checkpoint (Blocking.enter), so it is level-triggered (C7); a cancellation that
     * comes later interrupts the parked thread, and the InterruptedException is translated. An interrupt that meets a hand-over is decided by one compare-and-set in
     * Jox (Continuation.await, SelectInstance.checkStateAndWait): if the interrupt was first, the cell is marked, the other party tries the next cell, and
     * the call throws; if the hand-over was first, Jox restores the interrupt status, and the call returns what it got. So a send that throws has handed over
     * nothing, and a receive that got something returns it; the cancellation is noticed by the next call.
     *
     * States, in `end`
     *   null          open
     *   DONE          closed: what was sent is still received, also from senders that wait
     *   End(cause)    failed: what was not received is discarded, and everybody gets the cause
     * null -> DONE and null -> End(cause) by one compare-and-set, so that the first close or fail counts. Whoever wins closes Jox's channel afterwards, or the last select that waits on it does (Selects). Who calls
     * sees `end` before Jox is closed, and so the reason is always known when Jox answers that it is.
     *
     * Failing. Jox marks the cells of a failed channel by recursion, one frame for each 32 cells: with some hundred thousand items that overflows the stack, and
     * leaves waiting threads behind. When there are many, it happens on a thread with a stack that is large enough. Calls look at `end` first, so nothing is added
     * meanwhile.
     *
     * An Error in the middle of Jox's algorithm (no memory for a segment, no stack) can leave a cell that nobody will ever fill. Then nobody can say what is in the channel;
     * so it fails, with that Error as its cause, and whoever waits learns of it.
     *
     * Why try first when stalls are reported: only a call that finds nothing to do at once needs a timer.
     */
    private static final End DONE = new End(null);

    /** From so many cells on, Jox is not trusted to close them on the caller's stack. */
    private static final long MANY = 10_000;

    private static final long STACK_PER_SEGMENT = 512;
    private static final int CELLS_PER_SEGMENT = 32;

    /** In place of the item, if there is none now. */
    private static final Object NOTHING = new Object();

    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(Conduit.class, "end", End.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How a channel ended: done, if there is no cause. */
    private record End(@Nullable Throwable cause) {}

    static final int UNLIMITED = Integer.MAX_VALUE;

    final com.softwaremill.jox.Channel<T> jox;
    final Side senders;
    final Side receivers;
    final @Nullable Stalls stalls;
    final Selects selects = new Selects();
    private final String name;
    private final int capacity;
    private volatile @Nullable End end;
    /** Drawn from by selects, to be fair; several at once may get the same, which does no harm. */
    private long draws;

    Conduit(int capacity, ChannelOptions options) {
        this.capacity = capacity;
        this.name = options.nameOrNext();
        this.jox = switch (capacity) {
            case 0 -> com.softwaremill.jox.Channel.newRendezvousChannel();
            case UNLIMITED -> com.softwaremill.jox.Channel.newUnlimitedChannel();
            default -> com.softwaremill.jox.Channel.newBufferedChannel(capacity);
        };
        this.senders = new Side("a receiver of channel '" + name + "'");
        this.receivers = new Side("an item from channel '" + name + "'");
        var after = options.stalledAfter();
        this.stalls = after == null ? null : new Stalls(describe(), after, this::statistics);
    }

    boolean isBuffered() {
        return capacity != 0 && capacity != UNLIMITED;
    }

    String describe() {
        return "channel '" + name + "'";
    }

    // ---- sending

    void send(T item) throws InterruptedException {
        check(item);
        Object who = Blocking.enter(senders);
        Slot slot = senders.enter(who);
        boolean sent = false;
        try {
            if (end == null) {
                sent = stalls == null ? jox.sendOrClosed(item) == null : sendWatched(item, stalls);
            }
        } catch (InterruptedException e) {
            throw Blocking.interrupted(who);
        } catch (Error e) {
            throw broken(e);
        } finally {
            senders.leave(slot, who, sent);
            Blocking.leave(who);
        }
        if (!sent) {
            Blocking.checkCancelled(who);
            throw closedForSending();
        }
    }

    private boolean sendWatched(T item, Stalls watch) throws InterruptedException {
        Object tried = attempt(jox.sendClause(item, () -> item));
        if (tried != NOTHING) {
            return tried == item;
        }
        watch.waits();
        try {
            return jox.sendOrClosed(item) == null;
        } finally {
            watch.goesOn();
        }
    }

    boolean trySend(T item) {
        check(item);
        Object tried = end == null ? attempt(jox.sendClause(item, () -> item)) : null;
        if (tried == item) {
            senders.count();
            return true;
        }
        if (tried == NOTHING) {
            return false;
        }
        throw closedForSending();
    }

    static void check(@Nullable Object item) {
        if (item == null) {
            throw new NullPointerException(
                    "the item is null; a channel has no null items: send an Optional, or leave it out");
        }
        if (item instanceof ChannelClosed) {
            throw new IllegalArgumentException(
                    "the item is a " + item.getClass().getName()
                            + ", which the library below uses as a mark; send something that holds it");
        }
    }

    RuntimeException closedForSending() {
        Throwable cause = failure();
        return cause != null ? failed(cause) : new ChannelClosedException(describe());
    }

    // ---- receiving

    /** The next item; null if the channel is done. */
    @Nullable
    T receive() throws InterruptedException {
        Object who = Blocking.enter(receivers);
        Slot slot = receivers.enter(who);
        Object got = null;
        boolean received = false;
        try {
            if (failure() == null) {
                got = stalls == null ? jox.receiveOrClosed() : receiveWatched(stalls);
                received = !(got instanceof ChannelClosed);
            }
        } catch (InterruptedException e) {
            throw Blocking.interrupted(who);
        } catch (Error e) {
            throw broken(e);
        } finally {
            receivers.leave(slot, who, received);
            Blocking.leave(who);
        }
        if (!received) {
            Blocking.checkCancelled(who);
            throwIfFailed();
            return null;
        }
        selects.received();
        return item(Objects.requireNonNull(got));
    }

    private Object receiveWatched(Stalls watch) throws InterruptedException {
        Object tried = attempt(jox.receiveClause());
        if (tried != NOTHING) {
            return tried;
        }
        watch.waits();
        try {
            return jox.receiveOrClosed();
        } finally {
            watch.goesOn();
        }
    }

    /** The next item, if it is there; null if not. */
    @Nullable
    T tryReceive() {
        Object tried = failure() == null ? attempt(jox.receiveClause()) : null;
        if (tried == NOTHING) {
            return null;
        }
        if (tried == null || tried instanceof ChannelClosed) {
            throw closedForReceiving();
        }
        receivers.count();
        selects.received();
        return item(tried);
    }

    RuntimeException closedForReceiving() {
        Throwable cause = failure();
        return cause != null ? failed(cause) : new ChannelDoneException(describe());
    }

    void throwIfFailed() {
        Throwable cause = failure();
        if (cause != null) {
            throw failed(cause);
        }
    }

    private ChannelFailedException failed(Throwable cause) {
        return new ChannelFailedException(describe(), cause);
    }

    /** What the clause gives, a {@link ChannelClosed}, or {@link #NOTHING}; does not wait. */
    private Object attempt(SelectClause<T> clause) {
        try {
            return com.softwaremill.jox.Select.<@Nullable Object>selectOrClosed(
                    clause, com.softwaremill.jox.Select.defaultClause(NOTHING));
        } catch (InterruptedException e) {
            throw new AssertionError("a select with a default does not wait", e);
        } catch (Error e) {
            throw broken(e);
        }
    }

    @SuppressWarnings("unchecked") // only items of T are sent
    T item(Object received) {
        return (T) received;
    }

    // ---- closing

    boolean close() {
        if (!END.compareAndSet(this, null, DONE)) {
            return false;
        }
        selects.close(() -> {
            Object _ = jox.doneOrClosed();
        });
        return true;
    }

    boolean fail(Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        if (!END.compareAndSet(this, null, new End(cause))) {
            return false;
        }
        selects.close(() -> failBelow(cause));
        return true;
    }

    private void failBelow(Throwable cause) {
        long cells = senders.moved() - receivers.moved() + senders.size() + receivers.size();
        if (cells < MANY) {
            Object _ = jox.errorOrClosed(cause);
        } else {
            failOnDeepStack(cause, cells);
        }
    }

    private void failOnDeepStack(Throwable cause, long cells) {
        var thread = Thread.ofPlatform()
                .name("espalier-fail-" + name)
                .daemon()
                .stackSize((2 * cells / CELLS_PER_SEGMENT + MANY) * STACK_PER_SEGMENT)
                .start(() -> {
                    Object _ = jox.errorOrClosed(cause);
                });
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (
                    InterruptedException
                            e) { // restored below: what is left to do is short, and must not stop in the middle
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something broke in the middle of Jox: nobody is to wait for what may never come. */
    Error broken(Error error) {
        if (END.compareAndSet(this, null, new End(error))) {
            selects.close(() -> failOnDeepStack(error, MANY)); // there may be no stack left here
        }
        return error;
    }

    @Nullable
    Throwable failure() {
        End now = end;
        return now == null ? null : now.cause;
    }

    boolean isClosed() {
        return end != null;
    }

    // ---- looking

    /** A number for a select; another one each time. */
    long draw() {
        return ++draws;
    }

    Channel.Statistics statistics() {
        long received = receivers.moved(); // first: nothing is received that was not sent
        long sent = Math.max(received, senders.moved());
        End now = end;
        return new Channel.Statistics(
                name,
                capacity,
                sent,
                received,
                senders.waiting(),
                receivers.waiting(),
                now != null,
                now == null ? null : now.cause);
    }
}
