// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

/** What woven classes call. */
public final class Points {
    private Points() {}

    /** Before an access to shared memory: another thread may go first. */
    public static void point() {
        if (World.isAny() && Thread.currentThread().isVirtual()) {
            World world = World.here();
            if (world != null) {
                world.pointHere();
            }
        }
    }

    /** Instead of {@link Thread#onSpinWait}: others go first. */
    public static void spin() {
        World world = World.isAny() ? World.here() : null;
        if (world == null) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
