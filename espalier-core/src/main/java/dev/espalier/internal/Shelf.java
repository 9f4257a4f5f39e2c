// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The slots whose resources are open and anybody's, the last one shelved on top; and whether there is a shelf any more. */
final class Shelf<T> {
    /*
     * A stack of nodes that never change, and one word, top, by whose compare-and-set they go up and down (Treiber's). Who has taken a slot down has it
     * alone; who puts one up has given up everything about it before.
     *
     * States of top: null (empty), a node, CLOSED; the last is for ever. So that nobody can put a slot on the shelf of a closed pool, and none is left on it,
     * without a second look at another word.
     *
     * Memory ordering. All accesses of top are volatile. What was done to a slot, and with its resource, before it was put up happens-before what is done by
     * who takes it down. PoolLine's essay says why nobody sleeps beside a full shelf.
     *
     * Why nodes, and not a link in the slot: a slot comes and goes, and a compare-and-set that has been asleep would find the same top with another below it
     * (ABA). A node is new each time: 24 bytes for each return.
     *
     * Why one word, and not a list for each thread as the ConcurrentBag has: who returned a resource last would not be the next one's choice, and what is
     * not needed would never grow old.
     */
    private record Node<T>(@Nullable Slot<T> slot, @Nullable Node<T> below) {}

    private static final Node<?> CLOSED = new Node<>(null, null);
    private static final VarHandle TOP;

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(Shelf.class, "top", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Node<T> top;

    boolean isClosed() {
        return top == CLOSED;
    }

    /** Puts a slot on top; false if the shelf is closed. */
    boolean put(Slot<T> slot) {
        while (true) {
            Node<T> old = top;
            if (old == CLOSED) {
                return false;
            }
            if (TOP.compareAndSet(this, old, new Node<>(slot, old))) {
                return true;
            }
        }
    }

    /** Takes the top one; null if there is none. */
    @Nullable
    Slot<T> take() {
        while (true) {
            Node<T> old = top;
            if (old == null || old == CLOSED) {
                return null;
            }
            if (TOP.compareAndSet(this, old, old.below)) {
                return old.slot;
            }
        }
    }

    /** Takes all, the top one first. */
    Deque<Slot<T>> takeAll() {
        while (true) {
            Node<T> old = top;
            if (old == CLOSED || TOP.compareAndSet(this, old, null)) {
                return slots(old);
            }
        }
    }

    /** Takes all, for ever: nothing is put up any more. */
    @SuppressWarnings("unchecked") // it has no slot
    Deque<Slot<T>> close() {
        return slots((Node<T>) TOP.getAndSet(this, CLOSED));
    }

    private static <T> Deque<Slot<T>> slots(@Nullable Node<T> from) {
        var slots = new ArrayDeque<Slot<T>>();
        for (Node<T> node = from; node != null && node.slot != null; node = node.below) {
            slots.add(node.slot);
        }
        return slots;
    }
}
