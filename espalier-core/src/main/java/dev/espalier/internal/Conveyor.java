// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.internal.Stock.Entry;
import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The items of a worker pool between those who submit them and the workers: who waits for whom.
 *
 * @param <I> the item
 */
final class Conveyor<I> {
    /*
     * Where an item is, of which the Stock keeps account. Each moves by one step under the monitor, so that it is in one place, always (S4):
     *
     *   offered   its submitter has it, and perhaps waits with it in `room`; it is not submitted
     *   queued    in the queue
     *   running   with a worker: its work, then, if that failed, the failure handler
     *   swept     taken from the queue to be handed to the failure handler, since nobody will work on it
     *   done      its work has returned
     *   failed    the failure handler has had it
     *   returned  by cancel()
     *
     *   offered -> queued    there is room: capacity, and one for each worker that is idle; or, if its submitter waits for room, by the worker that makes
     *                        some: taking an item, or finding the queue empty, it lets in the first who waits in the same step
     *   queued  -> running   a worker takes it
     *   running -> queued    at the head: the worker was cancelled when it got it, and has not begun (WaitLine, S1)
     *   queued  -> returned  cancel()
     *   queued  -> swept     the pool is over, but not by cancel(): its group is cancelled, or no worker is left
     *   offered stays with its submitter, which is told so, if that gives up, or if the pool takes no more.
     * A submitter that is cancelled when its item has left it has submitted it, and returns (C7).
     *
     * States of the pool
     *   OPEN -> STOPPED    takes no more; workers take what is queued, then go. By stop, or if `ending` (the body has ended) and nothing is left.
     *   OPEN, STOPPED -> CANCELLED   takes no more; nothing is taken from the queue any more. By cancel(), or by a worker that goes and finds that the
     *                      group is cancelled, or that it is the last.
     * Workers that go while there are, or may be, items to come are replaced. So while the pool is OPEN, or something is queued, there is a
     * worker (`live` counts one that is being replaced), or one that is about to sweep.
     *
     * Three lines under one monitor, all first come, first served:
     *   room     submitters wait for room for their item
     *   supply   idle workers wait for an item, or for the end
     *   drained  who stops the pool waits until nothing is left
     * Submitters that a worker has let in are in `admitted` until they are woken, after the monitor is released.
     *
     * Memory ordering: everything is read and written under the monitor; what a worker reads of its own item without it was written before its turn was
     * granted, which it has seen.
     *
     * Lock order: as that of WaitLine; under the monitor nothing foreign is called but Backend.nanoTime.
     *
     * Why not two Conditions of a Lock: bookkeeping must work in a worker that is cancelled, where a Lock cannot be acquired; and who waits to
     * submit would queue twice. Why not a queue of java.util.concurrent: see WaitLine.
     */
    private final Group group;
    private final String name;
    final Room room = new Room();
    final Supply supply = new Supply(room);
    final Drained drained = new Drained(room);
    /** Guarded by the monitor. */
    private final Stock<I> stock;
    /** Guarded by the monitor. */
    private final ArrayDeque<Turn> admitted = new ArrayDeque<>();

    Conveyor(Group group, String name, int capacity) {
        this.group = group;
        this.name = name;
        this.stock = new Stock<>(group, capacity);
    }

    // ---- who submits

    /** Puts an item in the queue if there is room, and nobody waits for it; whether that has been decided. */
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

    /** As B2: whether every worker waits, itself or below it, to submit to this very pool. Under the monitor. */
    private void refuseDeadlock(Turn turn) {
        TaskNode<?> mine = turn.strand == null ? null : turn.strand.memberOf(group);
        if (mine == null) {
            return;
        }
        Set<TaskNode<?>> stuck = Stuck.in(room, group, mine);
        if (stuck.size() >= stock.live()) {
            boolean _ = room.remove(turn);
            throw new IllegalStateException("this submit would never end: worker pool '" + name
                    + "' is full, and each of its workers waits to submit to it: " + Stuck.names(stuck)
                    + "; use trySubmit in the work, make the queue longer, or submit from outside");
        }
    }

    // ---- what happens to items and workers

    /** A worker is done with its item. */
    void finished(Worker<I> worker, boolean succeeded) { // as depart and sweptUp, allocates nothing (L12)
        synchronized (room.monitor) {
            stock.finish(worker, succeeded);
            stopIfIdle();
        }
        pass();
    }

    /**
     * A worker goes, and nobody comes in its place.
     *
     * @param worker which; null if it has not come
     * @return items that nobody will work on, which the caller hands over, and says so with {@link #sweptUp}
     */
    List<Entry<I>> depart(@Nullable Worker<I> worker) {
        List<Entry<I>> rest;
        synchronized (room.monitor) {
            rest = stock.depart(worker);
        }
        pass();
        return rest;
    }

    void sweptUp() {
        synchronized (room.monitor) {
            stock.sweptUp();
        }
        pass();
    }

    void stop() {
        synchronized (room.monitor) {
            stock.stop();
        }
        pass();
    }

    /** Takes no more items once nothing is left. */
    void stopWhenIdle() {
        synchronized (room.monitor) {
            stock.end();
            stopIfIdle();
        }
        pass();
    }

    private void stopIfIdle() {
        if (room.first() == null) {
            stock.stopIfIdle();
        }
    }

    Stock.Cancelled<I> cancel() {
        Stock.Cancelled<I> found;
        synchronized (room.monitor) {
            found = stock.cancel();
        }
        pass();
        return found;
    }

    void arrive() {
        synchronized (room.monitor) {
            stock.arrive();
        }
    }

    <R> R look(Function<Stock<I>, R> look) {
        synchronized (room.monitor) {
            return look.apply(stock);
        }
    }

    /** Hands items on to those who wait, and wakes them; not under the monitor. */
    void pass() {
        if (supply.size() != 0) {
            supply.advance();
        }
        if (room.size() != 0 && !look(Stock::accepts)) {
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

    /** Lets in the first who waits for room; its item, or null. Under the monitor. */
    private @Nullable Entry<I> admit() {
        Turn first = room.first();
        if (first == null || !stock.accepts()) {
            return null;
        }
        boolean _ = room.remove(first);
        first.granted = true;
        admitted.add(first);
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

    // ---- looking

    WorkerPool.Statistics<I> statistics(long time) {
        synchronized (room.monitor) {
            var running = new ArrayList<WorkerPool.Running<I>>();
            for (Worker<I> worker : stock.running()) {
                I item = Objects.requireNonNull(worker.entry).item;
                Duration age = Duration.ofNanos(Math.max(0, time - worker.since));
                running.add(new WorkerPool.Running<>(item, worker.party(), age));
            }
            return new WorkerPool.Statistics<>(
                    stock.live(),
                    stock.queued(),
                    List.copyOf(running),
                    room.waiting(),
                    stock.submitted(),
                    stock.done(),
                    stock.failed());
        }
    }

    private List<Party> busy() {
        return stock.running().stream().map(Worker::party).toList();
    }

    // ---- the lines

    /** Submitters. */
    final class Room extends WaitLine {
        @Override
        protected boolean take(Turn turn) {
            Entry<I> entry = entryOf(turn);
            entry.refused = !stock.accepts();
            return entry.refused || stock.add(entry, supply.size());
        }

        @Override
        protected void putBack(Turn turn) {
            stock.remove(
                    entryOf(turn)); // only after an Error in the wait: what a worker has taken meanwhile is submitted
        }

        @Override
        public List<Party> holders() {
            synchronized (monitor) {
                List<Party> busy = busy();
                return busy.size() == stock.live() ? busy : List.of(); // else one is about to take an item
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
            if (stock.isCancelled() || stock.begin(workerOf(turn), admit())) {
                return true;
            }
            stopIfIdle(); // who waited for room when the last item ended may have given up since
            return stock.isOver();
        }

        @Override
        protected void putBack(Turn turn) {
            stock.giveBack(workerOf(turn));
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
            return stock.isDrained();
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
