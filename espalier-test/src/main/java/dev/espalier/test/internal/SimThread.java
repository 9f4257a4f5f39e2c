// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Task;
import org.jspecify.annotations.Nullable;

/** A thread of a simulation. */
final class SimThread {
    /*
     * Written and read only by whoever has the turn: the driver between two steps, the thread itself during its own.
     * The hand-over of the turn orders them (World). What the watchdog reads is volatile there.
     */
    /** From 0, in the order in which they came to the simulation. */
    final int number;

    final Thread thread;
    /** What runs it on; null where threads are gated. */
    final @Nullable Runnable continuation;

    /** How often it was asked who goes on when it came to a point: names that point in a schedule. */
    int points;
    /** In how many class initializers it is: they run once in a JVM, so that nothing may be drawn in them. */
    int initializers;
    /** It is in the list of those that can go on. */
    boolean ready;

    boolean ended;
    /** It has come to a gate, and was not resumed yet. */
    boolean isNew;
    /** It waits for a monitor, or did when it last stopped. */
    boolean atMonitor;
    /** What it waits for in a park of the backend; null if it stopped elsewhere. */
    @Nullable
    Object parkedFor;
    /** A delay was injected where it wanted to wait last: it waits next time, or it never would. */
    boolean delayed;
    /** It waits for the others to have nothing left to do. */
    boolean forIdle;
    /** What is known of where it stopped, once somebody had to know; see Outside. */
    @Nullable
    Boolean outside;

    SimThread(int number, Thread thread, @Nullable Runnable continuation) {
        this.number = number;
        this.thread = thread;
        this.continuation = continuation;
    }

    /** The task that it runs; null if it runs none. */
    @Nullable
    Task<?> task() {
        return thread.getUncaughtExceptionHandler() instanceof Task<?> task ? task : null;
    }

    /** Its name in a trace: the same in every run. */
    String label() {
        var name = thread.getName();
        return name.isEmpty() ? "t" + number : "t" + number + " " + name;
    }

    @Override
    public String toString() {
        return label();
    }
}
