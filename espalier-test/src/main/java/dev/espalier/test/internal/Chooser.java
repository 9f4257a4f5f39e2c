// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.List;

/** Decides which thread goes on. Called by one thread at a time. */
interface Chooser {
    /** The last one goes on. */
    int LAST = -1;

    /**
     * Chooses among threads.
     *
     * @param last the one that ran last
     * @param canGoOn whether it may be chosen
     * @param others the others that can go on, longest first; not empty if the last one cannot
     * @return an index into the others, or {@link #LAST}
     */
    int choose(SimThread last, boolean canGoOn, List<SimThread> others);

    /** A thread says by itself that others should go first, as one does that waits in a loop. */
    default void gaveWay(SimThread thread) {}
}
