// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.internal.Turn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The permits that are out, linked to each other, for who asks who holds them. Guarded by the monitor of the line. */
final class Holders {
    private @Nullable Permit newest;

    /** A permit is granted. */
    void add(Permit permit, Turn turn) {
        permit.turn = turn;
        permit.older = newest;
        if (newest != null) {
            newest.newer = permit;
        }
        newest = permit;
    }

    /** It is given back. */
    void remove(Permit permit) {
        if (permit.newer == null) {
            newest = permit.older;
        } else {
            permit.newer.older = permit.older;
        }
        if (permit.older != null) {
            permit.older.newer = permit.newer;
        }
        permit.turn = null;
        permit.newer = null;
        permit.older = null;
    }

    /** Who acquired them, the first first; one that acquired several is there several times. */
    List<Party> list() {
        var list = new ArrayList<Party>();
        for (Permit permit = newest; permit != null; permit = permit.older) {
            if (permit.turn != null) {
                list.add(permit.turn.party());
            }
        }
        return list.reversed();
    }
}
