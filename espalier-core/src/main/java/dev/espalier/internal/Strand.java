// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelledException;
import dev.espalier.spi.Backend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Espalier knows of a thread, and the outermost scope of that thread: a task, or a thread from elsewhere. */
abstract sealed class Strand extends Scope permits ForeignStrand, TaskState, ThreadlessStrand {
    /*
     * Who owns an interrupt.
     *
     * Goals
     *   1. An interrupt is delivered only while the thread is in a scope that is effectively cancelled (C3).
     *   2. Leaving a scope waits for deliveries that have begun, so none arrives afterwards.
     *   3. A canceller never waits for this thread (L12), and calls Thread.interrupt with no lock held: interrupting may close a
     *      channel, which runs foreign code.
     *   4. Leaving a scope that nobody cancelled costs one volatile store and one load.
     *   5. An interrupt from elsewhere that was there before the first delivery survives (C4).
     *
     * States, in ctl
     *   COUNT      deliveries under way (low 16 bits)
     *   SETTLING   this thread is taking stock: no delivery may begin; one that wants to sets RECHECK and leaves
     *   RECHECK    at the end of taking stock this thread looks again whether it has to interrupt itself
     *   WAITING    this thread is parked until COUNT is 0
     *   DELIVERED  Espalier has interrupted, or thrown CancelledException, since the thread was last free of cancellation
     *   FOREIGN    the interrupt status was set already at that first delivery
     *   STUCK      a pursuit has reported this thread
     *
     * Transitions
     *   any thread, deliver:   not SETTLING -> COUNT+1; reads current; if that is effectively cancelled and not DELIVERED -> DELIVERED
     *                          (and FOREIGN), Thread.interrupt; COUNT-1, and unparks if WAITING
     *   this thread, deliver:  the same without COUNT: it cannot leave a scope meanwhile
     *   this thread, settle:   -> SETTLING; waits for COUNT = 0; does its work alone; -> not SETTLING; if RECHECK, delivers to itself
     *
     * Memory ordering
     *   deliver:   ctl += 1 (atomic), then reads current.
     *   leave:     current = parent (volatile), then reads ctl.
     *   Whichever comes second sees the other: either the delivery sees the outer scope, or the leaving thread sees COUNT > 0 and waits.
     *   A canceller that sees SETTLING gave up before it read current; the RECHECK that it leaves behind is read by the same atomic step
     *   that ends SETTLING, and the cause that it wrote before is then visible.
     *
     * Lock order: none; the owner parks only while COUNT > 0, and what counts is in Thread.interrupt.
     *
     * Why not a lock per thread: a canceller would hold it while interrupting (goal 3), or the leaving thread could not know whether an
     * interrupt is still to come. Why not FutureTask's single INTERRUPTING state: several scopes may be cancelled at once.
     *
     * Fields
     *   thread      written before the thread starts (tasks) or by itself; null once a task has terminated. Plain: who reads it reads the
     *               state RUNNING before, which the thread itself has written; a stale one is of a task that is ending.
     *   current     the innermost scope; written by this thread, read by cancellers.
     *   groups      the innermost open group that this thread owns, linked by Group.outer; written by this thread, read by cancellers.
     *   waitingFor  what the thread waits for in Espalier: a TaskNode, a Group, a Turn, Arrivals, a Blocking.Obstacle; written by this thread, read by
     *               anyone (see Wait).
     *
     * References: FutureTask (INTERRUPTING); Dekker's store-load pairs as in j.u.c.
     */
    static final int COUNT = 0xFFFF;
    static final int SETTLING = 1 << 16;
    static final int RECHECK = 1 << 17;
    static final int WAITING = 1 << 18;
    static final int DELIVERED = 1 << 19;
    static final int FOREIGN = 1 << 20;
    static final int STUCK = 1 << 21;
    private static final int SPINS = 200;

    private static final VarHandle CTL;

    static {
        try {
            CTL = MethodHandles.lookup().findVarHandle(Strand.class, "ctl", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Nullable
    Thread thread;

    volatile Scope current;
    volatile @Nullable Group groups;
    volatile @Nullable Object waitingFor;
    private volatile int ctl;

    @SuppressWarnings("this-escape") // the strand is its own outermost scope; nobody else has it yet
    Strand(@Nullable Scope parent) {
        super(parent);
        current = this;
    }

    @Override
    final Strand strand() {
        return this;
    }

    /** The strand that cannot end before what this one owns: itself, where it is a thread's. */
    Strand host() {
        return this;
    }

    /** The task of the group that this thread is, or is below; null if there is none. */
    final @Nullable TaskNode<?> memberOf(Group group) {
        Strand s = this;
        while (s instanceof TaskNode<?> task) {
            if (task.group() == group) {
                return task;
            }
            s = task.group().owner.host();
        }
        return null;
    }

    /** Whether the thread's code is running, so that an interrupt makes sense. */
    abstract boolean isRunning();

    /** Whether a pursuit has reported it and it still runs. */
    final boolean isStuck() {
        return (ctl & STUCK) != 0 && isRunning();
    }

    final void markStuck() {
        CTL.getAndBitwiseOr(this, STUCK);
    }

    // ---- on any thread

    /**
     * Interrupts the thread if the code that it is in is effectively cancelled.
     *
     * @param again whether to do so also if it has been done before; it is not done while the status is still set
     */
    final void deliver(boolean again) {
        if (Thread.currentThread().equals(thread)) {
            interrupt(again); // it cannot leave a scope meanwhile, and an overflow in here leaves no count behind
        } else if (beginDelivery()) {
            try {
                interrupt(again);
            } finally {
                endDelivery();
            }
        }
    }

    private void interrupt(boolean again) {
        Scope in = current;
        if (!isRunning() || !in.isEffectivelyCancelled() || HookScope.holdsBack(in)) {
            return;
        }
        Thread target =
                thread; // after isRunning, whose volatile read of the task's state makes the plain write visible
        if (target == null) {
            return;
        }
        boolean pending = target.isInterrupted();
        int c = ctl;
        while ((c & DELIVERED) == 0) {
            if (CTL.compareAndSet(this, c, c | DELIVERED | (pending ? FOREIGN : 0))) {
                target.interrupt();
                return;
            }
            c = ctl;
        }
        if (again && !pending) {
            target.interrupt();
        }
    }

    private boolean beginDelivery() {
        for (int c = ctl; ; c = ctl) {
            if ((c & SETTLING) != 0) {
                if ((c & RECHECK) != 0 || CTL.compareAndSet(this, c, c | RECHECK)) {
                    return false;
                }
            } else if (CTL.compareAndSet(this, c, c + 1)) {
                return true;
            }
        }
    }

    private void endDelivery() {
        int before = (int) CTL.getAndAdd(this, -1);
        if ((before & WAITING) != 0 && (before & COUNT) == 1) {
            Thread t = thread;
            if (t != null) {
                backend().unpark(t);
            }
        }
    }

    // ---- on this thread: taking stock

    /** Keeps deliveries out and waits for those under way; returns whether an interrupt status was set aside for that. */
    private boolean settle() {
        CTL.getAndBitwiseOr(this, SETTLING);
        boolean aside = false;
        for (int i = 0; (ctl & COUNT) != 0 && i < SPINS; i++) {
            Thread.onSpinWait();
        }
        while ((ctl & COUNT) != 0) {
            if ((((int) CTL.getAndBitwiseOr(this, WAITING)) & COUNT) == 0) {
                break;
            }
            aside |= Thread.interrupted(); // L9: or the park would not wait
            backend().park(this);
        }
        return aside;
    }

    private static boolean isSet(boolean aside) {
        return aside || Thread.currentThread().isInterrupted();
    }

    /**
     * Ends taking stock. The status is touched only where that is meant: one from elsewhere may be set at any moment.
     *
     * @param clear whether the interrupt status belongs to Espalier, and is cleared
     * @param aside whether a status was set aside, and is restored if it is not cleared
     * @param deliveryBits the new DELIVERED and FOREIGN
     */
    private void settled(boolean clear, boolean aside, int deliveryBits) {
        if (clear) {
            boolean _ = Thread.interrupted();
        } else if (aside) {
            Thread.currentThread().interrupt();
        }
        int c = ctl;
        while (!CTL.compareAndSet(this, c, deliveryBits == 0 ? 0 : deliveryBits | (c & STUCK))) {
            c = ctl;
        }
        if ((c & RECHECK) != 0) {
            deliver(/* again= */ false);
        }
    }

    /** C7: throws if the code of this thread is cancelled, and takes back the interrupt that Espalier left pending. */
    final void checkCancelled() throws CancelledException {
        if (current.isEffectivelyCancelled()) {
            throw cancelled(/* consumed= */ false);
        }
    }

    /**
     * The exception for code that is effectively cancelled. It counts as the delivery, so that no interrupt follows it.
     *
     * @param consumed whether the caller has cleared the interrupt status because of it
     */
    final CancelledException cancelled(boolean consumed) {
        boolean aside = settle() || consumed;
        int bits = ctl & (DELIVERED | FOREIGN);
        if (bits == 0) {
            bits = DELIVERED | (isSet(aside) ? FOREIGN : 0);
        }
        settled(/* clear= */ bits == DELIVERED, aside, bits);
        return new CancelledException(Reasons.of(current));
    }

    /**
     * Ends a wait by an exception that tells of the cancellation: takes back the interrupt that Espalier left pending, and restores one from
     * elsewhere.
     *
     * @param aside whether the wait has set an interrupt status aside
     */
    final void takeBack(boolean aside) {
        boolean wasSet = settle() || aside;
        int bits = ctl & (DELIVERED | FOREIGN);
        settled(/* clear= */ bits == DELIVERED, wasSet, bits);
    }

    // ---- on this thread: scopes

    /** Makes a scope current; its parent is set. */
    final void enter(Scope scope) {
        current = scope;
    }

    /**
     * Makes the parent of the current scope current, and takes back the interrupt that belongs to the scope that is left (C3).
     *
     * @param interruptedBefore whether the interrupt status was set when the scope was entered
     * @param unwinding whether an exception leaves the scope, so that code outside learns of its cancellation by that
     * @return whether the cancellation of a scope around passes through (C6)
     */
    final boolean leave(Scope scope, boolean interruptedBefore, boolean unwinding) {
        boolean shielded = scope.shield;
        Extras extras = scope.extras;
        current = Objects.requireNonNull(scope.parent);
        if (extras != null) {
            extras.end();
        }
        boolean passes = false;
        if (scope.cause != null || ctl != 0) {
            boolean aside = settle();
            int bits = ctl & (DELIVERED | FOREIGN);
            passes = !shielded && current.isEffectivelyCancelled();
            if (passes && scope.cause != null && !unwinding && !isSet(aside)) {
                settled(/* clear= */ false, aside, 0); // the interrupt was for this scope, and was used up in it
                deliver(/* again= */ false);
            } else if (passes || (scope.cause == null && bits == 0)) {
                settled(/* clear= */ false, aside, bits);
            } else {
                settled(/* clear= */ bits == DELIVERED && !interruptedBefore, aside, 0);
            }
        }
        if (shielded && extras != null) {
            redeliver(extras);
        }
        return passes;
    }

    // ---- on this thread: shields (C11)

    /** Puts a shield up: an interrupt that a scope around left pending is held back. */
    final void raiseShield(Scope scope) {
        Extras extras = scope.extras();
        scope.shield = true;
        boolean aside = settle();
        int bits = ctl & (DELIVERED | FOREIGN);
        boolean foreign = (bits & FOREIGN) != 0;
        extras.delivered = (bits & DELIVERED) != 0;
        boolean holds = extras.delivered && !current.isEffectivelyCancelled();
        extras.held = holds && !foreign && isSet(aside);
        settled(/* clear= */ holds && !foreign, aside, holds ? 0 : bits);
    }

    /** Takes a shield down on its own thread: what it held back is delivered, here and below. */
    final void lowerShield(Scope scope) {
        scope.dropShield();
        redeliver(scope.extras());
        Cascade.unshield(scope, this);
    }

    /** Behind a shield: delivers a cancellation from around that was held back, or came while the shield was up. */
    private void redeliver(Extras extras) {
        if (!current.isEffectivelyCancelled()) {
            return;
        }
        if (extras.delivered && !extras.held) {
            CTL.getAndBitwiseOr(this, DELIVERED); // its interrupt was used up before the shield
        } else {
            deliver(/* again= */ false);
        }
    }

    // ---- on this thread: groups

    final void push(Group group) {
        group.outer = groups;
        groups = group;
    }

    final void pop(Group group) {
        if (groups != group) {
            throw new AssertionError("not the innermost group: " + group.describe());
        }
        groups = group.outer;
    }

    @Override
    public Backend backend() {
        return parent == null ? Backend.virtualThreads() : parent.backend();
    }
}
