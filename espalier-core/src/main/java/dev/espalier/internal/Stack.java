// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

/** Fails early where the stack is nearly full (L12). */
final class Stack {
    private static final int DEPTH = 64;
    private static final int LITTLE = 16;

    private Stack() {}

    /**
     * Throws {@link StackOverflowError} now, before anything is changed, if there are not some kilobytes of stack left for what must not stop in the
     * middle. Costs a few hundred nanoseconds: for cancelling, not for forking.
     */
    static void reserve() {
        long _ = use(DEPTH, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    /** The same for a few calls that lead to no foreign code: giving something back, and waking who waits for it. Costs a quarter. */
    static void reserveLittle() {
        long _ = use(LITTLE, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    private static long use(int depth, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (depth == 0) {
            return a;
        }
        long below = use(depth - 1, b, c, d, e, f, g, h, a + depth);
        return below + a + b + c + d + e + f + g + h; // all are needed after the call, so all are on the stack
    }
}
