// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelledException;
import dev.espalier.Task;
import dev.espalier.sync.Party;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Makes a call that parks by means of another library a blocking call of Espalier's: for modules of this project. */
public final class Blocking {
    /*
     * Such a call is: enter; what blocks; leave, in any case; and if what blocks threw InterruptedException, interrupted in its place. Between them the
     * library parks the thread with LockSupport and answers to its interrupt, which is how a cancellation reaches it (C8); the checkpoint at the start makes it level-triggered
     * (C7).
     *
     * A cancellation that comes after the checkpoint interrupts the thread, before or after it is parked: so none is missed, as the library looks at the
     * interrupt status when it has parked.
     *
     * Who calls is one object: the strand, or, outside of all scopes, the thread. A strand leads to its thread; so one word says who it is.
     *
     * waitingFor is a hint for those who look from outside: written by its own thread with release order, since nobody decides anything by it, and a fence
     * on each call of a channel would cost as much as the rest of the bookkeeping.
     */
    private static final VarHandle WAITING_FOR;

    static {
        try {
            WAITING_FOR = MethodHandles.lookup().findVarHandle(Strand.class, "waitingFor", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Blocking() {}

    /** What a thread waits for, as another module knows it. */
    public interface Obstacle {
        /**
         * What is waited for.
         *
         * @return as it stands in messages: {@code an item from channel 'orders'}
         */
        String describe();

        /**
         * Who has to do something before the wait can end, where that is known.
         *
         * @return a snapshot; empty if nobody in particular
         */
        default List<Party> holders() {
            return List.of();
        }
    }

    /**
     * Begins a blocking call.
     *
     * @param what is waited for
     * @return who calls, for the other methods
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static Object enter(Obstacle what) throws InterruptedException {
        Strand here = Strands.current();
        Caller.checkpoint(here);
        if (Observers.waits) {
            Observers.waitBegan(what.describe()); // first: if this fails, there is nothing to be left
        }
        if (here == null) {
            return Thread.currentThread();
        }
        WAITING_FOR.setRelease(here, what);
        return here;
    }

    /**
     * Ends a blocking call, however it ended.
     *
     * @param who as {@link #enter} returned it
     */
    public static void leave(Object who) {
        if (who instanceof Strand here) {
            WAITING_FOR.setRelease(here, (Object) null);
        }
        if (Observers.waits) {
            Observers.waitEnded();
        }
    }

    /**
     * What to throw for an {@link InterruptedException} of a library, which has cleared the interrupt status.
     *
     * @param who as {@link #enter} returned it
     * @return with the reason, if it was a cancellation
     */
    public static InterruptedException interrupted(Object who) {
        return Sleep.interrupted(who instanceof Strand here ? here : null);
    }

    /**
     * Throws if the caller is cancelled: before something else is thrown that its cancellation outranks.
     *
     * @param who as {@link #enter} returned it
     * @throws CancelledException if it is
     */
    public static void checkCancelled(Object who) throws CancelledException {
        if (who instanceof Strand here) {
            here.checkCancelled();
        }
    }

    /**
     * Who it is, for people.
     *
     * @param who as {@link #enter} returned it, on any thread
     * @return null if it has ended meanwhile
     */
    public static @Nullable Party party(Object who) {
        if (who instanceof Strand strand) {
            Thread thread = strand.thread;
            return thread == null ? null : Turn.party(thread, strand);
        }
        return Turn.party((Thread) who, null);
    }

    /**
     * A cancellation or an interrupt, where only an unchecked exception can tell of it.
     *
     * @param e what was thrown
     * @return shows an interruption (C10); the status of an interrupt from elsewhere is restored
     */
    public static CancellationException unchecked(InterruptedException e) {
        return Completions.unchecked(e);
    }

    /**
     * As {@link Task#onDone}, but the callback does not count as somebody who has seen the task's failure (F6).
     *
     * @param task one of Espalier's
     * @param callback what is to run
     */
    public static void whenEnded(Task<?> task, Runnable callback) {
        ((TaskNode<?>) task).whenDone(_ -> callback.run(), /* observes= */ false);
    }
}
