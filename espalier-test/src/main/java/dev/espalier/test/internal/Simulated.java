// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Registration;
import org.jspecify.annotations.Nullable;

/** What a backend does, in a world. */
public final class Simulated {
    private final World world;

    Simulated(World world) {
        this.world = world;
    }

    /**
     * See the backend.
     *
     * @param task its code
     * @param name its name
     * @param inheritThreadLocals whether it inherits
     * @return a thread that was not started
     */
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        return world.newThread(task, name, inheritThreadLocals);
    }

    /**
     * See the backend.
     *
     * @return in nanoseconds
     */
    public long nanoTime() {
        return world.clock().now();
    }

    /**
     * See the backend.
     *
     * @param action what to do
     * @param delayNanos when
     * @return forgets it
     */
    public Registration schedule(Runnable action, long delayNanos) {
        return world.schedule(action, delayNanos);
    }

    /**
     * See the backend.
     *
     * @param blocker for what
     */
    public void park(Object blocker) {
        world.park(blocker);
    }

    /**
     * See the backend.
     *
     * @param blocker for what
     * @param nanos how long at most
     */
    public void parkNanos(Object blocker, long nanos) {
        world.parkNanos(blocker, nanos);
    }

    /** See the backend. */
    public void checkpoint() {
        world.pointHere();
    }

    /**
     * See the backend.
     *
     * @param thread which
     */
    public void unpark(Thread thread) {
        world.unpark(thread);
    }

    @Override
    public String toString() {
        return "simulation of seed " + world.run.seed();
    }
}
