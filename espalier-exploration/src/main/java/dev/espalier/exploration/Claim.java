// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.Action;
import org.jspecify.annotations.Nullable;

/** What scenarios claim; with as little code as possible, since tools follow every step of it. */
final class Claim {
    private Claim() {}

    static void that(boolean holds, String claim) {
        if (!holds) {
            throw new AssertionError("not so: " + claim);
        }
    }

    /** That no interrupt is pending for the calling thread; if one was, none is afterwards. */
    static void notInterrupted(String where) {
        that(!Thread.interrupted(), "no interrupt is pending " + where);
    }

    /** What an action throws; null if nothing. */
    static @Nullable Throwable thrownBy(Action action) {
        try {
            action.run();
            return null;
        } catch (Throwable t) { // what it is, the scenario says
            return t;
        }
    }
}
