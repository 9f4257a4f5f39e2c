// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where each item of a worker pool is, and whether the pool takes more. All of it is guarded by the monitor of the {@link Conveyor}, whose essay says how items
 * move.
 *
 * @param <I> the item
 */
final class Stock<I> {
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
    private final int capacity;
    private final ArrayDeque<Entry<I>> queue = new ArrayDeque<>();
    private final LinkedHashSet<Worker<I>> running = new LinkedHashSet<>();
    private Phase phase = Phase.OPEN;
    private boolean ending;
    private int live;
    /** The last worker, if it went although there was, or could have been, something for one. */
    private @Nullable Worker<I> gaveUp;

    private int swept;
    private long submitted;
    private long done;
    private long failed;

    Stock(Group group, int capacity) {
        this.group = group;
        this.capacity = capacity;
    }

    // ---- what it is like

    boolean accepts() {
        return phase == Phase.OPEN && !group.isEffectivelyCancelled();
    }

    /** Whether nothing is taken from the queue any more. */
    boolean isCancelled() {
        return phase == Phase.CANCELLED;
    }

    /** Whether there is nothing for a worker, and never will be. */
    boolean isOver() {
        return phase != Phase.OPEN && queue.isEmpty();
    }

    /** Whether there is nothing, and never will be, that somebody has to do something about. */
    boolean isDrained() {
        return phase != Phase.OPEN && isIdle();
    }

    private boolean isIdle() {
        return queue.isEmpty() && running.isEmpty() && swept == 0;
    }

    /** Whether a worker that goes is missed. */
    boolean wantsWorkers() {
        return phase != Phase.CANCELLED && !isOver() && !group.isEffectivelyCancelled();
    }

    Phase phase() {
        return phase;
    }

    int live() {
        return live;
    }

    /** Whether a worker was the last, and went although there was something for it, or could have been. */
    boolean isGivenUpBy(Worker<I> worker) {
        return gaveUp == worker;
    }

    int queued() {
        return queue.size();
    }

    /** The workers that have items, in the order in which they got them. */
    List<Worker<I>> running() {
        return List.copyOf(running);
    }

    long submitted() {
        return submitted;
    }

    long done() {
        return done;
    }

    long failed() {
        return failed;
    }

    // ---- items move

    /** Puts an item in the queue, if there is room; one more for each idle worker. */
    boolean add(Entry<I> entry, int idle) {
        if (queue.size() >= capacity + idle) {
            return false;
        }
        queue.add(entry);
        submitted++;
        return true;
    }

    /** Takes back what {@link #add} has put there, if it is there still. */
    void remove(Entry<I> entry) {
        if (queue.remove(entry)) {
            submitted--;
        }
    }

    /**
     * Gives a worker the next item.
     *
     * @param waiting the item of the first who waits to submit, who is let in by this; null if nobody does
     * @return whether there was one
     */
    boolean begin(Worker<I> worker, @Nullable Entry<I> waiting) {
        if (waiting != null) {
            queue.add(waiting);
            submitted++;
        }
        Entry<I> entry = queue.poll();
        if (entry == null) {
            return false;
        }
        worker.entry = entry;
        worker.since = group.backend().nanoTime();
        running.add(worker);
        return true;
    }

    /** A worker that has not begun gives its item back. */
    void giveBack(Worker<I> worker) {
        Entry<I> entry = worker.entry;
        if (entry != null) {
            running.remove(worker);
            worker.entry = null;
            queue.addFirst(entry);
        }
    }

    void finish(Worker<I> worker, boolean succeeded) {
        running.remove(worker);
        worker.entry = null;
        if (succeeded) {
            done++;
        } else {
            failed++;
        }
    }

    /** An item that was taken by {@link #depart} has been handed over. */
    void sweptUp() {
        swept--;
        failed++;
    }

    private List<Entry<I>> takeQueue() {
        var taken = new ArrayList<>(queue);
        queue.clear();
        return taken;
    }

    // ---- workers come and go

    void arrive() {
        live++;
    }

    /** A worker goes, or one that was to come does not, and nobody comes in its place; what nobody will work on. */
    List<Entry<I>> depart(@Nullable Worker<I> worker) {
        live--;
        if (live == 0 && wantsWorkers()) {
            gaveUp = worker;
        }
        if (phase != Phase.CANCELLED && !group.isEffectivelyCancelled() && (live > 0 || isOver())) {
            return List.of();
        }
        phase = Phase.CANCELLED;
        List<Entry<I>> rest = takeQueue();
        swept += rest.size();
        return rest;
    }

    // ---- the end

    void stop() {
        if (phase == Phase.OPEN) {
            phase = Phase.STOPPED;
        }
    }

    /** From now on {@link #stopIfIdle} stops it. */
    void end() {
        ending = true;
    }

    void stopIfIdle() {
        if (ending && isIdle()) {
            stop();
        }
    }

    /** What a cancellation found. */
    record Cancelled<I>(List<Entry<I>> notBegun, List<PlainScope> running) {}

    Cancelled<I> cancel() {
        phase = Phase.CANCELLED;
        List<PlainScope> scopes = running.stream()
                .map(worker -> Objects.requireNonNull(worker.scope))
                .toList();
        return new Cancelled<>(takeQueue(), scopes);
    }
}
