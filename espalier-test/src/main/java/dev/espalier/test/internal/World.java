// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Registration;
import dev.espalier.Task;
import dev.espalier.test.Faults;
import dev.espalier.test.SimulationError;
import dev.espalier.test.Trace.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One run of a simulation: its threads, who has the turn, and what happens when none can go on. */
public final class World {
    /*
     * Turns. Exactly one thread acts at a time: the driver, a platform thread, or the one thread of the world that the driver has resumed. All
     * fields but those named below belong to whoever has the turn. The driver mounts a continuation and returns when it has stopped, on one and the same
     * platform thread, so there is nothing to publish; with gates (Gates), the hand-over of the turn does it.
     *
     * Points. At each place where a thread may stop, the chooser says who goes on: where it blocks or ends, where it says Thread.yield, where
     * it calls the backend, and, if its class was woven, at each access to shared memory (Points). In a class initializer there are no points (Weaver). A thread that is preempted has been given a follower
     * (forced) and yields; the driver then resumes that one. Where it cannot yield, because a native frame or a class initializer is on its
     * stack, it goes on, and the schedule says nothing.
     *
     * From outside. Threads that are not of the world may wake threads of it: they put the continuation into the inbox and unpark the driver.
     * That is noted as OUTSIDE, except for the JDK's own thread that hands over monitors (Continuations). The inbox is sorted before it is read.
     *
     * Nothing can go on. In this order: those who wait for that (runUntilIdle); what waits for something outside, as I/O, is waited for, and the clock
     * stands; the clock jumps; something outside may come within a short while of real time; if a thread is left, it is a deadlock, or, after the
     * end of the test's own thread, a leak.
     *
     * Fields that others touch: inbox (concurrent), current (written by who has the turn; another thread reads it only to compare it with itself,
     * and sees itself only if it is), beat (volatile, for the watchdog).
     */
    private static final List<World> ACTIVE = new CopyOnWriteArrayList<>();
    /** Steps in which threads that are left over are asked to end. */
    private static final int UNWINDING = 20_000;

    final Run run;
    private final Machine machine;
    private final Clock clock = new Clock();
    private final Journal journal;
    private final FaultDice dice;
    private final List<String> labels = new ArrayList<>();
    private final IdentityHashMap<Runnable, SimThread> byContinuation = new IdentityHashMap<>();
    /** Those that have not ended, in the order of their numbers. */
    private final Map<Thread, SimThread> alive = new LinkedHashMap<>();

    private @Nullable SimThread root;
    private final List<SimThread> ready = new ArrayList<>();
    private final Set<SimThread> atMonitors = new LinkedHashSet<>();
    private final Set<SimThread> elsewhere = new LinkedHashSet<>();
    private final List<SimThread> idlers = new ArrayList<>();
    private final Queue<Arrival> inbox = new ConcurrentLinkedQueue<>();
    private final Outside outside;

    private @Nullable SimThread current;
    private @Nullable SimThread last;
    private @Nullable SimThread forced;
    /** Whose turn it would have been, if another was drawn. */
    private String outOfTurn = "";

    private volatile @Nullable Thread driver;
    private long steps;
    private volatile long beat;
    private @Nullable SimulationError failure;
    private boolean unwinding;

    /** Something that a thread outside has set free. */
    private record Arrival(
            @Nullable Runnable continuation, @Nullable Thread thread, boolean byMonitor, String by) {}

    World(Run run) {
        this.run = run;
        var door = run.portable() ? null : Door.open();
        this.machine = door == null ? new Gates(this) : new Continuations(door, this);
        this.journal = new Journal(this);
        this.dice = new FaultDice(run);
        this.outside = new Outside(this);
    }

    /** The world whose thread the caller is, on its turn; null if there is none. */
    public static @Nullable World here() {
        Thread me = Thread.currentThread();
        for (World world : ACTIVE) {
            if (world.mine(me) != null) {
                return world;
            }
        }
        return null;
    }

    /** Whether there is any. */
    static boolean isAny() {
        return !ACTIVE.isEmpty();
    }

    private @Nullable SimThread mine(Thread me) {
        SimThread thread = current;
        return thread != null && thread.thread == me ? thread : null;
    }

    /** The caller, which has the turn; null if it is not of this world. */
    @Nullable
    SimThread me() {
        return mine(Thread.currentThread());
    }

    /** The caller, once it has the turn; null if it is not of this world. */
    private @Nullable SimThread enter() {
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

    Faults faults() {
        return dice.faults();
    }

    /** The names of all threads that there ever were, by number. */
    List<String> labels() {
        return labels;
    }

    Set<SimThread> atMonitors() {
        return atMonitors;
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
        ACTIVE.add(this);
        try {
            root.start();
            turn();
            if (isRootOver()) {
                failure = Leaks.of(this);
            }
            unwind();
        } catch (SimulationError e) {
            failure = e;
            unwind();
        } finally {
            ACTIVE.remove(this);
            driver = null;
        }
    }

    @Nullable
    SimulationError failure() {
        return failure;
    }

    private void turn() {
        while (true) {
            receive();
            if (ready.isEmpty()) {
                if (!idle()) {
                    return;
                }
                continue;
            }
            SimThread next = forced != null && forced.ready ? forced : pick();
            forced = null;
            ready.remove(next);
            next.ready = false;
            journal.add(next, Kind.RUNS, null, outOfTurn);
            step(next);
        }
    }

    private boolean isRootOver() {
        return root != null && root.ended;
    }

    private SimThread pick() {
        outOfTurn = "";
        SimThread from = last;
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
            next.ready = true;
            ready.add(next);
            throw new SimulationError(
                    "no end after " + run.maxSteps() + " steps: either the test loops, or it needs a higher"
                            + " Exploration.maxSteps\n" + Waits.describe(this) + journal.tail());
        }
        atMonitors.remove(next);
        elsewhere.remove(next);
        next.outside = null;
        current = next;
        machine.resume(next);
        current = null;
        last = next;
        if (next.atMonitor) {
            atMonitors.add(next);
        } else if (next.parkedFor == null && !next.ready && !next.ended) {
            elsewhere.add(next);
        }
        if (next.ended) {
            alive.remove(next.thread);
            if (next.continuation != null) {
                byContinuation.remove(next.continuation);
            }
            journal.add(next, Kind.ENDED, null, "");
        } else if (!next.ready) {
            var brief = Waits.brief(next, this);
            journal.add(next, Kind.WAITS, null, run.places() ? (brief + " " + Sites.of(next.thread)).strip() : brief);
        }
    }

    /** Takes in what has been set free by others than the last step itself. */
    private void receive() {
        machine.settle(this);
        if (inbox.isEmpty()) {
            return;
        }
        var arrivals = new ArrayList<Arrival>();
        for (Arrival arrival = inbox.poll(); arrival != null; arrival = inbox.poll()) {
            arrivals.add(arrival);
        }
        arrivals.sort(Comparator.comparingInt(a -> find(a).number));
        for (Arrival arrival : arrivals) {
            SimThread thread = find(arrival);
            if (!machine.mayBeFreed(thread)) {
                continue;
            }
            if (!arrival.byMonitor && !thread.isNew) {
                journal.add(thread, Kind.OUTSIDE, null, "woken by the thread '" + arrival.by + "'");
            }
            thread.isNew = false;
            free(thread, null);
        }
    }

    private SimThread find(Arrival arrival) {
        if (arrival.continuation != null) {
            return find(arrival.continuation);
        }
        var thread = java.util.Objects.requireNonNull(arrival.thread);
        SimThread known = alive.get(thread);
        if (known != null) {
            return known;
        }
        SimThread added = add(thread, null);
        added.isNew = true;
        return added;
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
        boolean rootEnded = isRootOver();
        boolean busy = outside.isBusy();
        if (!ready.isEmpty()) {
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
        if (alive.isEmpty() || unwinding) {
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

    private void jump() {
        var first = clock.first();
        if (first == null) {
            return; // a thread outside has closed it
        }
        if (first.isReal()) {
            outside.waitFor(first);
            if (!inbox.isEmpty()) {
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
        for (int round = 0; round < 3 && !alive.isEmpty(); round++) {
            for (SimThread thread : List.copyOf(alive.values())) {
                thread.thread.interrupt();
            }
            while (steps < end) {
                receive();
                if (ready.isEmpty()) {
                    break;
                }
                SimThread next = ready.removeFirst();
                next.ready = false;
                step(next);
            }
        }
    }

    // ---- threads that can go on

    /** Something of a thread's can be run: from a thread of the world, from the driver, or from outside. */
    void ready(Runnable continuation) {
        Thread caller = Thread.currentThread();
        if (caller == driver || mine(caller) != null) {
            SimThread thread = find(continuation);
            if (thread == current && forced == null && machine.hasYielded(thread)) {
                run.chooser().gaveWay(thread);
                journal.add(thread, Kind.PREEMPTED, null, "yields");
            }
            free(thread, current);
        } else {
            inbox.add(new Arrival(
                    continuation, null, caller.getName().equals("VirtualThread-unblocker"), caller.getName()));
            LockSupport.unpark(driver);
        }
    }

    /** A gated thread waits for its turn, or was unparked: from a thread that has no turn. */
    void arrived(Thread thread) {
        inbox.add(new Arrival(
                null, thread, /* byMonitor= */ false, Thread.currentThread().getName()));
        LockSupport.unpark(driver);
    }

    /** Whether the caller is the driver or the thread that has the turn. */
    boolean hasTurn() {
        Thread caller = Thread.currentThread();
        return caller == driver || mine(caller) != null;
    }

    /** A thread can go on. */
    void free(SimThread thread, @Nullable SimThread by) {
        if (thread.ready || thread.ended) {
            return;
        }
        thread.ready = true;
        ready.add(thread);
        if (outside.isLooking()) {
            journal.add(thread, Kind.OUTSIDE, null, "woken from outside");
        } else if (thread != by) {
            journal.add(thread, Kind.WOKEN, by, "");
        }
    }

    private SimThread find(Runnable continuation) {
        SimThread known = byContinuation.get(continuation);
        if (known != null) {
            return known;
        }
        var thread = java.util.Objects.requireNonNull(Door.open()).owner(continuation);
        SimThread found = alive.get(thread);
        if (found != null) {
            return found; // wrapped anew by the JDK
        }
        var added = add(thread, continuation);
        byContinuation.put(continuation, added);
        return added;
    }

    /** A thread has come to the world. */
    SimThread add(Thread thread, @Nullable Runnable continuation) {
        var added = new SimThread(labels.size(), thread, continuation);
        labels.add(added.label());
        alive.put(thread, added);
        if (root == null) {
            root = added;
        }
        journal.add(added, Kind.STARTED, current, "");
        return added;
    }

    @Nullable
    SimThread find(Thread thread) {
        return alive.get(thread);
    }

    /** Those that have not ended. */
    List<SimThread> alive() {
        return List.copyOf(alive.values());
    }

    /** Those that wait, but neither in a park of the backend nor for a monitor. */
    Set<SimThread> elsewhere() {
        return elsewhere;
    }

    boolean isInboxEmpty() {
        return inbox.isEmpty();
    }

    // ---- on a thread of the world

    /** A place where the caller may be preempted, if it is of this world. */
    void pointHere() {
        SimThread me = enter();
        if (me != null) {
            point(me);
        }
    }

    /** The caller enters a class initializer, or leaves one. */
    void initializer(int change) {
        SimThread me = me();
        if (me != null) {
            me.initializers += change;
        }
    }

    /** A place where the caller may be preempted. */
    void point(SimThread me) {
        if (unwinding || me.initializers > 0) {
            return;
        }
        receive();
        me.points++;
        steps++;
        beat = steps;
        if (isOverLimit()) {
            machine.giveWay(me); // the driver says so
            return;
        }
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

    void park(Object blocker) {
        SimThread me = enter();
        if (me == null) {
            LockSupport.park(blocker);
            return;
        }
        if (!injected(me)) {
            doPark(me, blocker);
        }
    }

    void parkNanos(Object blocker, long nanos) {
        SimThread me = enter();
        if (me == null) {
            LockSupport.parkNanos(blocker, nanos);
        } else if (nanos > 0 && !injected(me)) {
            parkFor(me, blocker, nanos);
        }
    }

    private void parkFor(SimThread me, Object blocker, long nanos) {
        var timer = clock.wake(me, () -> machine.unpark(me.thread), nanos);
        try {
            doPark(me, blocker);
        } finally {
            timer.close();
        }
    }

    private void doPark(SimThread me, Object blocker) {
        me.parkedFor = blocker;
        try {
            machine.park(me, blocker);
        } finally {
            me.parkedFor = null;
        }
    }

    /** Draws whether something happens at this blocking point; true if the caller is not to park, because it has waited for something else. */
    private boolean injected(SimThread me) {
        if (unwinding || me.initializers > 0) {
            return false;
        }
        point(me);
        String fault = dice.atBlockingPoint(me);
        if (fault == null) {
            return false;
        }
        if (fault.startsWith(FaultDice.DELAY)) {
            long nanos = Long.parseLong(fault.substring(FaultDice.DELAY.length()));
            happened(me, fault, "delayed by " + Duration.ofNanos(nanos));
            parkFor(me, "a delay that the simulation injected", nanos);
            return true;
        }
        Task<?> task = me.task();
        if (task != null) {
            happened(me, fault, "cancelled");
            machine.newThread(
                            () -> task.cancel("a fault that the simulation injected"),
                            "fault",
                            /* inheritThreadLocals= */ false)
                    .start();
        }
        return false;
    }

    private void happened(SimThread me, String fault, String text) {
        journal.add(me, Kind.FAULT, null, text);
        journal.injected(me, fault);
    }

    Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        SimThread me = enter();
        if (me != null && !unwinding && me.initializers == 0) {
            point(me);
            String fault = dice.atFork(me);
            if (fault != null) {
                happened(me, fault, "no thread");
                throw new java.util.concurrent.RejectedExecutionException(
                        "a fault that the simulation injected: no thread can be made");
            }
        }
        return machine.newThread(task, name, inheritThreadLocals);
    }

    Registration schedule(Runnable action, long nanos) {
        SimThread me = enter();
        if (me != null) {
            point(me);
        }
        if (nanos <= 0) {
            startTimer(action);
            return () -> {};
        }
        return clock.schedule(action, nanos);
    }

    private void startTimer(Runnable action) {
        machine.newThread(action, "timer", /* inheritThreadLocals= */ false).start();
    }

    void unpark(Thread thread) {
        SimThread me = enter();
        if (me != null) {
            point(me);
        }
        machine.unpark(thread);
    }

    /** Returns when no other thread can go on without the clock moving. */
    void runUntilIdle(SimThread me) {
        idlers.add(me);
        me.forIdle = true;
        try {
            while (idlers.contains(me)) {
                doPark(me, "the others to be idle");
                if (Thread.currentThread().isInterrupted()) {
                    idlers.remove(me);
                }
            }
        } finally {
            me.forIdle = false;
        }
    }

    /** Moves the clock on; what comes due on the way happens. */
    void advance(SimThread me, Duration time) {
        long end = clock.now() + Math.min(Clock.nanos(time), Long.MAX_VALUE - clock.now());
        while (clock.now() < end && !Thread.currentThread().isInterrupted()) {
            parkFor(me, "the clock to be moved", end - clock.now());
        }
    }

    Outside outside() {
        return outside;
    }
}
