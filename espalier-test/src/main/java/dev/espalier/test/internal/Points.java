// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What woven classes call. Outside a simulation, what they would have done. */
public final class Points {
    private Points() {}

    private static @Nullable World world() {
        return Worlds.isAny() && Thread.currentThread().isVirtual() ? Worlds.here() : null;
    }

    /** Before an access to shared memory: another thread may go first. */
    public static void point() {
        World world = world();
        if (world != null) {
            world.pointHere();
        }
    }

    /** At the start of a class initializer. */
    public static void initializerBegins() {
        World world = world();
        if (world != null) {
            world.simulated().initializer(+1);
        }
    }

    /** At its end. */
    public static void initializerEnds() {
        World world = world();
        if (world != null) {
            world.simulated().initializer(-1);
        }
    }

    /** Instead of {@link Thread#onSpinWait}: others go first. */
    @SuppressWarnings("ThreadPriorityCheck") // the thread's scheduler is the world
    public static void spin() {
        if (world() == null) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /**
     * Instead of {@link Thread#sleep(long)}.
     *
     * @param millis in milliseconds
     * @throws InterruptedException if interrupted
     */
    public static void sleep(long millis) throws InterruptedException {
        if (world() == null) {
            Thread.sleep(millis);
        } else {
            sleepFor(millis < 0 ? negative(millis) : TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    /**
     * Instead of {@link Thread#sleep(long, int)}.
     *
     * @param millis in milliseconds
     * @param nanos in nanoseconds, more
     * @throws InterruptedException if interrupted
     */
    public static void sleep(long millis, int nanos) throws InterruptedException {
        if (world() == null || nanos < 0 || nanos > 999_999) {
            Thread.sleep(millis, nanos);
        } else {
            sleepFor(millis < 0 ? negative(millis) : TimeUnit.MILLISECONDS.toNanos(millis) + nanos);
        }
    }

    /**
     * Instead of {@link Thread#sleep(Duration)}.
     *
     * @param time how long
     * @throws InterruptedException if interrupted
     */
    public static void sleep(Duration time) throws InterruptedException {
        if (world() == null) {
            Thread.sleep(time);
        } else {
            sleepFor(TimeUnit.NANOSECONDS.convert(time));
        }
    }

    /**
     * Instead of {@link TimeUnit#sleep}.
     *
     * @param unit of the time
     * @param time how long
     * @throws InterruptedException if interrupted
     */
    public static void sleep(TimeUnit unit, long time) throws InterruptedException {
        if (world() == null) {
            unit.sleep(time);
        } else if (time > 0) {
            sleepFor(unit.toNanos(time));
        }
    }

    private static long negative(long millis) {
        throw new IllegalArgumentException("timeout value is negative: " + millis);
    }

    @SuppressWarnings("ThreadPriorityCheck") // the thread's scheduler is the world
    private static void sleepFor(long nanos) throws InterruptedException {
        World world = world();
        if (world == null) {
            return;
        }
        long end = world.clock().now() + Math.max(0, nanos);
        if (end < 0) {
            end = Long.MAX_VALUE;
        }
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException("sleep interrupted");
            }
            if (nanos <= 0) {
                Thread.yield();
                return;
            }
            world.simulated().parkNanos("a sleep", end - world.clock().now());
        } while (world.clock().now() < end);
        if (Thread.interrupted()) {
            throw new InterruptedException("sleep interrupted");
        }
    }

    /**
     * Instead of {@link System#nanoTime}.
     *
     * @return the time of the simulation
     */
    public static long nanoTime() {
        World world = world();
        return world == null ? System.nanoTime() : world.clock().now();
    }
}
