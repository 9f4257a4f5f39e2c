// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.sync.Party;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The items of a worker pool between those who submit them and the workers: who waits for whom, and where each item is.
 *
 * @param <I> the item
 */
final class Intake<I> {
    /*
     * Where an item is. Each moves by one step under the monitor, so that it is in one place, always (S4):
     *
     *   offered   its submitter has it, and perhaps waits with it in `room`; it is not submitted
     *   queued    in `queue`
     *   running   with a worker: its work, then, if that failed, the failure handler
     *   swept     taken from the queue to be handed to the failure handler, since nobody will work on it
     *   done      its work has returned
     *   failed    the failure handler has had it
     *   returned  by cancel()
     *
     *   offered -> queued    there is room: capacity, and one for each worker that is idle
     *   offered -> running   a worker that finds the queue empty takes it straight from the first who waits
     *   queued  -> running   a worker takes it, and makes room for the first who waits
     *   running -> queued    at the head: the worker was cancelled when it got it, and has not begun (WaitLine, S1)
     *   queued  -> returned  cancel()
     *   queued  -> swept     the pool is over, but not by cancel(): its group is cancelled, or no worker is left
     *   offered stays with its submitter, which is told so, if that gives up, or if the pool takes no more.
     * A submitter that is cancelled when its item has left it has submitted it, and returns (C7).
     *
     * States of the pool, in phase
     *   OPEN -> STOPPED    takes no more; workers take what is queued, then end. By stop, or if `ending` (the body has ended) and nothing is left.
     *   OPEN, STOPPED -> CANCELLED   takes no more; nothing is taken any more. By cancel(), or by a worker that leaves and finds that the group is
     *                      cancelled, or that it is the last.
     * Workers that leave while others have items to come are replaced; so while the phase is OPEN, or something is queued, there is a worker
     * (`live`, which counts one that is being replaced), or one that is about to sweep.
     *
     * Three lines under one monitor, all first come, first served:
     *   room     submitters wait for room for their item
     *   supply   idle workers wait for an item, or for the end
     *   drained  who stops the pool waits until nothing is left
     * Taking from the queue lets in the first of `room` in the same step, on the worker's thread; those who were let in so are in `admitted` until
     * they have been woken, by whoever let them in, after the monitor is released.
     *
     * Lock order: as that of WaitLine; under the monitor nothing foreign is called.
     *
     * Why not two Conditions of a Lock: bookkeeping must work in a worker that is cancelled, where a Lock cannot be acquired; and who waits to
     * submit would queue twice. Why not a queue of java.util.concurrent: see WaitLine.
     */
    enum Phase {
        OPEN,
        STOPPED,
        CANCELLED
    }

    /** An item on its way: compared by identity, whatever the item's equals does. */
    static final class Entry<I> {
        final I item;
        /** Whether the pool did not take it; written under the monitor before its turn is granted. */
        boolean refused;

        Entry(I item) {
            this.item = item;
        }
    }

    private final Group group;
    private final String name;
    private final int capacity;
    final Room room = new Room();
    final Supply supply = new Supply(room);
    final Drained drained = new Drained(room);

    // Guarded by the monitor.
    private final ArrayDeque<Entry<I>> queue = new ArrayDeque<>();
    private final ArrayDeque<Turn> admitted = new ArrayDeque<>();
    private final LinkedHashSet<Worker<I>> running = new LinkedHashSet<>();
    private Phase phase = Phase.OPEN;
    private boolean ending;
    private int live;
    private int swept;
    private long submitted;
    private long done;
    private long failed;

    Intake(Group group, String name, int capacity) {
        this.group = group;
        this.name = name;
        this.capacity = capacity;
    }

    // ---- who submits

    /** Puts an item in the queue if there is room, and nobody waits for it; whether the pool has decided. */
    boolean offer(Turn turn) {
        boolean decided = room.tryAcquire(turn);
        pass();
        return decided;
    }

    /** Waits until the item is in the queue, or refused. */
    void put(Turn turn) throws InterruptedException {
        turn.checkpoint();
        if (!offer(turn)) {
            boolean decided;
            synchronized (room.monitor) {
                decided = room.enqueue(turn);
                if (!decided) {
                    refuseDeadlock(turn);
                }
            }
            if (!decided && room.await(turn, Deadline.NONE) != WaitLine.End.GRANTED) {
                throw turn.cancelledOrInterrupted();
            }
            pass();
        }
    }

    /** Whether every worker waits, itself or below it, to submit to this very pool. As B2, under the monitor. */
    private void refuseDeadlock(Turn mine) {
        TaskNode<?> worker = mine.strand == null ? null : mine.strand.memberOf(group);
        if (worker == null) {
            return;
        }
        var stuck = new LinkedHashSet<TaskNode<?>>();
        for (Turn waiting : room.turns()) {
            TaskNode<?> holder = waiting.strand == null ? null : waiting.strand.memberOf(group);
            if (holder != null && (waiting == mine || !waiting.isLeaving())) {
                stuck.add(holder);
            }
        }
        if (stuck.size() >= live) {
            boolean _ = room.remove(mine);
            throw new IllegalStateException("this submit would never end: worker pool '" + name
                    + "' is full, and each of its workers waits to submit to it: "
                    + String.join(", ", stuck.stream().map(TaskNode::name).toList())
                    + "; use trySubmit in the work, make the queue longer, or submit from outside");
        }
    }

    // ---- workers, which come and go

    void arrive() {
        synchronized (room.monitor) {
            live++;
        }
    }

    /**
     * A worker goes, and nobody comes in its place.
     *
     * @return items that nobody will work on, which the caller hands over, and says so with {@link #sweptUp}
     */
    List<Entry<I>> depart() {
        List<Entry<I>> rest = List.of();
        synchronized (room.monitor) {
            live--;
            if (phase == Phase.CANCELLED || group.isEffectivelyCancelled() || (live == 0 && !isOver())) {
                phase = Phase.CANCELLED;
                rest = takeQueue();
                swept += rest.size();
            }
        }
        pass();
        return rest;
    }

    /** One of the items that {@link #depart} returned has been handed over. */
    void sweptUp() {
        synchronized (room.monitor) {
            swept--;
            failed++;
        }
        pass();
    }

    /** Whether a worker that goes is missed. */
    boolean wantsWorkers() {
        synchronized (room.monitor) {
            return phase != Phase.CANCELLED && !isOver() && !group.isEffectivelyCancelled();
        }
    }

    /** A worker is done with its item. */
    void finished(Worker<I> worker, boolean succeeded) {
        synchronized (room.monitor) {
            running.remove(worker);
            worker.entry = null;
            if (succeeded) {
                done++;
            } else {
                failed++;
            }
            endIfIdle();
        }
        pass();
    }

    // ---- the end

    /** Takes no more items. */
    void stop() {
        synchronized (room.monitor) {
            if (phase == Phase.OPEN) {
                phase = Phase.STOPPED;
            }
        }
        pass();
    }

    /** Takes no more items once nothing is left. */
    void stopWhenIdle() {
        synchronized (room.monitor) {
            ending = true;
            endIfIdle();
        }
        pass();
    }

    private void endIfIdle() {
        if (ending && phase == Phase.OPEN && isIdle() && room.first() == null) {
            phase = Phase.STOPPED;
        }
    }

    /** What cancel() found. */
    record Cancelled<I>(List<Entry<I>> notBegun, List<PlainScope> running) {}

    Cancelled<I> cancel() {
        Cancelled<I> found;
        synchronized (room.monitor) {
            phase = Phase.CANCELLED;
            found = new Cancelled<>(
                    takeQueue(),
                    running.stream()
                            .map(worker -> Objects.requireNonNull(worker.scope))
                            .toList());
        }
        pass();
        return found;
    }

    private List<Entry<I>> takeQueue() {
        var taken = new ArrayList<>(queue);
        queue.clear();
        return taken;
    }

    // ---- under the monitor

    private boolean isIdle() {
        return queue.isEmpty() && running.isEmpty() && swept == 0;
    }

    /** Whether there is nothing for a worker, and never will be. */
    private boolean isOver() {
        return phase != Phase.OPEN && queue.isEmpty();
    }

    private boolean accepts() {
        return phase == Phase.OPEN && !group.isEffectivelyCancelled();
    }

    /** Lets in the first who waits for room; its item, or null. */
    private @Nullable Entry<I> admit() {
        Turn first = room.first();
        if (first == null || !accepts()) {
            return null;
        }
        boolean _ = room.remove(first);
        first.granted = true;
        admitted.add(first);
        submitted++;
        return entryOf(first);
    }

    @SuppressWarnings("unchecked") // Workers makes no others
    private Entry<I> entryOf(Turn turn) {
        return (Entry<I>) Objects.requireNonNull(turn.claim);
    }

    @SuppressWarnings("unchecked") // Worker makes no others
    private Worker<I> workerOf(Turn turn) {
        return (Worker<I>) Objects.requireNonNull(turn.claim);
    }

    // ---- without the monitor

    /** Hands items on to those who wait, and wakes them. */
    void pass() {
        if (supply.size() != 0) {
            supply.advance();
        }
        if (room.size() != 0 && !isOpen()) {
            room.advance(); // all are refused
        }
        if (drained.size() != 0) {
            drained.advance();
        }
        for (Turn turn = nextAdmitted(); turn != null; turn = nextAdmitted()) {
            turn.wake();
        }
    }

    private @Nullable Turn nextAdmitted() {
        synchronized (room.monitor) {
            return admitted.poll();
        }
    }

    private boolean isOpen() {
        synchronized (room.monitor) {
            return accepts();
        }
    }

    /** What can be seen at a moment. */
    record Snapshot<I>(
            Phase phase,
            int live,
            int queued,
            List<Running<I>> running,
            List<Party> waiting,
            long submitted,
            long done,
            long failed) {}

    /** An item with a worker. */
    record Running<I>(I item, Party worker, long since) {}

    Snapshot<I> snapshot() {
        synchronized (room.monitor) {
            List<Running<I>> now = running.stream()
                    .map(worker ->
                            new Running<>(Objects.requireNonNull(worker.entry).item, worker.party(), worker.since))
                    .toList();
            return new Snapshot<>(phase, live, queue.size(), now, room.waiting(), submitted, done, failed);
        }
    }

    /** The workers that have items. */
    private List<Party> busy() {
        return running.stream().map(Worker::party).toList();
    }

    /** Submitters. */
    final class Room extends WaitLine {
        @Override
        protected boolean take(Turn turn) {
            Entry<I> entry = entryOf(turn);
            if (!accepts()) {
                entry.refused = true;
                return true;
            }
            if (queue.size() >= capacity + supply.size()) {
                return false;
            }
            queue.add(entry);
            submitted++;
            return true;
        }

        @Override
        protected void putBack(Turn turn) {
            Entry<I> entry =
                    entryOf(turn); // only after an Error in the wait: what has been taken meanwhile is submitted
            if (!entry.refused && queue.remove(entry)) {
                submitted--;
            }
        }

        @Override
        public List<Party> holders() {
            synchronized (monitor) {
                return running.size() == live ? busy() : List.of(); // else one is about to take an item
            }
        }

        @Override
        public String describe() {
            return "room in worker pool '" + name + "'";
        }
    }

    /** Idle workers. */
    final class Supply extends WaitLine {
        Supply(WaitLine room) {
            super(room);
        }

        @Override
        protected boolean take(Turn turn) {
            if (phase == Phase.CANCELLED) {
                return true;
            }
            Entry<I> entry = queue.poll();
            Entry<I> next = admit();
            if (entry == null) {
                entry = next;
            } else if (next != null) {
                queue.add(next);
            }
            if (entry == null) {
                return isOver();
            }
            Worker<I> worker = workerOf(turn);
            worker.entry = entry;
            running.add(worker);
            return true;
        }

        @Override
        protected void putBack(Turn turn) {
            Worker<I> worker = workerOf(turn);
            Entry<I> entry = worker.entry;
            if (entry != null) {
                running.remove(worker);
                worker.entry = null;
                queue.addFirst(entry);
            }
        }

        @Override
        public String describe() {
            return "an item of worker pool '" + name + "'";
        }
    }

    /** Who stops the pool. */
    final class Drained extends WaitLine {
        Drained(WaitLine room) {
            super(room);
        }

        @Override
        protected boolean take(Turn turn) {
            return phase != Phase.OPEN && isIdle();
        }

        @Override
        protected void putBack(Turn turn) {
            // nothing was taken
        }

        @Override
        public List<Party> holders() {
            synchronized (monitor) {
                return busy();
            }
        }

        @Override
        public String describe() {
            return "the last item of worker pool '" + name + "'";
        }
    }
}
