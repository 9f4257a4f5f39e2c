// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import org.jspecify.annotations.Nullable;

/**
 * Waits for several channels at once, and does exactly one thing.
 *
 * {@snippet class="dev.espalier.channels.GuideChannelsExamples" region="select"}
 *
 * <p>Each channel may be in one clause only. {@link #any} chooses among the clauses that are ready without preference; {@link #inOrder} takes the first of them.
 *
 * <p><b>Failure.</b> If one of the channels has failed, the select throws {@link ChannelFailedException}, whatever else is ready. If one is done, or closed for sending, that counts as
 * being ready, as in Go: see the {@link Clause}.
 *
 * <p><b>Cancellation.</b> Always a cancellation point, also if something is ready or there is an {@link Clause#otherwise}. A select that throws has neither sent nor received anything; one that has received an item
 * at the moment of a cancellation or of its timeout gives that item.
 *
 * <p><b>Threads.</b> Any.
 *
 * <p>From: Go's {@code select}; Jox, whose algorithm it is.
 *
 * @since 0.1
 */
public final class Select {
    private Select() {}

    /**
     * Waits until a clause is ready. If several are, each has the same chance.
     *
     * @param clauses at least one that sends or receives
     * @param <R> the result
     * @return the result of the clause that was chosen
     * @throws ChannelException if a channel has ended, and its clause does not accept that
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <R extends @Nullable Object> R any(Clause<? extends R>... clauses) throws InterruptedException {
        return new Selection<R>(clauses, /* shuffle= */ true).run();
    }

    /**
     * Waits until a clause is ready. If several are, the first of them is chosen: those behind it may starve.
     *
     * @param clauses at least one that sends or receives
     * @param <R> the result
     * @return the result of the clause that was chosen
     * @throws ChannelException if a channel has ended, and its clause does not accept that
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <R extends @Nullable Object> R inOrder(Clause<? extends R>... clauses) throws InterruptedException {
        return new Selection<R>(clauses, /* shuffle= */ false).run();
    }
}
