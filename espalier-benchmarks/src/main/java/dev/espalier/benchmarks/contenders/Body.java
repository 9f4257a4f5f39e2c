// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** What a task does: one object that each library takes as it is, so that none needs an adapter. */
public abstract class Body implements Callable<Object>, Supplier<Object>, Runnable {
    /** Does it. */
    @Override
    public abstract Object call();

    @Override
    public final Object get() {
        return call();
    }

    @Override
    public final void run() {
        var _ = call();
    }

    /**
     * What is done with an item of a source.
     *
     * @param item the item
     * @return three times the item
     */
    public static long map(int item) {
        return 3L * item;
    }
}
