// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Registration;
import dev.espalier.Task;
import dev.espalier.test.Trace.Kind;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What the threads of a world ask of it: a backend, with points and faults. */
public final class Simulated {
    /*
     * Called by threads of the world, which have the turn or wait for it in enter, and by threads outside, for which
     * each call does what it would on a real backend, with the world's clock.
     */
    private final World world;

    Simulated(World world) {
        this.world = world;
    }

    /**
     * See the backend.
     *
     * @return in nanoseconds
     */
    public long nanoTime() {
        return world.clock().now();
    }

    /** See the backend. */
    public void checkpoint() {
        world.pointHere();
    }

    /**
     * See the backend.
     *
     * @param blocker for what
     */
    public void park(Object blocker) {
        SimThread me = world.enter();
        if (me == null) {
            LockSupport.park(blocker);
            return;
        }
        if (!injected(me)) {
            doPark(me, blocker);
        }
    }

    /**
     * See the backend.
     *
     * @param blocker for what
     * @param nanos how long at most
     */
    public void parkNanos(Object blocker, long nanos) {
        SimThread me = world.enter();
        if (me == null) {
            LockSupport.parkNanos(blocker, nanos);
        } else if (nanos > 0 && !injected(me)) {
            parkFor(me, blocker, nanos);
        }
    }

    private void parkFor(SimThread me, Object blocker, long nanos) {
        var timer = world.clock().wake(me, () -> world.machine().unpark(me.thread), nanos);
        try {
            doPark(me, blocker);
        } finally {
            timer.close();
        }
    }

    private void doPark(SimThread me, Object blocker) {
        me.parkedFor = blocker;
        try {
            world.machine().park(me, blocker);
        } finally {
            me.parkedFor = null;
        }
    }

    /**
     * Draws whether something happens at this blocking point; true if the caller is not to park, because it has
     * waited for something else.
     */
    private boolean injected(SimThread me) {
        if (world.isUnwinding() || me.initializers > 0) {
            return false;
        }
        world.point(me);
        if (me.delayed) {
            me.delayed = false;
            return false;
        }
        String fault = world.dice().atBlockingPoint(me);
        if (fault == null) {
            return false;
        }
        if (fault.startsWith(FaultDice.DELAY)) {
            long nanos = Long.parseLong(fault.substring(FaultDice.DELAY.length()));
            happened(me, fault, "delayed by " + Duration.ofNanos(nanos));
            parkFor(me, "a delay that the simulation injected", nanos);
            me.delayed = true;
            return true;
        }
        Task<?> task = me.task();
        if (task != null) {
            happened(me, fault, "cancelled");
            world.machine()
                    .newThread(
                            () -> task.cancel("a fault that the simulation injected"),
                            "fault",
                            /* inheritThreadLocals= */ false)
                    .start();
        }
        return false;
    }

    private void happened(SimThread me, String fault, String text) {
        world.journal().add(me, Kind.FAULT, null, text);
        world.journal().injected(me, fault);
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
        SimThread me = world.enter();
        if (me != null && !world.isUnwinding() && me.initializers == 0) {
            world.point(me);
            String fault = world.dice().atFork(me);
            if (fault != null) {
                happened(me, fault, "no thread");
                throw new RejectedExecutionException("a fault that the simulation injected: no thread can be made");
            }
        }
        return world.machine().newThread(task, name, inheritThreadLocals);
    }

    /**
     * See the backend.
     *
     * @param action what to do
     * @param nanos when, from now
     * @return forgets it
     */
    public Registration schedule(Runnable action, long nanos) {
        world.pointHere();
        if (nanos <= 0) {
            world.startTimer(action);
            return () -> {};
        }
        return world.clock().schedule(action, nanos);
    }

    /**
     * See the backend.
     *
     * @param thread which
     */
    public void unpark(Thread thread) {
        world.pointHere();
        world.machine().unpark(thread);
    }

    /** The caller enters a class initializer, or leaves one. */
    void initializer(int change) {
        SimThread me = world.me();
        if (me != null) {
            me.initializers += change;
        }
    }

    /** Returns when no other thread can go on without the clock moving. */
    void runUntilIdle(SimThread me) {
        world.idlers().add(me);
        me.forIdle = true;
        try {
            while (world.idlers().contains(me)) {
                doPark(me, "the others to be idle");
                if (Thread.currentThread().isInterrupted()) {
                    world.idlers().remove(me);
                }
            }
        } finally {
            me.forIdle = false;
        }
    }

    /** Moves the clock on; what comes due on the way happens. */
    void advance(SimThread me, Duration time) {
        long end = world.clock().now()
                + Math.min(Clock.nanos(time), Long.MAX_VALUE - world.clock().now());
        while (world.clock().now() < end && !Thread.currentThread().isInterrupted()) {
            parkFor(me, "the clock to be moved", end - world.clock().now());
        }
    }

    @Override
    public String toString() {
        return "simulation of seed " + world.run.seed();
    }
}
