// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All the things that a pool has made. */
public final class Things {
    private final int size;
    private final boolean shared;
    private final List<Thing> made = new CopyOnWriteArrayList<>();

    /**
     * Things to be made.
     *
     * @param size how many the pool holds
     * @param shared whether there are several users: each then lets the others come to the pool while it has a thing
     */
    public Things(int size, boolean shared) {
        this.size = size;
        this.shared = shared;
    }

    int size() {
        return size;
    }

    Thing make() {
        var thing = new Thing(shared);
        made.add(thing);
        return thing;
    }

    /** How often they were used altogether, once nobody does any more. */
    public long uses() {
        return made.stream().mapToLong(Thing::uses).sum();
    }
}
