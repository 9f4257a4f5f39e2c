// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The strands of threads that do not carry them themselves: few at a time, but put and removed with every group of such a thread. */
final class ThreadTable {
    /*
     * A table in which each thread has one place, far from its neighbours' for the processors' caches, and a map for those whose place is taken. A strand is in one of both, and is
     * removed from where it was put. In the table, putting and removing are a compare-and-set each and allocate nothing; a map alone made a tenth of
     * the time of a group of one task.
     *
     * A thread looks only for itself, and others look through all: who puts and removes is the thread itself, or, for a task's, whoever starts it, before it runs. So a
     * thread that finds nothing is not there.
     *
     * Memory ordering: table and map publish the strand; its thread was written before.
     */
    private static final int PLACES = 128;
    /** References in a cache line. */
    private static final int APART = 16;

    private final AtomicReferenceArray<@Nullable Strand> near = new AtomicReferenceArray<>(PLACES * APART);
    private final ConcurrentMap<Thread, Strand> far = new ConcurrentHashMap<>();

    private static int place(Thread thread) {
        return ((int) thread.threadId() & (PLACES - 1)) * APART;
    }

    @Nullable
    Strand get(Thread thread) {
        Strand strand = near.get(place(thread));
        if (strand != null && strand.thread == thread) {
            return strand;
        }
        return far.isEmpty() ? null : far.get(thread);
    }

    /** Puts the strand of a thread that has none here. */
    void put(Thread thread, Strand strand) {
        if (!near.compareAndSet(place(thread), null, strand)) {
            far.put(thread, strand);
        }
    }

    /** Removes a strand, if it is here. */
    void remove(Thread thread, Strand strand) {
        if (!near.compareAndSet(place(thread), strand, null)) {
            far.remove(thread, strand);
        }
    }

    /** All that are here, at some time while this looks. */
    List<Strand> all() {
        var all = new ArrayList<Strand>();
        for (int i = 0; i < near.length(); i += APART) {
            Strand strand = near.get(i);
            if (strand != null) {
                all.add(strand);
            }
        }
        all.addAll(far.values());
        return all;
    }
}
