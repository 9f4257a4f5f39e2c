// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Lets work into an application, counts what is in it, and tells when the last has left. */
final class Admission {
    /*
     * States, in ctl: how many are in it (low 62 bits), and CLOSED. One word, so that nobody gets in after it was closed, and whoever closed it sees
     * in the count everybody who got in before.
     *
     *   enter, any thread:   not CLOSED -> count + 1 (compare-and-set); CLOSED -> refused
     *   leave, any thread:   count - 1 (atomic); the last one unparks the waiter
     *   close, the shutdown: -> CLOSED
     *
     * Memory ordering. The shutdown writes `waiter`, then reads ctl; who leaves changes ctl, then reads `waiter`. One sees the other. What the leaving
     * thread did happens-before the shutdown sees the count without it.
     *
     * Lock order: none; leave allocates nothing and can always run in a finally.
     *
     * Why not a Phaser or Semaphore: their waits park on the JVM's clock (T7).
     */
    private static final long CLOSED = 1L << 62;
    private static final VarHandle CTL;

    static {
        try {
            CTL = MethodHandles.lookup().findVarHandle(Admission.class, "ctl", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Backend backend;
    private volatile long ctl;

    /** The thread of the shutdown, while it waits; written by it, read by those who leave. */
    volatile @Nullable Thread waiter;

    Admission(Backend backend) {
        this.backend = backend;
    }

    boolean enter() {
        for (long c = ctl; (c & CLOSED) == 0; c = ctl) {
            if (CTL.compareAndSet(this, c, c + 1)) {
                return true;
            }
        }
        return false;
    }

    void leave() {
        long before = (long) CTL.getAndAdd(this, -1L);
        if ((before & ~CLOSED) == 1) {
            wake();
        }
    }

    void close() {
        long _ = (long) CTL.getAndBitwiseOr(this, CLOSED);
    }

    boolean isEmpty() {
        return (ctl & ~CLOSED) == 0;
    }

    /** The shutdown looks again at what it waits for. */
    void wake() {
        Thread thread = waiter;
        if (thread != null) {
            backend.unpark(thread);
        }
    }
}
