// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.internal.Blocking;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The items of a channel as a stream: one is received for each that the stream asks for. */
final class Receiving<T> implements Spliterator<T> {
    private final Conduit<T> conduit;

    private Receiving(Conduit<T> conduit) {
        this.conduit = conduit;
    }

    static <T> Stream<T> stream(Conduit<T> conduit) {
        return StreamSupport.stream(new Receiving<>(conduit), /* parallel= */ false);
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        T item;
        try {
            item = conduit.receive();
        } catch (InterruptedException e) {
            throw Blocking.unchecked(e);
        }
        if (item == null) {
            return false;
        }
        action.accept(item);
        return true;
    }

    @Override
    public @Nullable Spliterator<T> trySplit() {
        return null; // a part would have to be received in advance
    }

    @Override
    public long estimateSize() {
        return Long.MAX_VALUE;
    }

    @Override
    public int characteristics() {
        return ORDERED | NONNULL;
    }
}
