// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;

/** The deadlines of a scope and of those around it, taken together. */
public final class Deadlines {
    private Deadlines() {}

    /**
     * T1: the earliest deadline up to the nearest shield. Behind one, the end of the shield counts as well, if what is around is cancelled or will be by then.
     *
     * @param scope any
     * @return or {@link Deadline#NONE}
     */
    public static Deadline effective(Scope scope) {
        Deadline earliest = Deadline.NONE;
        for (Scope s = scope; s != null; s = s.parent) {
            earliest = earlier(earliest, s.deadline());
            if (s.shield) {
                Extras e = s.extras;
                Scope around = s.parent;
                if (e != null && around != null && isCancelledOrExpired(around)) {
                    earliest = earlier(earliest, e.shieldEnd());
                }
                break;
            }
        }
        return earliest;
    }

    private static boolean isCancelledOrExpired(Scope scope) {
        return scope.isEffectivelyCancelled() || effective(scope).isExpired();
    }

    /** Compares what is left, so that deadlines of two clocks may meet. */
    private static Deadline earlier(Deadline a, Deadline b) {
        return b.remainingNanos() < a.remainingNanos() ? b : a;
    }

    /** Cancels the scopes from there up to the nearest shield whose deadline has passed and whose timer is late (C6). */
    static void fireExpired(Scope scope) {
        for (Scope s = scope; s != null; s = s.parent) {
            Extras e = s.extras;
            if (e != null && s.cause == null) {
                e.fireIfExpired();
            }
            if (s.shield) {
                return;
            }
        }
    }
}
