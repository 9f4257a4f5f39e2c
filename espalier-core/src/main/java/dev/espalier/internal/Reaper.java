// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One timer for all that is to be done at some time: set for the earliest, and only while there is one. */
final class Reaper {
    /*
     * Whoever makes something due arms the timer for it, afterwards; it is moved only to an earlier time. When it fires, it does what is due, and arms
     * for what is due next, asked for after it has ceased to be set: so what is made due meanwhile is seen by one of the two. It may fire
     * for nothing, when what it was set for has been taken away: then nothing is done, and it is set again only for what is left.
     *
     * armed and due are read without the monitor too, so that a return costs nothing while the timer is set for an earlier time, which is nearly always.
     * What is made due is so before armed is read; armed is cleared before the round looks. So who reads that it is set has the round still before it, which sees
     * what it made due. due is read after that: it is the time of that timer, or of one that was set after its round. The other way round, a due of before the
     * round could meet an armed of after it.
     *
     * Lock order: this monitor, then what the backend locks. What is due is done, and asked for, without it.
     *
     * Why not a thread that sleeps: a pool that nobody uses would cost one. Why not a timer for each resource: one is set and closed at each return,
     * where this one stands still as long as an earlier time is set.
     */
    private final Backend backend;
    private final LongSupplier round;
    // written under the monitor
    private volatile boolean armed;
    private volatile long due;
    // guarded by the monitor
    private @Nullable Registration timer;
    private boolean stopped;

    /**
     * A timer that is not set.
     *
     * @param round does what is due, shortly; returns in how many nanoseconds it is to come again, {@link Long#MAX_VALUE} for never
     */
    Reaper(Backend backend, LongSupplier round) {
        this.backend = backend;
        this.round = round;
    }

    /** Something will be due in so many nanoseconds; {@link Long#MAX_VALUE} is never. */
    void arm(long left) {
        if (left == Long.MAX_VALUE) {
            return;
        }
        long at = backend.nanoTime() + left;
        if (!isSetBefore(at)) {
            set(at, left);
        }
    }

    private boolean isSetBefore(long at) {
        return armed && due - at <= 0; // in this order
    }

    private synchronized void set(long at, long left) {
        if (stopped || isSetBefore(at)) {
            return;
        }
        if (timer != null) {
            timer.close();
        }
        due = at;
        armed = true;
        timer = backend.schedule(this::fire, Math.max(0, left));
    }

    private void fire() {
        synchronized (this) {
            if (stopped
                    || !armed
                    || due - backend.nanoTime() > 0) { // or it is an older timer, which was closed too late
                return;
            }
            timer = null;
            armed = false;
        }
        arm(round.getAsLong());
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
