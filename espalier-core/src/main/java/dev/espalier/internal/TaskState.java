// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a task is, how it ended, and who waits for that.
 *
 * @param <T> what the task returns
 */
abstract sealed class TaskState<T extends @Nullable Object> extends Strand permits TaskNode {
    /*
     * States, in state
     *   NEW -> RUNNING -> SUCCEEDED | FAILED | CANCELLED      its thread alone writes these; the outcome is decided once, when the code has ended
     *   CANCELLED from the beginning                          it never ran (L4)
     *   NEW -> ABANDONED                                      its thread could not be started (L11); nobody has the handle
     * and in waiters
     *   null or a stack of Waiters -> TERMINATED              (compare-and-set) callbacks are done; from now on others see the outcome
     *
     * The order of an end: the code ends; groups it left open are closed; the outcome is decided and, if it is a failure, recorded, which may
     * cancel the group; observers; callbacks; carried context is cleared; TERMINATED; the place is given back; awaiters and futures; the
     * group's count goes down, the last thing the thread does.
     *
     * Memory ordering
     *   result is written before state and before waiters = TERMINATED, and read after one of these (M1).
     *   Start:  state = RUNNING, then looks whether it is cancelled. Canceller: cause, then reads state. One of them interrupts (C2).
     *   Await:  pushes its node on waiters, then parks; the end swaps the whole stack for TERMINATED, then unparks what was on it.
     *
     * work is the body until the code begins; then, if the task failed, the task that failed after it in its group (guarded by Failures).
     *
     * Removing a node that gave up waiting happens under one lock, so that removals do not undo each other; pushing is a
     * compare-and-set of the head, which removal respects.
     */
    static final byte NEW = 0;
    static final byte RUNNING = 1;
    static final byte SUCCEEDED = 2;
    static final byte FAILED = 3;
    static final byte CANCELLED = 4;
    static final byte ABANDONED = 5;

    private static final VarHandle STATE;
    private static final VarHandle WAITERS;

    /** Of all tasks: removals are rare and short, and a lock for each task would cost memory. */
    private static final Object REMOVAL = new Object();

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(TaskState.class, "state", byte.class);
            WAITERS = lookup.findVarHandle(TaskState.class, "waiters", Waiter.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    volatile byte state; // which fits where a task has a byte to spare
    private volatile boolean observed;
    private volatile @Nullable Waiter waiters;
    private @Nullable Object result;

    TaskState(Scope parent) {
        super(parent);
    }

    // ---- by the task's thread

    final void succeed(@Nullable Object value) {
        result = value;
        STATE.setRelease(this, SUCCEEDED); // nobody else acts on how it ended before it has terminated
    }

    final void fail(Throwable failure) {
        result = failure;
        state = FAILED;
    }

    /** It has terminated without having run; whether nobody had said so before. */
    final boolean claimTermination() {
        return (Waiter) WAITERS.getAndSet(this, Waiter.TERMINATED) != Waiter.TERMINATED;
    }

    /** It never runs: it has terminated from the beginning. */
    final void terminateAs(byte finalState) {
        state = finalState;
        waiters = Waiter.TERMINATED;
    }

    /** Runs the callbacks that have not run, in the order of registration. */
    final void runCallbacks() {
        for (Waiter.Callback<?> c = Waiter.firstCallback(waiters); c != null; c = Waiter.firstCallback(waiters)) {
            c.run();
        }
    }

    /** Runs what callbacks there are, and closes the stack of waiters: the task has terminated. */
    final @Nullable Waiter closeWaiters() {
        while (true) {
            Waiter seen = waiters;
            runCallbacks();
            if (WAITERS.compareAndSet(this, seen, Waiter.TERMINATED)) {
                return seen;
            }
        }
    }

    // ---- by anyone

    @Override
    final boolean isRunning() {
        return state != NEW && waiters != Waiter.TERMINATED;
    }

    @Override
    final boolean isOver() {
        return isTerminated();
    }

    final boolean isTerminated() {
        return waiters == Waiter.TERMINATED;
    }

    /** The state that the caller may see: others see no outcome before the task has terminated. */
    final byte seen() {
        byte s = state;
        return s > RUNNING && !isTerminated() && !Thread.currentThread().equals(thread) ? RUNNING : s;
    }

    final T value() {
        return Sneaky.cast(result);
    }

    /** What it threw; only for a task that failed. */
    final Throwable failure() {
        return (Throwable) Objects.requireNonNull(result);
    }

    final void observe() {
        observed = true;
    }

    final boolean isObserved() {
        return observed;
    }

    // ---- waiters

    /** What it does while somebody in {@code start} has not got it yet, or has left before; null of other tasks. */
    final @Nullable StartWork<?> startWork() {
        for (Waiter waiter = waiters; waiter != null; waiter = waiter.next) {
            if (waiter instanceof Waiter.Starter starter) {
                return starter.work;
            }
        }
        return null;
    }

    /** Pushes a waiter; false if the task has terminated. */
    final boolean push(Waiter waiter) {
        while (true) {
            Waiter head = waiters;
            if (head == Waiter.TERMINATED) {
                return false;
            }
            waiter.next = head;
            if (WAITERS.compareAndSet(this, head, waiter)) {
                return true;
            }
        }
    }

    /** Takes out a waiter that gave up, so that it leaves no trace. */
    final void remove(Waiter waiter) {
        synchronized (REMOVAL) {
            removeLocked(waiter);
        }
    }

    private void removeLocked(Waiter waiter) {
        while (true) {
            Waiter head = waiters;
            if (head == waiter) {
                if (WAITERS.compareAndSet(this, head, head.next)) {
                    return;
                }
                continue; // something was pushed before it, or the task terminated
            }
            for (Waiter w = head; w != null; w = w.next) {
                if (w.next == waiter) {
                    w.next = waiter.next;
                    return;
                }
            }
            return;
        }
    }

    @Nullable
    Waiter waiters() {
        return waiters;
    }
}
