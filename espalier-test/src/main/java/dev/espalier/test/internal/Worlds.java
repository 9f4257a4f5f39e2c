// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The worlds that run now, each from its driver's beginning to its end. */
public final class Worlds {
    private static final List<World> ACTIVE = new CopyOnWriteArrayList<>();

    private Worlds() {}

    static void add(World world) {
        ACTIVE.add(world);
    }

    static void remove(World world) {
        ACTIVE.remove(world);
    }

    /** Whether there is any. */
    static boolean isAny() {
        return !ACTIVE.isEmpty();
    }

    /**
     * The world whose thread the caller is, on its turn.
     *
     * @return null if there is none
     */
    public static @Nullable World here() {
        Thread me = Thread.currentThread();
        for (World world : ACTIVE) {
            if (world.mine(me) != null) {
                return world;
            }
        }
        return null;
    }

    /** The world whose thread the caller is, once that has the turn; null if there is none. */
    static @Nullable World enter() {
        for (World world : ACTIVE) {
            if (world.enter() != null) {
                return world;
            }
        }
        return null;
    }
}
