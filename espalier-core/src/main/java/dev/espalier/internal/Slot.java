// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.sync.Party;
import org.jspecify.annotations.Nullable;

/** A place in a pool, from before its resource is opened until after it has been closed. {@link PoolLine} says how it goes. */
final class Slot<T> {
    enum State {
        /** A borrower has it, and opens or checks what is in it. */
        TAKEN,
        LEASED,
        IDLE,
        CLOSING
    }

    // all guarded by the monitor of the line
    State state = State.TAKEN;
    /** Null until it is opened, and once it has been closed. */
    @Nullable
    T resource;
    /** Who has it; null while it is idle, so that nothing is kept of who had it. */
    @Nullable
    Party party;
    /** In which scope. */
    Scope scope = ForeignStrand.ROOT;
    /** Since when the state is as it is, on the clock of the pool's backend. */
    long since;
    /** Whether the party of a lent one is who will give it back; of others it always is. */
    boolean bound;

    @Nullable
    LeaseSite site;

    Deadline lifeEnd = Deadline.NONE;
    Deadline idleEnd = Deadline.NONE;
    /** Since when it has not been used. */
    long idleSince;
    /** Whether its last use went wrong, so that it is to be checked. */
    boolean suspect;

    /** When the pool closes it, if nobody borrows it before. */
    Deadline end() {
        return lifeEnd.earlier(idleEnd);
    }
}
