// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.internal.Turn;
import dev.espalier.internal.WaitLine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The permits of a semaphore that are out, and those who wait for one. The claim of a turn is its permit. */
abstract sealed class SemaphoreLine extends WaitLine implements Permit.Source {
    /*
     * The waiting is that of WaitLine. A permit is out as long as it is in the collection of those that are out, which has room for no more than there are;
     * so what gives it back is what takes it out, and of two that close it at once one finds that it is not in there any more (S2). Who looks at the collection
     * sees who acquired what is out.
     *
     *   acquire   nobody waits, and there is room -> the permit is put in. Else it joins the queue, under the monitor, and tries once more if it is the first.
     *   release   in -> out; then, if somebody waits, the line advances.
     *   hand-over under the monitor: the permit of the first one is put in.
     *
     * Who saw nobody waiting may take a permit after another has joined the queue: it came first, and that one gets the next. takeBeforeAnybody looks again
     * once it has a permit, and gives it back if somebody waits then, because tryAcquire promises that nobody does.
     *
     * Few: as many slots as permits; in and out are a compare-and-set of one slot each, so that a permit that nobody waits for needs no monitor, and no
     * third word beside the two that any semaphore writes. The search for a free slot reads them one after the other: it may find none although at no moment
     * all were taken. Where that is an answer (tryTake), it looks whether the same permits were in all slots a second time: permits are not
     * used again, so then there was a moment in which all were taken. Where it is none, the thread joins the queue and searches once more:
     * each slot that is given back after it was read is followed by a look at the queue.
     *
     * Many: a set, under the monitor. Whoever has more permits than FEW does not want them for a few instructions.
     *
     * Memory ordering. Few: joins (waiting, volatile), then reads the slots (volatile); release: slot = null (compare-and-set), then reads waiting. One
     * sees the other. What happens before a permit is given back happens-before the compare-and-set that finds its slot empty. Permit.mark, the slot, is
     * written before the permit is in it, and not changed while it is.
     *
     * Why not a number in place of the slots: a permit would need a word of its own that says by compare-and-set whether it is closed, and a list in which it
     * is found. Why not the lowest bits of a number: they do not tell a permit from an earlier one that had the same.
     */
    private static final int FEW = 64;

    private final String name;
    final int permits;

    private SemaphoreLine(String name, int permits) {
        this.name = name;
        this.permits = permits;
    }

    static SemaphoreLine of(String name, int permits) {
        return permits <= FEW ? new Few(name, permits) : new Many(name, permits);
    }

    /** Puts a permit in if there is room; if not, another look may find some. */
    abstract boolean take(Permit permit);

    /** Puts a permit in if there is room; if not, there was a moment in which there was none. */
    abstract boolean tryTake(Permit permit);

    /** Takes a permit out; whether it was in. */
    abstract boolean giveBack(Permit permit);

    /** Those that are out. */
    abstract Collection<Permit> out();

    /** Takes a permit if nobody waits for one. */
    final boolean takeBeforeAnybody(Permit permit) {
        if (isWaitedFor() || !tryTake(permit)) {
            return false;
        }
        if (!isWaitedFor()) {
            return true;
        }
        boolean _ = giveBack(permit);
        advance();
        return false;
    }

    final int free() {
        return permits - out().size();
    }

    @Override
    public final void release(Permit permit) {
        if (!giveBack(permit)) {
            throw permit.closedBefore();
        }
        advance();
    }

    @Override
    protected final boolean take(Turn turn) {
        return take(permitOf(turn));
    }

    @Override
    protected final void putBack(Turn turn) {
        boolean _ = giveBack(permitOf(turn));
    }

    private static Permit permitOf(Turn turn) {
        return (Permit) Objects.requireNonNull(turn.claim);
    }

    @Override
    public final String describe() {
        return "semaphore '" + name + "'";
    }

    @Override
    public final List<Party> acquirers() {
        return out().stream().map(Permit::party).toList();
    }

    private static final class Few extends SemaphoreLine {
        private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Permit[].class);

        /** Read and written by anyone, by SLOT only, as volatile. */
        private final @Nullable Permit[] slots;

        Few(String name, int permits) {
            super(name, permits);
            slots = new Permit[permits];
        }

        private @Nullable Permit in(int slot) {
            return (Permit) SLOT.getVolatile(slots, slot);
        }

        @Override
        boolean take(Permit permit) {
            for (int slot = 0; slot < slots.length; slot++) {
                if (in(slot) == null) {
                    permit.mark = slot;
                    if (SLOT.compareAndSet(slots, slot, null, permit)) {
                        return true;
                    }
                }
            }
            return false;
        }

        @Override
        boolean tryTake(Permit permit) {
            while (!take(permit)) {
                List<Permit> out = out();
                if (out.size() == permits && areAllIn(out)) {
                    return false;
                }
            }
            return true;
        }

        private boolean areAllIn(List<Permit> out) {
            for (int slot = 0; slot < slots.length; slot++) {
                if (in(slot) != out.get(slot)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        boolean giveBack(Permit permit) {
            return SLOT.compareAndSet(slots, permit.mark, permit, null);
        }

        @Override
        List<Permit> out() {
            var out = new ArrayList<Permit>();
            for (int slot = 0; slot < slots.length; slot++) {
                Permit permit = in(slot);
                if (permit != null) {
                    out.add(permit);
                }
            }
            return out;
        }
    }

    private static final class Many extends SemaphoreLine {
        private final Set<Permit> out = new LinkedHashSet<>(); // guarded by the monitor

        Many(String name, int permits) {
            super(name, permits);
        }

        @Override
        boolean take(Permit permit) {
            synchronized (monitor) {
                return out.size() < permits && out.add(permit);
            }
        }

        @Override
        boolean tryTake(Permit permit) {
            return take(permit);
        }

        @Override
        boolean giveBack(Permit permit) {
            synchronized (monitor) {
                return out.remove(permit);
            }
        }

        @Override
        List<Permit> out() {
            synchronized (monitor) {
                return List.copyOf(out);
            }
        }
    }
}
