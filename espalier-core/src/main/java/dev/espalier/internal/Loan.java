// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.pool.Lease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One borrowing of a pool's resource, from when the borrower comes. */
public final class Loan<T> extends Holder implements Lease<T> {
    /*
     * States: asked -> granted a slot -> lent -> closed. It is made before anything is taken, so that nothing is lost where there is no memory for it.
     *
     * slot and resource are written by the borrower, or by who lets it in, under the monitor; then it is lent, and they stay. Of several closings one gives
     * the resource back, by one compare-and-set; a body's loan is known to its use alone, which ends it once. discarded is volatile: who marks and who
     * closes may be two threads.
     */
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(Loan.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Pool<T> pool;
    /** What it was granted; null before, and if the pool is closed. */
    @Nullable
    Slot<T> slot;

    private @Nullable T resource;
    private volatile boolean closed;
    private volatile boolean discarded;

    Loan(Pool<T> pool, @Nullable Strand strand, boolean bound, @Nullable LeaseSite site) {
        super(strand, State.TAKEN, 0, bound, site);
        this.pool = pool;
    }

    /** The slot is its own now, and what is in it is lent at once or not yet. */
    void grant(Slot<T> granted, State as, long now) {
        slot = granted;
        state = as;
        since = now;
        granted.holder(this);
    }

    /** What is in the slot is lent. */
    void lend() {
        resource = Objects.requireNonNull(slot).resource;
    }

    @Override
    public T resource() {
        checkOpen();
        return Objects.requireNonNull(resource);
    }

    @Override
    public void discard() {
        checkOpen();
        discarded = true;
    }

    boolean isDiscarded() {
        return discarded;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this lease of " + pool
                    + " is closed, and its resource may be another borrower's; use it inside the try statement"
                    + " that acquires it");
        }
    }

    @Override
    public void close() {
        if (!CLOSED.compareAndSet(this, false, true)) {
            throw new IllegalStateException("this lease of " + pool
                    + " was closed before; close each lease once: let a try statement do it, and mark a resource that"
                    + " must not be used again by discard()");
        }
        pool.end(this, null);
    }

    /**
     * Gives the resource back: for who has the loan to itself, and ends it once.
     *
     * @param thrown what its use threw
     */
    public void end(@Nullable Throwable thrown) {
        pool.end(this, thrown);
    }

    @Override
    public String toString() {
        return "lease of " + pool.describe();
    }
}
