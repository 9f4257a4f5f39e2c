// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.sync.Event;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The selects that wait on a channel, and what must not happen while they do. */
final class Selects {
    /*
     * Jox's select leaves a mark in a cell of each channel. When it has been chosen by one channel, the marks in the others are dead, and its own thread clears them when it runs again. Until then
     * two other operations that come to a dead mark wait for that by spinning: closing the channel, and making room in a buffer (a mark of a sender). A virtual thread that spins keeps its carrier; with
     * as many of them as there are carriers, and one carrier is enough in a small container, the select's thread never runs, and nobody goes on. Seen with Jox 1.0.0; 1.1.2
     * spins in the same places. So neither operation may meet such a mark:
     *
     *   Making room. A send to a buffered channel leaves no mark. A select with such a clause tries it, and waits for a bell beside its other channels; who has received an item rings it, and
     *   the select tries again.
     *   Closing. It is left to the last select that leaves the channel. Whoever closes rings all bells; the selects leave, and wait until the channel is closed; then they look again. Nobody enters
     *   meanwhile. `Conduit.end` is written before, so that other calls see the end at once.
     *
     * States: `entered` is open; `closing` is set once, by close; `over` is set when Jox has been closed, which is when `closing` is set and `entered` is empty.
     *
     * Memory ordering. A select enters, and with that writes `wantRoom`, then tries; a receive makes room, then reads `wantRoom`: one of the two sees the other. All else is under the monitor.
     *
     * Lock order: the monitor is innermost; bells are rung, and Jox is closed, without it.
     */
    private final List<Selection<?>> entered = new ArrayList<>(); // guarded by this
    private final Event over = new Event("the end of a channel");
    private @Nullable Runnable closing; // guarded by this
    private volatile int wantRoom; // written under the monitor

    // ---- by a select

    /** Whether the channel may be waited on; if not, it is being closed. */
    boolean enter(Selection<?> select, boolean wantsRoom) {
        synchronized (this) {
            if (closing != null) {
                return over.isSet();
            }
            entered.add(select);
            wantRoom += wantsRoom ? 1 : 0;
            return true;
        }
    }

    void leave(Selection<?> select, boolean wantsRoom) {
        Runnable close;
        synchronized (this) {
            if (!entered.remove(select)) {
                return; // it came when all was over
            }
            wantRoom -= wantsRoom ? 1 : 0;
            close = entered.isEmpty() ? closing : null;
        }
        if (close != null) {
            end(close);
        }
    }

    void awaitOver() throws InterruptedException {
        over.await();
    }

    // ---- by others

    /** An item has been received. */
    void received() {
        if (wantRoom != 0) {
            ring();
        }
    }

    /** Closes the channel, now or when nobody waits on it in a select any more. Called once. */
    void close(Runnable close) {
        boolean now;
        synchronized (this) {
            closing = close;
            now = entered.isEmpty();
        }
        if (now) {
            end(close);
        } else {
            ring();
        }
    }

    private void end(Runnable close) {
        try {
            close.run();
        } finally {
            over.set();
        }
    }

    private void ring() {
        List<Selection<?>> all;
        synchronized (this) {
            all = List.copyOf(entered);
        }
        all.forEach(Selection::ring);
    }
}
