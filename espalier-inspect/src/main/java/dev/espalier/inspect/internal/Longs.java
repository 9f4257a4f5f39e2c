// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.util.Arrays;

/** A list of numbers without objects, for a million of them; used by one thread. */
final class Longs {
    private long[] items = new long[16];
    private int size;

    int size() {
        return size;
    }

    long get(int at) {
        return items[at];
    }

    void set(int at, long item) {
        items[at] = item;
    }

    void add(long item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size + (size >> 1));
        }
        items[size++] = item;
    }
}
