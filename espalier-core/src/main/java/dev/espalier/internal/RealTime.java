// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The clock, timers and parking of the real backends: the JVM's. */
abstract class RealTime implements Backend {
    /*
     * One thread waits for the next timer of the whole program; what a timer does runs on another, because interrupting can close a channel,
     * and a close that blocks must not keep other deadlines from passing. Both are platform threads: a deadline that is to
     * interrupt code which computes on every carrier would else wait for a carrier. Both end when they have had nothing to do for ten
     * seconds, and neither keeps the JVM from exiting.
     */
    private static final long IDLE_SECONDS = 10;

    static final ExecutorService EXECUTOR = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("espalier-deadline-", 1).factory());

    private static final Timers TIMERS = new Timers(
            Math.min(16, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors())),
            TimeUnit.SECONDS.toNanos(IDLE_SECONDS),
            RealTime::fire);

    @Override
    public final long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public final Registration schedule(Runnable action, long delayNanos) {
        return TIMERS.set(action, delayNanos);
    }

    /**
     * Timers that are set.
     *
     * @return for tests that look for what is left
     */
    public static int pendingTimers() {
        return TIMERS.pending();
    }

    private static void fire(Runnable action) {
        try {
            EXECUTOR.execute(action);
        } catch (RuntimeException | Error e) {
            Log.warn("no thread for a timer that has fired; it runs on the timer's own", e);
            runHere(action);
        }
    }

    private static void runHere(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            Log.warn("what a timer was set for threw", e);
        }
    }

    @Override
    public final void park(Object blocker) {
        LockSupport.park(blocker);
    }

    @Override
    public final void parkNanos(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public final void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
