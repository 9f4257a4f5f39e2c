// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

import dev.espalier.internal.Loan;

/**
 * The right to use one resource of a pool, until it is closed. Made for a {@code try} statement.
 *
 * {@snippet class="dev.espalier.GuidePoolExamples" region="lease"}
 *
 * <p>It does not see what is thrown in its {@code try} statement. A resource that may be damaged has to be marked by {@link #discard}; or use
 * {@link ResourcePool#use}, which sees it. What a lease does see is a cancellation that is still there when it is closed: then the resource is closed too
 * (S3), unless {@link PoolOptions#keepIf} says otherwise.
 *
 * <p>It is not given back by itself: what nobody closes is missing in the pool, and closing the pool names who borrowed it.
 *
 * <p><b>Threads.</b> Whoever has it may use and close it, also another task than the one that acquired it, one at a time. <b>Memory.</b> What happens before
 * a lease is closed happens-before the next borrower gets the resource.
 *
 * <p>Pitfall: keeping the resource after closing the lease. The next borrower has it then.
 *
 * @param <T> the resource
 * @since 0.1
 */
public sealed interface Lease<T> extends AutoCloseable permits Loan {
    /**
     * What was borrowed.
     *
     * @return always the same
     * @throws IllegalStateException if the lease is closed
     */
    T resource();

    /**
     * Marks the resource as not to be used again: it is closed when the lease is. Idempotent.
     *
     * @throws IllegalStateException if the lease is closed
     */
    void discard();

    /**
     * Gives the resource back, or closes it if it was discarded, its use was cancelled, its lifetime is over or the pool is closed.
     *
     * <p><b>Failure.</b> What goes wrong with the closing is logged. <b>Cancellation.</b> Never a cancellation point: what has to be done
     * is protected from the caller's cancellation, and limited by {@link PoolOptions#closeLimit}.
     *
     * @throws IllegalStateException if it was closed before
     */
    @Override
    void close();
}
