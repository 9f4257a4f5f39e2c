// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;

/** Items that several workers take from one source, and hand on in the order in which they were taken. */
final class Order<T> {
    /*
     * A worker takes an item and its place in the order under one lock, so that the places have the order of the items. A place is an event: that everything before it has been handed on. So the places
     * form a chain, in which each worker waits for the one before and lets in the one behind; a worker that is done with its item early waits there, and takes no other meanwhile. That is what
     * bounds the items on the way by the number of workers.
     *
     * If a worker fails or is cancelled, its event is never set: those behind it would wait for ever, but the stage is one producer that fails, and cancels them.
     *
     * Lock order: `taking` is held while its holder waits for the source, and nothing that feeds the source waits for it.
     *
     * Field `last`: guarded by `taking`.
     */
    /** What a worker does with an item. */
    interface Step<T> {
        /** Hands its result on after it has awaited the turn. */
        void run(T item, Event turn) throws Exception;
    }

    private final Source<T> source;
    private final Lock taking = new Lock();
    private Event last = new Event();

    Order(Source<T> source) {
        this.source = source;
        last.set();
    }

    /** One worker: until the source is done. */
    void each(Step<T> step) throws Exception {
        while (true) {
            T item;
            Event turn;
            Event next;
            try (var _ = taking.acquire()) {
                var received = source.receiveOrDone();
                if (received.isEmpty()) {
                    return;
                }
                item = received.get();
                turn = last;
                next = new Event();
                last = next;
            }
            step.run(item, turn);
            next.set();
        }
    }
}
