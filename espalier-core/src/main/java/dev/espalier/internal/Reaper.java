// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One timer for all that is to be done at some time: set for the earliest, and only while there is one. */
final class Reaper {
    /*
     * Whoever makes something due arms the timer for it, afterwards; it is moved only to an earlier time. When it fires, it does what is due, and arms
     * for what is due next, asked for after it has ceased to be set: so what is made due meanwhile is seen by one of the two. It may fire
     * for nothing, when what it was set for has been taken away: then nothing is done, and it is set again only for what is left.
     *
     * Lock order: this monitor, then what the backend locks. What is due is done, and asked for, without it.
     *
     * Why not a thread that sleeps: a pool that nobody uses would cost one. Why not a timer for each resource: one is set and closed at each return,
     * where this one stands still as long as an earlier time is set.
     */
    private final Backend backend;
    private final Supplier<Deadline> round;
    // guarded by the monitor
    private @Nullable Registration timer;
    private Deadline due = Deadline.NONE;
    private boolean stopped;

    /**
     * A timer that is not set.
     *
     * @param round does what is due, shortly; returns when it is to come again
     */
    Reaper(Backend backend, Supplier<Deadline> round) {
        this.backend = backend;
        this.round = round;
    }

    /** Something will be due. */
    synchronized void arm(Deadline at) {
        if (stopped || at == Deadline.NONE || due.compareTo(at) <= 0) {
            return;
        }
        if (timer != null) {
            timer.close();
        }
        due = at;
        timer = backend.schedule(this::fire, Math.max(0, at.remainingNanos()));
    }

    private void fire() {
        synchronized (this) {
            if (stopped) {
                return;
            }
            if (!due.isExpired()) { // an older timer, which was closed too late
                return;
            }
            timer = null;
            due = Deadline.NONE;
        }
        arm(round.get());
    }

    /** The timer is closed and is not set again. A round that has begun is not waited for. */
    synchronized void stop() {
        stopped = true;
        if (timer != null) {
            timer.close();
            timer = null;
        }
    }
}
