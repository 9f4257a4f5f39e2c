// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.internal.Blocking;
import dev.espalier.sync.Party;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One side of a channel, that of the senders or that of the receivers: who is in a call there, and how many items have passed. */
final class Side implements Blocking.Obstacle {
    /*
     * Goals
     *   1. A call that does not wait costs one compare-and-set here, and allocates nothing.
     *   2. What is counted is what has passed: a call that is cancelled or finds the channel closed counts nothing.
     *   3. Who waits can be asked at any time, by anyone.
     *
     * A slot belongs to one call at a time. `who` is the caller, or null while it is free; the call takes it by a compare-and-set, counts in it with a plain
     * addition, and frees it. So the count of a slot needs no atomic addition, and the cache line of a slot stays with the thread that uses it as long as calls on
     * this side do not overlap. A call takes the first free slot, so that which one it gets depends on nothing but the other calls: a simulation can replay it.
     *
     * There are at most SLOTS of them, each made when it is first needed. A call that finds all taken is in the crowd instead, a set. That many calls
     * at once are there because they wait; so the cost of the set disappears beside that of parking.
     *
     * Memory ordering
     *   who     taken by compare-and-set, freed with release: what the call counted before is seen by whoever takes the slot next, and so
     *           two additions never overlap.
     *   moved   written with opaque mode by the holder of the slot only, read by anyone who wants the sum. Whoever knows that a call has returned sees it counted.
     *   next    volatile, written once, under the monitor of this side.
     *
     * A sum is taken slot by slot while calls go on: it is a number that was right at no one moment, but every call that returned before it began is
     * in it, and none twice.
     *
     * Why not a counter of those who have begun, beside one of those who have ended: two atomic additions for each call, and nobody's name. Why not count only those that park: the
     * library below does not say when it parks.
     *
     * The padding keeps the slot of the sender off the cache line of the slot of the receiver.
     */
    private static final int SLOTS = 8;

    private static final VarHandle WHO;
    private static final VarHandle MOVED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            WHO = lookup.findVarHandle(Slot.class, "who", Object.class);
            MOVED = lookup.findVarHandle(Slot.class, "moved", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A place for one call at a time. */
    @SuppressWarnings("UnusedVariable") // the padding
    static final class Slot {
        private volatile @Nullable Object who;
        private long moved;
        private volatile @Nullable Slot next;
        private long p1;
        private long p2;
        private long p3;
        private long p4;
        private long p5;
        private long p6;
    }

    private final String description;
    private final Slot first = new Slot();
    private final Set<Object> crowd = ConcurrentHashMap.newKeySet();
    private final LongAdder crowdMoved = new LongAdder();

    Side(String description) {
        this.description = description;
    }

    // ---- by a call

    /** A call begins; what it is to give to {@link #leave}. */
    @Nullable
    Slot enter(Object who) {
        Slot slot = first;
        for (int i = 1; ; i++) {
            if (slot.who == null && WHO.compareAndSet(slot, null, who)) {
                return slot;
            }
            if (i == SLOTS) {
                crowd.add(who);
                return null;
            }
            Slot next = slot.next;
            slot = next == null ? append(slot) : next;
        }
    }

    private Slot append(Slot to) {
        synchronized (this) {
            Slot next = to.next;
            if (next == null) {
                next = new Slot();
                to.next = next;
            }
            return next;
        }
    }

    /** A call ends. */
    void leave(@Nullable Slot slot, Object who, boolean moved) {
        if (slot == null) {
            if (moved) {
                crowdMoved.increment();
            }
            crowd.remove(who);
            return;
        }
        if (moved) {
            MOVED.setOpaque(slot, slot.moved + 1);
        }
        WHO.setRelease(slot, (Object) null);
    }

    /** A call that never waits has moved an item. */
    void count() {
        crowdMoved.increment();
    }

    // ---- by anyone

    /** How many items have passed. */
    long moved() {
        long sum = crowdMoved.sum();
        for (Slot slot = first; slot != null; slot = slot.next) {
            sum += (long) MOVED.getOpaque(slot);
        }
        return sum;
    }

    /** Who is in a call. */
    List<Party> waiting() {
        var waiting = new ArrayList<Party>();
        for (Slot slot = first; slot != null; slot = slot.next) {
            add(waiting, slot.who);
        }
        crowd.forEach(who -> add(waiting, who));
        return List.copyOf(waiting);
    }

    private static void add(List<Party> waiting, @Nullable Object who) {
        Party party = who == null ? null : Blocking.party(who);
        if (party != null) {
            waiting.add(party);
        }
    }

    /** How many are in a call. */
    int size() {
        int size = crowd.size();
        for (Slot slot = first; slot != null; slot = slot.next) {
            size += slot.who == null ? 0 : 1;
        }
        return size;
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public String toString() {
        return description;
    }
}
