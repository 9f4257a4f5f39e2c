// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

/** From positive numbers to the places of rows, without objects, for a million of them; used by one thread. */
final class LongIndex {
    /* A table with open addressing, at most half full; key 0 is an empty slot. */
    private long[] keys = new long[64];
    private int[] places = new int[64];
    private int size;

    /** -1 if there is none. */
    int get(long key) {
        int slot = slot(key);
        return keys[slot] == 0 ? -1 : places[slot];
    }

    /** Replaces what was there. */
    void put(long key, int place) {
        int slot = slot(key);
        if (keys[slot] == 0) {
            keys[slot] = key;
            places[slot] = place;
            if (2 * ++size > keys.length) {
                grow();
            }
        } else {
            places[slot] = place;
        }
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 33) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldPlaces = places;
        keys = new long[2 * oldKeys.length];
        places = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                places[slot] = oldPlaces[i];
            }
        }
    }
}
