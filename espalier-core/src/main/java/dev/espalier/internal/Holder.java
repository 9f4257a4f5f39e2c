// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Party;
import org.jspecify.annotations.Nullable;

/** Who has a pool's slot, and for what: just what is at hand, since hardly anybody ever looks. {@link PoolLine} makes words of it. */
class Holder {
    enum State {
        /** A borrower has the place, and opens or checks what is in it. */
        TAKEN,
        /** A borrower uses the resource. */
        LEASED,
        /** A thread closes the resource. */
        CLOSING
    }

    final Thread thread = Thread.currentThread();
    final @Nullable Strand strand;
    /** In which scope. */
    final Scope scope;
    /** Whether who has it is who will give it back. */
    final boolean bound;
    /** Where it was acquired. */
    final @Nullable LeaseSite site;

    // written before the holder is published by its slot, and under the monitor of the line; read under the monitor
    State state;
    /** Since when the state is as it is, on the clock of the pool's backend. */
    long since;

    Holder(@Nullable Strand strand, State state, long since, boolean bound, @Nullable LeaseSite site) {
        this.strand = strand;
        this.scope = strand == null ? ForeignStrand.ROOT : strand.current;
        this.state = state;
        this.since = since;
        this.bound = bound;
        this.site = site;
    }

    /** Who it is. */
    final Party party() {
        return Turn.party(thread, strand);
    }
}
