// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Entries of some numbers and references each, found by a number that only grows; of them the last ones are kept. */
final class Register {
    /*
     * Goals
     *   1. Writing an entry costs some stores: no object, no lock, no atomic operation, no look for a free place.
     *   2. Who reads while it is written sees each entry as it was at some moment, or not at all; never parts of two.
     *   3. Flat memory.
     *
     * Tasks and groups have numbers already, from counters of the core; so the number says where the entry is, and nobody has to claim a place. Sheets of 4,096 entries are made when
     * the first number of theirs comes, in a ring of fixed size: a new sheet replaces the one that is a ring's length older. No sheet is ever written over for other numbers.
     * So there is nothing like a lap of which a reader could see a part: who still has an old sheet reads or writes an old sheet, which nobody else finds any more. What is
     * written there is lost, as it is too old.
     *
     * Transitions of a place in the ring: null or an older sheet -> a newer sheet (compare-and-set). Who loses the race throws his sheet away. Who comes with
     * a number that is older than what is there gets null.
     *
     * Memory ordering
     *   An entry begins with one or more key columns, zero until they are written. Who writes an entry writes its other columns first (set, setRef), and then a key
     *   (publish, with release order); who reads reads a key (key, with acquire order), and then the others: having seen a key he sees all that was written before it. An
     *   entry may be written by several threads one after the other, which are ordered by the thing that is recorded: a task's fork happens before its start. Longs are written
     *   opaque, so that none is torn.
     *
     * Why not a ring of single entries with a stamp each: a writer that is stopped in the middle while the ring comes round meets another one in the same entry, and so each
     * entry would have to be claimed by a compare-and-set, and given up if that fails.
     * Why not one for each thread or processor: threads are virtual, and one does not know the carrier; the last million entries of each of a thousand threads is no window.
     *
     * Fields: `sheets` by anyone; `forgotten` is a count for people: an entry that is published while its sheet is replaced may not be counted.
     *
     * References: JDK Flight Recorder and Go's flight recorder forget whole chunks, too.
     */
    private static final int BITS = 12;
    static final int SIZE = 1 << BITS;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final AtomicReferenceArray<@Nullable Sheet> sheets;
    private final int keys;
    private final int width;
    private final int refs;
    private final LongAdder forgotten = new LongAdder();

    /**
     * An empty one.
     *
     * @param keys how many columns, the first ones, tell that an entry is there
     * @param width how many columns there are
     * @param refs how many references
     * @param least how many entries to keep at least
     */
    Register(int keys, int width, int refs, int least) {
        this.keys = keys;
        this.width = width;
        this.refs = refs;
        int needed = (least + SIZE - 1) / SIZE + 1;
        this.sheets = new AtomicReferenceArray<>(Integer.highestOneBit(2 * needed - 1));
    }

    /** Some entries. */
    final class Sheet {
        private final long first;
        private final long[] longs = new long[SIZE * width];
        private final @Nullable Object[] objects = new Object[SIZE * refs];

        Sheet(long first) {
            this.first = first;
        }

        long first() {
            return first;
        }

        void set(long number, int column, long value) {
            LONGS.setOpaque(longs, at(number) * width + column, value);
        }

        void setRef(long number, int column, Object value) {
            objects[at(number) * refs + column] = value;
        }

        /** After all else that is to be seen with it. */
        void publish(long number, int key, long value) {
            LONGS.setRelease(longs, at(number) * width + key, value);
        }

        /** Zero if it is not there; before all else. */
        long key(long number, int key) {
            return (long) LONGS.getAcquire(longs, at(number) * width + key);
        }

        long get(long number, int column) {
            return (long) LONGS.getOpaque(longs, at(number) * width + column);
        }

        @Nullable
        Object ref(long number, int column) {
            return objects[at(number) * refs + column];
        }

        private int used() {
            int used = 0;
            for (long number = first; number < first + SIZE; number++) {
                for (int key = 0; key < keys; key++) {
                    if (key(number, key) != 0) {
                        used++;
                        break;
                    }
                }
            }
            return used;
        }
    }

    private static int at(long number) {
        return (int) number & (SIZE - 1);
    }

    /** Where to write an entry; null if it is too old. */
    @Nullable
    Sheet sheet(long number) {
        long first = number & -SIZE;
        int place = (int) (number >> BITS) & (sheets.length() - 1);
        Sheet sheet = sheets.get(place);
        return sheet != null && sheet.first == first ? sheet : make(place, first);
    }

    /** Where an entry is, if it is there; to be read. */
    @Nullable
    Sheet find(long number) {
        Sheet sheet = sheets.get((int) (number >> BITS) & (sheets.length() - 1));
        return sheet != null && sheet.first == (number & -SIZE) ? sheet : null;
    }

    private @Nullable Sheet make(int place, long first) {
        Sheet made = null;
        while (true) {
            Sheet there = sheets.get(place);
            if (there != null && there.first >= first) {
                return there.first == first ? there : null;
            }
            if (made == null) {
                made = new Sheet(first);
            }
            if (sheets.compareAndSet(place, there, made)) {
                if (there != null) {
                    forgotten.add(there.used());
                }
                return made;
            }
        }
    }

    /** Those that are there, in the order of their numbers. */
    List<Sheet> sheets() {
        var all = new ArrayList<Sheet>();
        for (int i = 0; i < sheets.length(); i++) {
            Sheet sheet = sheets.get(i);
            if (sheet != null) {
                all.add(sheet);
            }
        }
        all.sort(Comparator.comparingLong(Sheet::first));
        return all;
    }

    /** How many entries are there no more. */
    long forgotten() {
        return forgotten.sum();
    }
}
