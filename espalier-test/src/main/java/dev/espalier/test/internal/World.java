// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.SimulationError;
import dev.espalier.test.Trace.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of a simulation: its threads, who has the turn, and what happens when none can go on. */
public final class World {
    /*
     * Turns. Exactly one thread acts at a time: the driver, a platform thread, or the one thread of the world that
     * the driver has resumed. All fields but those named below belong to whoever has the turn. The driver mounts a
     * continuation and returns when it has stopped, on one and the same platform thread, so there is nothing to
     * publish; with gates (Gates), the hand-over of the turn does it.
     *
     * Points. At each place where a thread may stop, the chooser says who goes on: where it blocks or ends, where it
     * says Thread.yield, where it calls the backend, and, if its class was woven, at each access to shared memory
     * (Points). In a class initializer there are no points (Weaver). A thread that is preempted has been given a
     * follower (forced) and yields; the driver then resumes that one. Where it cannot yield, because a native frame
     * or a class initializer is on its stack, it goes on, and the schedule says nothing.
     *
     * From outside. Threads that are not of the world may wake threads of it: they put the continuation into the
     * inbox and unpark the driver. That is noted as OUTSIDE, except for the JDK's own thread that hands over monitors
     * (Continuations). The inbox is sorted before it is read.
     *
     * Nothing can go on. In this order: those who wait for that (runUntilIdle); what waits for something outside, as
     * I/O, is waited for, and the clock stands; the clock jumps; something outside may come within a short while of
     * real time; if a thread is left, it is a deadlock, or, after the end of the test's own thread, a leak.
     *
     * Fields that others touch, all volatile: current (written by the driver; another thread reads it only to compare
     * it with itself, and one whose turn may be taken away does so after enter), driver, and beat (for the watchdog).
     */
    /** Steps in which threads that are left over are asked to end. */
    private static final int UNWINDING = 20_000;

    final Run run;
    private final Machine machine;
    private final Clock clock = new Clock();
    private final Journal journal;
    private final FaultDice dice;
    private final Crowd crowd;
    private final Simulated simulated;
    private final List<SimThread> idlers = new ArrayList<>();
    private final Outside outside;

    private volatile @Nullable SimThread current;
    private @Nullable SimThread last;
    private @Nullable SimThread forced;
    /** Whose turn it would have been, if another was drawn. */
    private String outOfTurn = "";

    private volatile @Nullable Thread driver;
    private long steps;
    private volatile long beat;
    private @Nullable SimulationError failure;
    private boolean unwinding;

    World(Run run) {
        this.run = run;
        var door = run.portable() ? null : Door.open();
        this.machine = door == null ? new Gates(this) : new Continuations(door, this);
        this.journal = new Journal(this);
        this.dice = new FaultDice(run);
        this.outside = new Outside(this);
        this.crowd = new Crowd(this);
        this.simulated = new Simulated(this);
    }

    /** The thread of this world that a thread is, if it has the turn. */
    @Nullable
    SimThread mine(Thread me) {
        SimThread thread = current;
        return thread != null && thread.thread == me ? thread : null;
    }

    /** The caller, which has the turn; null if it is not of this world. */
    @Nullable
    SimThread me() {
        return mine(Thread.currentThread());
    }

    /** The caller, once it has the turn; null if it is not of this world. */
    @Nullable
    SimThread enter() {
        machine.enter();
        return me();
    }

    /** Whether what is left over is asked to end: what comes of that is not part of the run. */
    boolean isUnwinding() {
        return unwinding;
    }

    Machine machine() {
        return machine;
    }

    Clock clock() {
        return clock;
    }

    Journal journal() {
        return journal;
    }

    FaultDice dice() {
        return dice;
    }

    Simulated simulated() {
        return simulated;
    }

    Crowd crowd() {
        return crowd;
    }

    Outside outside() {
        return outside;
    }

    /** The platform thread that resumes the others; null when the run is over. */
    @Nullable
    Thread driver() {
        return driver;
    }

    /** The one that has the turn; null if the driver has it. */
    @Nullable
    SimThread current() {
        return current;
    }

    /** Whether somebody is preempted in favour of another. */
    boolean isForced() {
        return forced != null;
    }

    /** The one that has the turn, or had it last. */
    @Nullable
    SimThread lastThread() {
        return current != null ? current : last;
    }

    long steps() {
        return steps;
    }

    /** Changes as long as threads come to points: for the watchdog. */
    long beat() {
        return beat;
    }

    private boolean isOverLimit() {
        return steps > run.maxSteps() && !unwinding;
    }

    // ---- the driver

    /** Runs the world until its first thread has ended and no other can go on. On the driver. */
    void drive(Thread root) {
        driver = Thread.currentThread();
        Worlds.add(this);
        try {
            root.start();
            turn();
            if (crowd.isRootOver()) {
                failure = Leaks.of(this);
            }
            unwind();
        } catch (SimulationError e) {
            failure = e;
            unwind();
        } finally {
            Worlds.remove(this);
            driver = null;
        }
    }

    @Nullable
    SimulationError failure() {
        return failure;
    }

    private void turn() {
        while (true) {
            crowd.receive();
            if (crowd.ready().isEmpty()) {
                if (!idle()) {
                    return;
                }
                continue;
            }
            SimThread next = forced != null && forced.ready ? forced : pick();
            forced = null;
            crowd.take(next);
            journal.add(next, Kind.RUNS, null, outOfTurn);
            step(next);
        }
    }

    private SimThread pick() {
        outOfTurn = "";
        SimThread from = last;
        var ready = crowd.ready();
        if (from == null) {
            return ready.getFirst();
        }
        from.points++;
        if (ready.size() == 1) {
            return ready.getFirst();
        }
        int choice = run.chooser().choose(from, /* canGoOn= */ false, ready);
        SimThread next = ready.get(choice);
        int inTurn = Replay.byDefault(false);
        if (choice != inTurn) {
            outOfTurn = "instead of " + ready.get(inTurn).label();
            journal.decided(from, next);
        }
        return next;
    }

    private void step(SimThread next) {
        steps++;
        beat = steps;
        if (isOverLimit()) {
            crowd.putBack(next);
            throw new SimulationError(
                    "no end after " + run.maxSteps() + " steps: either the test loops, or it needs a higher"
                            + " Exploration.maxSteps\n" + Waits.describe(this) + journal.tail());
        }
        crowd.goesOn(next);
        current = next;
        machine.resume(next);
        current = null;
        last = next;
        crowd.stopped(next);
        if (next.ended) {
            journal.add(next, Kind.ENDED, null, "");
        } else if (!next.ready) {
            var brief = Waits.brief(next, this);
            journal.add(next, Kind.WAITS, null, run.places() ? (brief + " " + Sites.of(next.thread)).strip() : brief);
        }
    }

    /** Nothing can go on: makes that something can, or returns false. */
    private boolean idle() {
        if (!idlers.isEmpty()) {
            for (SimThread idler : List.copyOf(idlers)) {
                machine.unpark(idler.thread);
            }
            idlers.clear();
            return true;
        }
        boolean rootEnded = crowd.isRootOver();
        boolean busy = outside.isBusy();
        if (!crowd.ready().isEmpty()) {
            return true; // woken while its stack was read: the JDK then hands it over on this thread
        }
        if (busy) {
            outside.await(run.realLimit());
            return true;
        }
        if (!clock.isEmpty() && (!rootEnded || unwinding)) {
            if (machine.isPortable() && outside.mayComeBack()) {
                return true;
            }
            jump();
            return true;
        }
        if (crowd.isEmpty() || unwinding) {
            return false;
        }
        if (outside.mayCome()) {
            return true;
        }
        if (!rootEnded) {
            throw Waits.deadlock(this);
        }
        return false;
    }

    /** An action of a timer, on a thread of its own. */
    void startTimer(Runnable action) {
        machine.newThread(action, "timer", /* inheritThreadLocals= */ false).start();
    }

    /** A thread waits until no other can go on. */
    List<SimThread> idlers() {
        return idlers;
    }

    private void jump() {
        var first = clock.first();
        if (first == null) {
            return; // a thread outside has closed it
        }
        if (first.isReal()) {
            outside.waitFor(first);
            if (!crowd.isInboxEmpty()) {
                return; // something came meanwhile: the clock stays
            }
        }
        long before = clock.now();
        var due = clock.jumpTo(first);
        if (clock.now() != before) {
            journal.add(null, Kind.CLOCK, null, "");
        }
        for (Clock.Timer timer : due) {
            if (timer.waits == null) {
                journal.add(null, Kind.TIMER, null, "");
                startTimer(timer.action);
            } else {
                timer.action.run();
            }
        }
    }

    /** After the end: asks what is left over to end, so that it does not stay in memory. */
    private void unwind() {
        unwinding = true;
        long end = steps + UNWINDING;
        for (int round = 0; round < 3 && !crowd.isEmpty(); round++) {
            for (SimThread thread : crowd.alive()) {
                thread.thread.interrupt();
            }
            while (steps < end) {
                crowd.receive();
                if (crowd.ready().isEmpty()) {
                    break;
                }
                SimThread next = crowd.ready().getFirst();
                crowd.take(next);
                step(next);
            }
        }
    }

    // ---- on a thread of the world

    /** A place where the caller may be preempted, if it is of this world. */
    void pointHere() {
        SimThread me = enter();
        if (me != null) {
            point(me);
        }
    }

    /** A place where the caller may be preempted. */
    void point(SimThread me) {
        if (unwinding || me.initializers > 0) {
            return;
        }
        crowd.receive();
        me.points++;
        steps++;
        beat = steps;
        if (isOverLimit()) {
            machine.giveWay(me); // the driver says so
            return;
        }
        var ready = crowd.ready();
        if (ready.isEmpty()) {
            return;
        }
        int choice = run.chooser().choose(me, /* canGoOn= */ true, ready);
        if (choice == Chooser.LAST) {
            return;
        }
        SimThread next = ready.get(choice);
        journal.decided(me, next);
        forced = next;
        giveWay(me);
        if (forced == next) {
            forced = null; // pinned: it went on
            journal.notDecided();
            journal.add(me, Kind.RUNS, null, "on: it cannot be stopped here");
        }
    }

    private void giveWay(SimThread me) {
        journal.add(me, Kind.PREEMPTED, null, run.places() ? Sites.here() : "");
        machine.giveWay(me);
    }
}
