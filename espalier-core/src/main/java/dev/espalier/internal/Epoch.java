// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts what may make code cancelled that was not, so that what was found before need not be looked for again. */
final class Epoch {
    /*
     * Whether code is effectively cancelled is found by walking up to the nearest shield (Scope). In a deep tree that walk is as long as the tree is deep, and
     * every fork and every wait makes it. So a group remembers in which epoch somebody has walked from it and found nothing; a walk that comes to
     * it in the same epoch ends there. After the first, a walk is as long as the way to the next group.
     *
     * States, in now
     *   UNDER_WAY   changes that have begun and not ended (low 20 bits)
     *   the rest    changes that have ended
     *
     * A change sets the cause of a scope, or takes a shield down. Nothing else makes cancelled code of code that is not: parents never change.
     *
     * Memory ordering
     *   change:   now + 1 (under way), then writes cause or shield, then now - 1 + an ended one; then reads what is below (Cascade).
     *   a look:   reads now; if nothing is under way and the group has the same number, it is as it was (a mark is never of a number in which something is under way). Else it walks, and afterwards leaves
     *             the number that it read before on the groups that it passed, if nothing was under way then.
     *   Whoever sees what a change wrote sees a number that no mark from before it has, since it was under way already. Of a change and an entry that overlap, one
     *   sees the other, as without epochs (C2): who enters writes that before it looks, and who changes looks at what is below after its end.
     *   A mark that was left from an old number is worth nothing, and does no harm.
     *
     * Why not a number a tree: the roots are as many as the threads, and to find one is the walk. Why not a cached flag a scope: it must be kept right while
     * shields move (see Scope). A cancellation anywhere in the program costs every group one walk more.
     */
    private static final long UNDER_WAY = (1L << 20) - 1;
    private static final long ENDED = 1L << 20;
    private static final VarHandle NOW;

    static {
        try {
            NOW = MethodHandles.lookup().findStaticVarHandle(Epoch.class, "now", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a group has that nobody has looked at; never the number of an epoch in which nothing is under way. */
    static final long NEVER = UNDER_WAY;

    private static volatile long now;

    private Epoch() {}

    static long now() {
        return now;
    }

    /** Whether what is found in it can be relied on. */
    static boolean isCalm(long epoch) {
        return (epoch & UNDER_WAY) == 0;
    }

    /** A change begins; {@link #endChange} is called whatever becomes of it. */
    static void beginChange() {
        NOW.getAndAdd(1L);
    }

    static void endChange() {
        NOW.getAndAdd(ENDED - 1);
    }
}
