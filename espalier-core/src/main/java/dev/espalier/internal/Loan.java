// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.pool.Lease;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One borrowing of a pool's resource. */
public final class Loan<T> implements Lease<T> {
    /*
     * States: open -> closed, by one compare-and-set, so that of several closings one gives the resource back. discarded is volatile: who marks and who
     * closes may be two threads.
     */
    private final Pool<T> pool;
    final Slot<T> slot;
    private final T resource;
    /** Where it was acquired. */
    final Scope scope;

    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean discarded;

    Loan(Pool<T> pool, Slot<T> slot, T resource, Scope scope) {
        this.pool = pool;
        this.slot = slot;
        this.resource = resource;
        this.scope = scope;
    }

    @Override
    public T resource() {
        checkOpen();
        return resource;
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
        if (closed.get()) {
            throw new IllegalStateException("this lease of " + pool
                    + " is closed, and its resource may be another borrower's; use it inside the try statement"
                    + " that acquires it");
        }
    }

    @Override
    public void close() {
        end(null);
    }

    /**
     * Gives the resource back, once.
     *
     * @param thrown what its use threw, if that is known
     */
    public void end(@Nullable Throwable thrown) {
        if (!closed.compareAndSet(false, true)) {
            throw new IllegalStateException("this lease of " + pool
                    + " was closed before; close each lease once: let a try statement do it, and mark a resource that"
                    + " must not be used again by discard()");
        }
        pool.end(this, resource, thrown);
    }

    @Override
    public String toString() {
        return "lease of " + pool.describe();
    }
}
