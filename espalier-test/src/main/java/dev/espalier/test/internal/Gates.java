// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Trace.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The portable mode: ordinary virtual threads, of which only the one that has the turn goes on. They stop where they call the backend. */
final class Gates implements Machine {
    /*
     * Each thread has a gate. It waits at it before its code begins, in every park of the backend and at every point.
     * The driver opens one gate, and waits until that thread has come to its gate again, or has ended.
     *
     * Turns. One word of the gate has the turn, a bit, and how often the thread has come to the world. The driver sets
     * the bit; the thread clears it when it stops, and unparks the driver: a volatile hand-over in each direction, by
     * which all state of the world is published.
     *
     * Parks. permit and parked are as in LockSupport, and belong to whoever has the turn. An unpark makes a parked
     * thread able to go on; so does an interrupt, of which nobody tells the driver: it looks at the status of each
     * parked thread when a step has ended (settle). A thread that waits at its gate must clear its status, or it
     * would spin; it says so in `interrupted` before it does, so that the driver sees one of both at any time, and
     * sets it again when it goes on.
     *
     * Strays. A thread that blocks in the JDK keeps its turn and does not come back. When the driver has seen it blocked
     * several times in a row, it takes the turn away, and notes that as OUTSIDE: the thread may be waiting for another
     * one of the world, so the clock jumps when it does not come for a while. The thread may wake at that very moment;
     * so whatever it asks of the world begins with enter, which counts itself in the same word: either the driver sees
     * the count and lets it keep the turn, or the thread sees that it has lost it, and waits for the next. Between
     * enter and its next stop it does not block, so that it is not taken for a stray in the middle of something.
     */
    private static final long LOOK = TimeUnit.MICROSECONDS.toNanos(500);
    private static final int LOOKS = 4;
    private static final long TURN = 1;
    private static final long ENTRY = 2;

    private final World world;
    private final Map<Thread, Gate> gates = new ConcurrentHashMap<>();
    /** Made, and not seen yet; guarded by itself, since threads outside make threads too. */
    private final List<Gate> coming = new ArrayList<>();

    /** Touched by who has the turn. */
    private final List<Gate> parked = new ArrayList<>();

    private final AtomicInteger made = new AtomicInteger();
    private volatile @Nullable Thread driver;

    /** Where a thread waits for its turn. */
    private final class Gate implements Runnable {
        private final Runnable task;
        /** From 0, in the order in which they were made. */
        private final int number = made.getAndIncrement();

        private volatile @Nullable Thread thread;
        private volatile boolean arrived;
        private final AtomicLong turns = new AtomicLong();
        private volatile boolean ended;
        private volatile boolean interrupted;
        private volatile boolean permit;
        private volatile boolean isParked;

        Gate(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            world.crowd().arrived(Thread.currentThread());
            arrived = true; // after that, so that who sees it finds the arrival
            awaitTurn();
            try {
                task.run();
            } finally {
                enter();
                ended = true;
                gates.remove(Thread.currentThread());
                giveBack();
            }
        }

        boolean hasTurn() {
            return (turns.get() & TURN) != 0;
        }

        /** By the driver. */
        void giveTurn() {
            turns.getAndUpdate(t -> t | TURN);
        }

        /** By the driver: takes the turn away, unless the thread has given it back or come to the world since. */
        boolean takeTurn(long seen) {
            return turns.compareAndSet(seen, seen & ~TURN);
        }

        /** By the thread: from here on until it stops the turn is not taken away; false if it has been. */
        boolean holdTurn() {
            while (true) {
                long seen = turns.get();
                if ((seen & TURN) == 0) {
                    return false;
                }
                if (turns.compareAndSet(seen, seen + ENTRY)) {
                    return true;
                }
            }
        }

        private void giveBack() {
            turns.getAndUpdate(t -> t & ~TURN);
            LockSupport.unpark(driver);
        }

        private void awaitTurn() {
            Thread me = Thread.currentThread();
            while (!hasTurn()) {
                LockSupport.park(this);
                if (me.isInterrupted()) {
                    interrupted = true;
                    boolean _ = Thread.interrupted();
                }
            }
            if (interrupted) {
                interrupted = false;
                me.interrupt();
            }
        }

        private void stop() {
            giveBack();
            awaitTurn();
        }

        boolean isInterrupted() {
            Thread t = thread;
            return interrupted || (t != null && t.isInterrupted());
        }
    }

    Gates(World world) {
        this.world = world;
    }

    @Override
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        var gate = new Gate(task);
        var builder = Thread.ofVirtual().inheritInheritableThreadLocals(inheritThreadLocals);
        Thread thread = (name == null ? builder : builder.name(name)).unstarted(gate);
        gate.thread = thread;
        gates.put(thread, gate);
        synchronized (coming) {
            coming.add(gate);
        }
        return thread;
    }

    private @Nullable Gate mine() {
        return gates.get(Thread.currentThread());
    }

    @Override
    public void enter() {
        Gate gate = mine();
        while (gate != null && !gate.holdTurn()) {
            world.crowd().arrived(Thread.currentThread());
            gate.awaitTurn();
        }
    }

    @Override
    public void resume(SimThread thread) {
        driver = Thread.currentThread();
        Gate gate = gates.get(thread.thread);
        if (gate == null) {
            thread.ended = true;
            return;
        }
        gate.giveTurn();
        LockSupport.unpark(thread.thread);
        int looks = 0;
        long seen = gate.turns.get();
        while (gate.hasTurn()) {
            LockSupport.parkNanos(this, LOOK);
            long now = gate.turns.get();
            looks = now == seen && isBlocked(thread.thread) ? looks + 1 : 0;
            seen = now;
            if (looks == LOOKS && gate.takeTurn(seen)) {
                world.journal()
                        .add(
                                thread,
                                Kind.OUTSIDE,
                                null,
                                "blocks where the portable mode cannot switch " + Sites.anywhere(thread.thread));
                return;
            }
        }
        thread.ended = gate.ended;
    }

    private static boolean isBlocked(Thread thread) {
        return switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING -> true;
            case NEW, RUNNABLE, TERMINATED -> false;
        };
    }

    @Override
    public void giveWay(SimThread thread) {
        Gate gate = mine();
        if (gate != null) {
            world.crowd().free(thread, thread);
            gate.stop();
        }
    }

    @Override
    public boolean hasYielded(SimThread thread) {
        return false;
    }

    @Override
    public void park(SimThread thread, Object blocker) {
        Gate gate = mine();
        if (gate == null) {
            return;
        }
        if (!gate.permit && !gate.isInterrupted()) {
            gate.isParked = true;
            parked.add(gate);
            gate.stop();
            gate.isParked = false;
            parked.remove(gate);
        }
        gate.permit = false;
    }

    @Override
    public void unpark(Thread thread) {
        Gate gate = gates.get(thread);
        if (gate == null) {
            LockSupport.unpark(thread);
        } else if (!world.crowd().hasTurn()) {
            gate.permit = true;
            world.crowd().arrived(thread);
        } else {
            gate.permit = true;
            if (gate.isParked) {
                free(gate);
            }
        }
    }

    private void free(Gate gate) {
        Thread thread = gate.thread;
        SimThread found = thread == null ? null : world.crowd().find(thread);
        if (found != null) {
            world.crowd().free(found, world.me());
        }
    }

    @Override
    public void settle(World world) {
        synchronized (coming) {
            coming.removeIf(gate -> {
                Thread thread = gate.thread;
                if (thread == null || thread.getState() == Thread.State.NEW) {
                    return false; // it has not been started yet
                }
                while (!gate.arrived && thread.isAlive()) {
                    Thread.onSpinWait();
                }
                return true;
            });
        }
        for (Gate gate : parked) {
            if (gate.isInterrupted()) {
                free(gate);
            }
        }
    }

    @Override
    public int order(Thread thread) {
        Gate gate = gates.get(thread);
        return gate == null ? Integer.MAX_VALUE : gate.number;
    }

    @Override
    public boolean mayBeFreed(SimThread thread) {
        Gate gate = gates.get(thread.thread);
        return gate != null && (!gate.isParked || gate.permit);
    }

    @Override
    public boolean isPortable() {
        return true;
    }
}
