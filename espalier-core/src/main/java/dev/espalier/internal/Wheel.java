// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Timers, most of which are taken back long before they are due. */
final class Wheel {
    /*
     * A hierarchical timing wheel. Level 0 has a slot for each of the next 64 ticks of about a millisecond, level 1 one for each of the next 64 times 64
     * ticks, and so on. A timer is in the level of the highest group of six bits in which its tick differs from the wheel's, in the slot that these bits
     * name. So every timer is in a slot ahead of the wheel, those of a level are due before those of the levels above, and setting a timer and taking it
     * back take the same few steps however many there are. When the wheel comes to a slot of a higher level, what is in it goes down; out of level 0
     * come those that are due, to the nanosecond.
     *
     * Everything is guarded by this object's monitor, but `look` may be read without it: nothing is to be done before that time. It is lowered when a
     * timer is set, before the monitor is released, and made right when the wheel is turned. Taking a timer back leaves it as it is.
     *
     * What changes links makes no call after its first write: a stack that overflows does so before (L12).
     *
     * Why not a ScheduledThreadPoolExecutor: see docs/adr/0020.
     *
     * References: Varghese and Lauck, Hashed and Hierarchical Timing Wheels (1987).
     */
    static final long NEVER = Long.MAX_VALUE;
    private static final int BITS = 6;
    private static final int SLOTS = 1 << BITS;
    private static final int LEVELS = 7;
    /** A tick is 2^20 ns, 1.05 ms. */
    private static final int TICK = 20;
    /** As far as the levels reach: 146 years. */
    private static final long LAST = (1L << (TICK + BITS * LEVELS)) - 1;

    /** An action and its time. The links are guarded by the monitor of the wheel. */
    static class Timer {
        private final long due;
        private final Runnable action;
        private @Nullable Timer previous;
        private @Nullable Timer next;
        /** Where it is linked; -1 if it is not. */
        private int slot = -1;

        /**
         * A timer that is not set.
         *
         * @param due when, on a clock that began at zero
         * @param action what is done then
         */
        Timer(long due, Runnable action) {
            this.due = Math.clamp(due, 0, LAST);
            this.action = action;
        }

        final long due() {
            return due;
        }
    }

    private final @Nullable Timer[] slots = new @Nullable Timer[LEVELS * SLOTS];
    /** For each level, the slots that are not empty. */
    private final long[] used = new long[LEVELS];
    /** Where the wheel stands: no timer is in a slot before it. */
    private long tick;

    private int size;
    private volatile long look = NEVER;

    /** When there may be something to do; not after the first timer is due. */
    long look() {
        return look;
    }

    synchronized int size() {
        return size;
    }

    synchronized void set(Timer timer) {
        link(timer);
        size++;
        if (timer.due < look) {
            look = timer.due;
        }
    }

    private void link(Timer timer) {
        long at = Math.max(timer.due >>> TICK, tick);
        int level = (63 - Long.numberOfLeadingZeros((at ^ tick) | 1)) / BITS;
        int place = (int) (at >>> (level * BITS)) & (SLOTS - 1);
        int slot = level * SLOTS + place;
        Timer first = slots[slot];
        timer.slot = slot;
        timer.next = first;
        if (first != null) {
            first.previous = timer;
        }
        slots[slot] = timer;
        used[level] |= 1L << place;
    }

    /** Takes a timer back, unless it has been taken out already. */
    synchronized void remove(Timer timer) {
        int slot = timer.slot;
        if (slot < 0) {
            return;
        }
        Timer before = timer.previous;
        Timer after = timer.next;
        if (after != null) {
            after.previous = before;
        }
        if (before != null) {
            before.next = after;
        } else {
            slots[slot] = after;
            if (after == null) {
                used[slot / SLOTS] &= ~(1L << (slot % SLOTS));
            }
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = -1;
        size--;
    }

    /** Turns the wheel on to a time, and hands out what is due by then, with nothing locked. */
    void turn(long now, Consumer<Runnable> fire) {
        Timer due = takeDue(now);
        while (due != null) {
            Timer next = due.next;
            due.next = null;
            fire.accept(due.action);
            due = next;
        }
    }

    /** What is due, linked by next. */
    private synchronized @Nullable Timer takeDue(long now) {
        long until = Math.max(now >>> TICK, tick);
        Timer taken = null;
        for (int level = lowest(); level < LEVELS; level = lowest()) {
            int place = Long.numberOfTrailingZeros(used[level]);
            long start = startOf(level, place);
            if (start > until) {
                break;
            }
            tick = start;
            if (level > 0) {
                goDown(level * SLOTS + place, level, place);
                continue;
            }
            Timer first = slots[place];
            for (Timer timer = first; timer != null; ) {
                Timer next = timer.next;
                if (timer.due <= now) {
                    remove(timer);
                    timer.next = taken;
                    taken = timer;
                }
                timer = next;
            }
            if (slots[place] != null) {
                break; // due later in this tick
            }
        }
        tick = until;
        look = nextLook();
        return taken;
    }

    private int lowest() {
        int level = 0;
        while (level < LEVELS && used[level] == 0) {
            level++;
        }
        return level;
    }

    /** The first tick of a slot that is ahead. */
    private long startOf(int level, int place) {
        int shift = level * BITS;
        long above = tick >>> shift >>> BITS << BITS << shift;
        return Math.max(above | ((long) place << shift), tick);
    }

    private void goDown(int slot, int level, int place) {
        Timer timer = slots[slot];
        slots[slot] = null;
        used[level] &= ~(1L << place);
        while (timer != null) {
            Timer next = timer.next;
            timer.previous = null;
            link(timer);
            timer = next;
        }
    }

    private long nextLook() {
        int level = lowest();
        if (level == LEVELS) {
            return NEVER;
        }
        int place = Long.numberOfTrailingZeros(used[level]);
        if (level > 0) {
            return startOf(level, place) << TICK;
        }
        long first = NEVER;
        for (Timer timer = slots[place]; timer != null; timer = timer.next) {
            first = Math.min(first, timer.due);
        }
        return first;
    }
}
