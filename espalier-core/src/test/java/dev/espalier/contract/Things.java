// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes resources for pools, and knows which are open. */
final class Things {
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private final List<Thing> closed = new CopyOnWriteArrayList<>();

    /** A resource that one at a time may use, and that is closed once. */
    final class Thing implements AutoCloseable {
        private final int number = made.incrementAndGet();
        private final AtomicBoolean used = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();

        Thing() {
            var _ = most.accumulateAndGet(open.incrementAndGet(), Math::max);
        }

        int number() {
            return number;
        }

        /** Fails if somebody else uses it, or it is closed. */
        void use(Runnable work) {
            if (ended.get() || !used.compareAndSet(false, true)) {
                throw new AssertionError(this + " is lent twice, or closed");
            }
            try {
                work.run();
            } finally {
                used.set(false);
            }
        }

        boolean isClosed() {
            return ended.get();
        }

        @Override
        public void close() {
            if (!ended.compareAndSet(false, true)) {
                throw new AssertionError(this + " is closed twice");
            }
            if (used.get()) {
                throw new AssertionError(this + " is closed while it is used");
            }
            open.decrementAndGet();
            closed.add(this);
        }

        @Override
        public String toString() {
            return "thing " + number;
        }

        @Override
        public boolean equals(Object o) {
            throw new AssertionError("a pool has no business with equals");
        }

        @Override
        public int hashCode() {
            throw new AssertionError("a pool has no business with hashCode");
        }
    }

    Thing open() {
        return new Thing();
    }

    /** How many are open now. */
    int openNow() {
        return open.get();
    }

    /** How many were open at most. */
    int most() {
        return most.get();
    }

    /** How many were ever made. */
    int made() {
        return made.get();
    }

    /** The numbers of those that were closed, in order. */
    List<Integer> closed() {
        return closed.stream().map(Thing::number).toList();
    }
}
