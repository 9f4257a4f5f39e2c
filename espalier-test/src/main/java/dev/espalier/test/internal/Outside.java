// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Registration;
import dev.espalier.test.SimulationError;
import dev.espalier.test.Trace.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** What a simulation cannot simulate: real time, I/O, threads that are not its own. */
final class Outside {
    /*
     * A thread that waits for something outside looks like any that waits. Three things tell: its stack is in a class
     * of the JDK that does I/O; the test said so (busy); or it was woken from outside before. Stacks are read only
     * when nothing can go on, once for each wait, and not of threads in parks of the backend, which only Espalier
     * ends.
     */
    private static final List<String> DOORS = List.of(
            "sun.nio.ch.",
            "sun.nio.fs.",
            "java.net.",
            "jdk.internal.net.http.",
            "java.lang.ProcessImpl",
            "java.lang.Process",
            "sun.security.ssl.");

    private static final Duration COMING_BACK = Duration.ofMillis(20);

    private final World world;
    private final AtomicInteger work = new AtomicInteger();
    /** What the common pool had to do later when the run began: more is of CompletableFuture.orTimeout and the like. */
    private final long delayed = ForkJoinPool.commonPool().getDelayedTaskCount();

    private boolean woken;
    private boolean looking;
    /** The driver waits here: read by the watchdog. */
    private volatile boolean waiting;

    Outside(World world) {
        this.world = world;
    }

    /** The caller does something outside, until it closes what it gets. */
    Registration busy() {
        work.incrementAndGet();
        var open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                work.decrementAndGet();
            }
        };
    }

    /** Whether something is under way whose end nobody knows. */
    boolean isBusy() {
        looking = true;
        try {
            return !doingIo().isEmpty() || work.get() > 0;
        } finally {
            looking = false;
        }
    }

    /** Whether stacks are being read. */
    boolean isLooking() {
        return looking;
    }

    private List<SimThread> doingIo() {
        var found = new ArrayList<SimThread>();
        for (SimThread thread : world.crowd().elsewhere()) {
            if (thread.outside == null) {
                thread.outside = isIo(thread.thread.getStackTrace());
                if (thread.outside) {
                    world.journal().add(thread, Kind.OUTSIDE, null, "does I/O " + Sites.anywhere(thread.thread));
                }
            }
            if (thread.outside) {
                found.add(thread);
            }
        }
        return found;
    }

    private static boolean isIo(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            for (String door : DOORS) {
                if (frame.getClassName().startsWith(door)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns when something has come, or fails when that takes too long. */
    void await(Duration limit) {
        long began = System.nanoTime();
        waiting = true;
        while (world.crowd().isInboxEmpty() && isBusy()) {
            long left = Clock.nanos(limit) - (System.nanoTime() - began);
            if (left <= 0) {
                waiting = false;
                throw new SimulationError("what is outside the simulation has not ended after " + limit.toMillis()
                        + " ms of real time\n" + Waits.describe(world));
            }
            LockSupport.parkNanos(this, Math.min(left, 1_000_000)); // busy() may end without anything coming
        }
        waiting = false;
        woken = true;
    }

    /** Nothing can go on and nothing is known to be outside: whether something comes all the same, in a short while. */
    boolean mayCome() {
        return mayCome(world.run.grace());
    }

    /** In the portable mode: whether a thread that blocks in the JDK comes back, in a shorter while. */
    boolean mayComeBack() {
        return !world.crowd().elsewhere().isEmpty() && mayCome(COMING_BACK);
    }

    private boolean mayCome(Duration grace) {
        long began = System.nanoTime();
        while (world.crowd().isInboxEmpty()) {
            boolean timed = ForkJoinPool.commonPool().getDelayedTaskCount() > delayed;
            var patience = timed ? world.run.realLimit() : grace;
            long left = Clock.nanos(patience) - (System.nanoTime() - began);
            if (left <= 0) {
                return false;
            }
            waiting = timed;
            LockSupport.parkNanos(this, timed ? Math.min(left, 1_000_000) : left);
            waiting = false;
        }
        woken = true;
        return true;
    }

    boolean isWaiting() {
        return waiting;
    }

    /** Whether anything ever came. */
    boolean everWoke() {
        return woken;
    }

    /** Waits in real time until a timed wait of the JDK would end, or something comes. */
    void waitFor(Clock.Timer timer) {
        long left = timer.realDue - System.nanoTime();
        var thread = timer.waits;
        var where = thread == null ? "" : Sites.anywhere(thread.thread);
        var text = "waits in real time " + where;
        if (world.run.strictTime()) {
            throw new SimulationError("strict time: " + thread + " " + text
                    + ": use Tasks.sleep, a deadline or another wait of Espalier's, which take simulated time");
        }
        if (left > Clock.nanos(world.run.realLimit())) {
            if (mayCome()) {
                return;
            }
            throw new SimulationError(
                    thread + " " + text + ", for " + Duration.ofNanos(left).toSeconds()
                            + " s more, and nothing else can go on: use Tasks.sleep, a deadline or another wait of"
                            + " Espalier's, which take simulated time, or raise Exploration.realLimit ("
                            + world.run.realLimit().toSeconds() + " s)\n"
                            + Waits.describe(world));
        }
        world.journal().add(thread, Kind.OUTSIDE, null, text);
        waiting = true;
        while (left > 0 && world.crowd().isInboxEmpty()) {
            LockSupport.parkNanos(this, left);
            left = timer.realDue - System.nanoTime();
        }
        waiting = false;
    }
}
