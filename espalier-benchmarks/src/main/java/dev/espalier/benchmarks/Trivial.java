// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Body;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A task that does nothing, and one of the same class that counts: so the way to it is checked before it is measured, and the compiler still sees
 * one target for the call.
 */
final class Trivial extends Body {
    /** Does nothing. */
    static final Body NOTHING = new Trivial(null);

    /** How often it ran, and how many ran at once. */
    static final class Count {
        private final LongAdder runs = new LongAdder();
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        Body body() {
            return new Trivial(this);
        }

        @SuppressWarnings("ThreadPriorityCheck") // to let another task in, if the limit does
        private void count() {
            int now = running.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            Thread.yield();
            runs.increment();
            running.decrementAndGet();
        }

        /** Throws unless so many tasks ran, all of them have ended, and not more than the limit ran at once. */
        void expect(int tasks, int limit) {
            if (runs.sum() != tasks || running.get() != 0 || most.get() > limit) {
                throw new IllegalStateException("expected " + tasks + " runs, none of them left, at most " + limit
                        + " at once, but there were " + runs.sum() + ", " + running.get() + " left, " + most.get()
                        + " at once");
            }
        }
    }

    private final @Nullable Count count;

    private Trivial(@Nullable Count count) {
        this.count = count;
    }

    @Override
    public Object call() {
        if (count != null) {
            count.count();
        }
        return "done";
    }
}
