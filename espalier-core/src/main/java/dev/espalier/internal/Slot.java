// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A place in a pool, from before its resource is opened until after it has been closed. {@link PoolLine} says how it goes. */
final class Slot<T> {
    private static final VarHandle HOLDER;

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(Slot.class, "holder", Holder.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Null until it is opened, and once it has been closed. Written by who has the slot, under the monitor of the line; read by that thread, and under the monitor. */
    @Nullable
    T resource;

    // what follows is read and written by who has the slot; from one to the next it goes by the shelf
    /** Whether its life has an end. */
    private boolean mortal;
    /** When, on the clock of the pool's backend. */
    private long lifeEnd;
    /** Since when it has not been used. */
    private long idleSince;
    /** Whether its last use went wrong, so that it is to be checked. */
    boolean suspect;
    /** Whether it is to be closed, whatever a check would say. */
    private boolean broken;

    /**
     * Who has it, and for what; null while it is idle, so that nothing is kept of who had it. Written by who has the slot, read by anyone. Weaker than
     * volatile: the write releases the fields of the holder to who reads it; and it is seen by who looks for circles after a fence (see Circle).
     */
    @SuppressWarnings("UnusedVariable") // read and written by HOLDER
    private @Nullable Holder holder;

    /** What never comes is for ever. */
    static long nanos(@Nullable Duration time) {
        return time == null || time.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) >= 0
                ? Long.MAX_VALUE
                : time.toNanos();
    }

    @Nullable
    Holder holder() {
        return (Holder) HOLDER.getAcquire(this);
    }

    void holder(@Nullable Holder has) {
        HOLDER.setRelease(this, has);
    }

    /** A resource is in it. */
    void begin(T opened, long now, long life) {
        resource = opened;
        mortal = life != Long.MAX_VALUE;
        lifeEnd = now + life;
        suspect = false;
        broken = false;
        idleSince = now;
    }

    /** Its use is over. */
    void rest(long now, boolean doubtful) {
        idleSince = now;
        suspect = doubtful;
    }

    /** It is never lent again. */
    void spoil() {
        broken = true;
    }

    boolean isBroken() {
        return broken;
    }

    /** For how long it has not been used. */
    long idle(long now) {
        return now - idleSince;
    }

    /** How much longer it may live; {@link Long#MAX_VALUE} for ever. */
    long life(long now) {
        return mortal ? lifeEnd - now : Long.MAX_VALUE;
    }
}
