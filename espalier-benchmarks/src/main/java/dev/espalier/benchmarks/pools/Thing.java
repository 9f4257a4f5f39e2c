// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

/** A resource that notices when two use it at once. Its fields are plain: a pool hands it on with everything that was done to it. */
public final class Thing {
    private boolean inUse;
    private long uses;

    /** Uses it. */
    void use() {
        if (inUse) {
            throw new IllegalStateException("two borrowed the same thing");
        }
        inUse = true;
        uses++;
        inUse = false;
    }

    long uses() {
        return uses;
    }
}
