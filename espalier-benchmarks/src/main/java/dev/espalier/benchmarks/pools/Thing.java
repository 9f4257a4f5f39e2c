// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

/** A resource that notices when two use it at once. Its fields are plain: a pool hands it on with everything that was done to it. */
public final class Thing {
    private final boolean lingers;
    private boolean inUse;
    private long uses;

    Thing(boolean lingers) {
        this.lingers = lingers;
    }

    /** Uses it, and lets others come to the pool meanwhile, if there are any. */
    @SuppressWarnings("ThreadPriorityCheck") // the yield is the point
    void use() {
        if (inUse) {
            throw new IllegalStateException("two borrowed the same thing");
        }
        inUse = true;
        uses++;
        if (lingers) {
            Thread.yield();
        }
        inUse = false;
    }

    long uses() {
        return uses;
    }
}
