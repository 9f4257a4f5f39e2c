// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Trace.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The threads of a world: which there are, which can go on, and which wait where. */
final class Crowd {
    /*
     * All fields but the inbox belong to whoever has the turn (World). Other threads, which may wake threads of the
     * world, put what they wake into the inbox, and unpark the driver. It is read between two steps, in an order that
     * does not depend on who was faster.
     */
    private final World world;
    private final List<String> labels = new ArrayList<>();
    private final IdentityHashMap<Runnable, SimThread> byContinuation = new IdentityHashMap<>();
    /** Those that have not ended, in the order of their numbers. */
    private final Map<Thread, SimThread> alive = new LinkedHashMap<>();

    private final List<SimThread> ready = new ArrayList<>();
    private final Set<SimThread> atMonitors = new LinkedHashSet<>();
    private final Set<SimThread> elsewhere = new LinkedHashSet<>();
    private final Queue<Arrival> inbox = new ConcurrentLinkedQueue<>();
    private @Nullable SimThread root;

    /** Something that a thread outside has set free. */
    private record Arrival(
            @Nullable Runnable continuation, @Nullable Thread thread, boolean byMonitor, String by) {}

    Crowd(World world) {
        this.world = world;
    }

    /** The names of all threads that there ever were, by number. */
    List<String> labels() {
        return labels;
    }

    /** Those that can go on, longest first. */
    List<SimThread> ready() {
        return ready;
    }

    /** Those that wait for a monitor, or did when they last stopped. */
    Set<SimThread> atMonitors() {
        return atMonitors;
    }

    boolean isEmpty() {
        return alive.isEmpty();
    }

    /** Whether the test's own thread, the first one, has ended. */
    boolean isRootOver() {
        return root != null && root.ended;
    }

    // ---- around a step

    /** It is resumed now. */
    void take(SimThread thread) {
        ready.remove(thread);
        thread.ready = false;
    }

    /** It is not resumed after all. */
    void putBack(SimThread thread) {
        thread.ready = true;
        ready.add(thread);
    }

    void goesOn(SimThread thread) {
        atMonitors.remove(thread);
        elsewhere.remove(thread);
        thread.outside = null;
    }

    void stopped(SimThread thread) {
        if (thread.ended) {
            alive.remove(thread.thread);
            if (thread.continuation != null) {
                byContinuation.remove(thread.continuation);
            }
        } else if (thread.atMonitor) {
            atMonitors.add(thread);
        } else if (thread.parkedFor == null && !thread.ready) {
            elsewhere.add(thread);
        }
    }

    /** Takes in what has been set free by others than the last step itself. */
    void receive() {
        world.machine().settle(world);
        if (inbox.isEmpty()) {
            return;
        }
        var arrivals = new ArrayList<Arrival>();
        for (Arrival arrival = inbox.poll(); arrival != null; arrival = inbox.poll()) {
            arrivals.add(arrival);
        }
        arrivals.sort(Comparator.comparingLong(this::order));
        for (Arrival arrival : arrivals) {
            SimThread thread = find(arrival);
            if (!world.machine().mayBeFreed(thread)) {
                continue;
            }
            if (!arrival.byMonitor && !thread.isNew) {
                world.journal().add(thread, Kind.OUTSIDE, null, "woken by the thread '" + arrival.by + "'");
            }
            thread.isNew = false;
            free(thread, null);
        }
    }

    /** Those that are known by their numbers, then the new ones, which get theirs in this order. */
    private long order(Arrival arrival) {
        var known = arrival.continuation != null ? byContinuation.get(arrival.continuation) : alive.get(arrival.thread);
        if (known != null) {
            return known.number;
        }
        return labels.size() + (arrival.thread == null ? 0L : world.machine().order(arrival.thread));
    }

    private SimThread find(Arrival arrival) {
        if (arrival.continuation != null) {
            return find(arrival.continuation);
        }
        var thread = Objects.requireNonNull(arrival.thread);
        SimThread known = alive.get(thread);
        if (known != null) {
            return known;
        }
        SimThread added = add(thread, null);
        added.isNew = true;
        return added;
    }

    // ---- threads that can go on

    /** Something of a thread's can be run: from a thread of the world, from the driver, or from outside. */
    void ready(Runnable continuation) {
        Thread caller = Thread.currentThread();
        if (caller == world.driver() || world.mine(caller) != null) {
            SimThread thread = find(continuation);
            if (thread == world.current()
                    && !world.isForced()
                    && world.machine().hasYielded(thread)) {
                world.run.chooser().gaveWay(thread);
                world.journal().add(thread, Kind.PREEMPTED, null, "yields");
            }
            free(thread, world.current());
        } else {
            inbox.add(new Arrival(
                    continuation, null, caller.getName().equals("VirtualThread-unblocker"), caller.getName()));
            LockSupport.unpark(world.driver());
        }
    }

    /** A gated thread waits for its turn, or was unparked: from a thread that has no turn. */
    void arrived(Thread thread) {
        inbox.add(new Arrival(
                null, thread, /* byMonitor= */ false, Thread.currentThread().getName()));
        LockSupport.unpark(world.driver());
    }

    /** Whether the caller is the driver or the thread that has the turn. */
    boolean hasTurn() {
        Thread caller = Thread.currentThread();
        return caller == world.driver() || world.mine(caller) != null;
    }

    /** A thread can go on. */
    void free(SimThread thread, @Nullable SimThread by) {
        if (thread.ready || thread.ended) {
            return;
        }
        thread.ready = true;
        ready.add(thread);
        if (world.outside().isLooking()) {
            world.journal().add(thread, Kind.OUTSIDE, null, "woken from outside");
        } else if (thread != by) {
            world.journal().add(thread, Kind.WOKEN, by, "");
        }
    }

    private SimThread find(Runnable continuation) {
        SimThread known = byContinuation.get(continuation);
        if (known != null) {
            return known;
        }
        var thread = Objects.requireNonNull(Door.open()).owner(continuation);
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
        world.journal().add(added, Kind.STARTED, world.current(), "");
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
}
