// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Party;
import java.util.List;

/** What is waited for in a {@link WaitLine}, for those who look at it: messages, tools, the search for circles. */
public abstract class Wanted {
    Wanted() {}

    /**
     * What is waited for.
     *
     * @return as it stands in messages: {@code lock 'accounts'}
     */
    public abstract String describe();

    /**
     * Who has to do something before the wait can end, where that is known.
     *
     * @return a snapshot; empty if nobody in particular
     */
    public List<Party> holders() {
        return List.of();
    }

    /** Whether the holders are who will give back what they hold, so that a circle of waits through one of them has no end. */
    boolean isHeldFast() {
        return true;
    }

    /**
     * Who has what is waited for, as far as is known: a permit may have been handed to another thread meanwhile, which is to give it back.
     *
     * @return a snapshot, for people
     */
    public List<Party> acquirers() {
        return holders();
    }

    @Override
    public final String toString() {
        return describe();
    }
}
