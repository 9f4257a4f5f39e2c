// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The kind of thread that opens the groups. JMH's own are platform threads. */
public enum Owner {
    /** A new virtual thread for each invocation; a benchmark repeats its work often enough for that not to count. */
    VIRTUAL {
        @Override
        void run(Work work) throws Exception {
            var result = new FutureTask<Object>(() -> {
                work.run();
                return null;
            });
            Thread.startVirtualThread(result);
            try {
                var _ = result.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("the owner failed", e.getCause());
            }
        }
    },
    /** The thread that JMH calls the benchmark on. */
    PLATFORM {
        @Override
        void run(Work work) throws Exception {
            work.run();
        }
    };

    /** What the owner does. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** Runs the work on a thread of this kind, and waits for it. */
    abstract void run(Work work) throws Exception;

    /** Runs the work so many times on one thread of this kind, and waits for it. */
    final void repeat(int times, Work work) throws Exception {
        run(() -> {
            for (int i = 0; i < times; i++) {
                work.run();
            }
        });
    }
}
