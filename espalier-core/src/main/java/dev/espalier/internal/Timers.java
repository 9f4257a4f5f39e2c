// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Registration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The timers of the real backends, and the one thread that waits for them. */
final class Timers {
    /*
     * Several wheels, so that threads which set timers at once seldom meet at a monitor, and one thread, the watch, that sleeps until the first of them has something
     * to do.
     *
     * Waking the watch costs microseconds, so it is done only where a timer is due before the watch looks anyway. A timer that is taken back changes nothing: the watch
     * then looks once for nothing. So timeouts of ten seconds that are set and taken back in a loop wake it at most twice in ten seconds.
     *
     * Memory ordering
     *   who sets:   the wheel's look (volatile), then reads wakeAt; wakes the watch if the timer is due before.
     *   the watch:  turns the wheels; wakeAt (volatile); then reads every wheel's look, and turns again if one is before wakeAt.
     *   Whichever comes second sees the other. While the watch turns, wakeAt is ALREADY: it will look again.
     *
     * The end: when no timer has been set for ten seconds, the watch sets wakeAt to NEVER and takes itself out, under the monitor, unless a wheel has
     * something; who sets a timer then starts another. It is a platform thread and a daemon: see RealTime.
     *
     * Lock order: the monitor of this object, then nothing. A wheel's monitor is taken alone.
     */
    private static final long ALREADY = Long.MIN_VALUE;
    private static final long ORIGIN = System.nanoTime();

    private final Wheel[] wheels;
    private final Consumer<Runnable> fire;
    private final long idleNanos;
    /** When the watch looks next; written by it alone. */
    private volatile long wakeAt = Wheel.NEVER;
    /** Guarded by the monitor. */
    private @Nullable Thread watch;

    /** A timer that can be taken back. */
    private static final class Alarm extends Wheel.Timer implements Registration {
        private final Wheel wheel;

        Alarm(long due, Runnable action, Wheel wheel) {
            super(due, action);
            this.wheel = wheel;
        }

        @Override
        public void close() {
            wheel.remove(this);
        }
    }

    /**
     * No timers yet.
     *
     * @param stripes how many threads may set one at once, a power of two
     * @param idleNanos how long the watch stays when there is nothing to do
     * @param fire does what a timer is for, or has it done; it does not block
     */
    Timers(int stripes, long idleNanos, Consumer<Runnable> fire) {
        this.wheels = new Wheel[stripes];
        for (int i = 0; i < stripes; i++) {
            wheels[i] = new Wheel();
        }
        this.idleNanos = idleNanos;
        this.fire = fire;
    }

    private static long now() {
        return System.nanoTime() - ORIGIN;
    }

    /** Sets a timer, from now. */
    Registration set(Runnable action, long delayNanos) {
        return setAt(action, System.nanoTime(), delayNanos);
    }

    /** Sets a timer. */
    Registration setAt(Runnable action, long fromNanoTime, long delayNanos) {
        long from =
                fromNanoTime - ORIGIN; // in a simulation, whose clock woven classes read, it can be before the origin
        long due = from + Math.clamp(delayNanos, 0, Wheel.NEVER - Math.max(from, 0));
        Wheel wheel = wheels[(int) Thread.currentThread().threadId() & (wheels.length - 1)];
        var alarm = new Alarm(due, action, wheel);
        wheel.set(alarm);
        if (alarm.due() < wakeAt) {
            boolean woken = false;
            try {
                wake();
                woken = true;
            } finally {
                if (!woken) { // no thread could be started
                    wheel.remove(alarm);
                }
            }
        }
        return alarm;
    }

    int pending() {
        int pending = 0;
        for (Wheel wheel : wheels) {
            pending += wheel.size();
        }
        return pending;
    }

    private synchronized void wake() {
        if (watch == null) {
            Thread thread = Thread.ofPlatform().daemon().name("espalier-timer").unstarted(this::watch);
            thread.start();
            watch = thread;
        } else {
            LockSupport.unpark(watch);
        }
    }

    private void watch() {
        boolean ended = false;
        try {
            turnUntilIdle();
            ended = true;
        } finally {
            if (!ended) { // memory is out: whoever sets the next timer starts another
                synchronized (this) {
                    watch = null;
                    wakeAt = Wheel.NEVER;
                }
            }
        }
    }

    private void turnUntilIdle() {
        long lastSeen = now();
        while (true) {
            wakeAt = ALREADY;
            long now = now();
            if (look() != Wheel.NEVER) {
                lastSeen = now;
            }
            for (Wheel wheel : wheels) {
                if (wheel.look() <= now) {
                    wheel.turn(now, fire);
                }
            }
            long next = look();
            wakeAt = next;
            if (look() < next) {
                continue;
            }
            long wait = next == Wheel.NEVER ? lastSeen + idleNanos - now : next - now();
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            } else if (next == Wheel.NEVER && hasEnded()) {
                return;
            }
        }
    }

    private long look() {
        long first = Wheel.NEVER;
        for (Wheel wheel : wheels) {
            first = Math.min(first, wheel.look());
        }
        return first;
    }

    private synchronized boolean hasEnded() {
        if (look() != Wheel.NEVER) {
            return false;
        }
        watch = null;
        return true;
    }
}
