// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time of a simulation, and what is to happen at which. */
final class Clock {
    /*
     * The clock stands still while any thread can go on, and jumps to the first timer when none can. Everything that
     * comes due at that instant happens at once, and the world draws the order of the threads that it wakes.
     *
     * Timed waits of the JDK (Thread.sleep, poll(timeout), tryLock(timeout)) measure real time themselves, so they
     * cannot be woken early: they would wait again. They stand in the same queue, due at the simulated time at which
     * they would end, so that their order against everything else is as a user expects, and replays. But when the
     * clock jumps to one of them, as much real time passes as it needs. A wait that only guards against a hang
     * therefore costs nothing. The world notes each wait that was waited for.
     *
     * Lock: this object, best of all: nothing is called while it is held. Threads outside the simulation set and
     * close timers too. The clock itself is moved by the driver only.
     */
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private volatile long now;
    private long made;

    /** Something that is to happen. */
    final class Timer implements Comparable<Timer>, Registration {
        final long due;
        final long number;
        /** Whose timed wait it is; null for an action. */
        final @Nullable SimThread waits;

        final Runnable action;
        /** When it is due in real time, as System.nanoTime tells it; 0 if it does not matter. */
        final long realDue;

        private Timer(long due, @Nullable SimThread waits, Runnable action, long realDue) {
            this.due = due;
            this.number = made++;
            this.waits = waits;
            this.action = action;
            this.realDue = realDue;
        }

        boolean isReal() {
            return realDue != 0;
        }

        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }

        @Override
        public void close() {
            synchronized (Clock.this) {
                timers.remove(this);
            }
        }
    }

    long now() {
        return now;
    }

    /** In nanoseconds; the largest number if it is more. */
    static long nanos(Duration time) {
        return TimeUnit.NANOSECONDS.convert(time);
    }

    Duration elapsed() {
        return Duration.ofNanos(now);
    }

    private long after(long nanos) {
        long due = now + Math.max(0, nanos);
        return due < 0 ? Long.MAX_VALUE : due;
    }

    /** An action on a thread of its own. */
    synchronized Timer schedule(Runnable action, long nanos) {
        return add(new Timer(after(nanos), null, action, 0));
    }

    /** Wakes a thread that parks for a time. */
    synchronized Timer wake(SimThread thread, Runnable unpark, long nanos) {
        return add(new Timer(after(nanos), thread, unpark, 0));
    }

    /** Ends a timed wait of the JDK. */
    synchronized Timer waitInRealTime(@Nullable SimThread thread, Runnable command, long nanos) {
        long realDue = System.nanoTime() + nanos;
        return add(new Timer(after(nanos), thread, command, realDue == 0 ? 1 : realDue));
    }

    private Timer add(Timer timer) {
        timers.add(timer);
        return timer;
    }

    synchronized boolean isEmpty() {
        return timers.isEmpty();
    }

    /** The first one; null if there is none, which another thread may have seen to since somebody looked. */
    synchronized @Nullable Timer first() {
        return timers.peek();
    }

    /** Moves to when a timer is due, and takes out all that are due then. */
    synchronized List<Timer> jumpTo(Timer timer) {
        now = Math.max(now, timer.due);
        var due = new ArrayList<Timer>();
        while (!timers.isEmpty() && timers.element().due <= now) {
            due.add(timers.remove());
        }
        return due;
    }

    /** Actions that are still set: none may be left. */
    synchronized List<Timer> actions() {
        return timers.stream().filter(t -> t.waits == null).sorted().toList();
    }
}
