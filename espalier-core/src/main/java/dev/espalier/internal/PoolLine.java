// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Deadline;
import dev.espalier.pool.ResourcePool;
import dev.espalier.spi.Backend;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The places of a pool, those who wait for one, and those who wait for all of them to be free. */
final class PoolLine<T> extends WaitLine {
    /*
     * States of a slot
     *   (none)   a place is free
     *   TAKEN    a borrower has the place: it opens a resource, or checks the one that was idle, or opens another in its place
     *   LEASED   a borrower uses the resource
     *   IDLE     the resource is open, and anybody's
     *   CLOSING  some thread closes the resource
     *
     * Transitions, all under the monitor
     *   (none), IDLE -> TAKEN    take: for the first who waits, by whoever made it possible
     *   TAKEN -> LEASED          lend
     *   TAKEN, LEASED -> IDLE    shelve, unless the pool is closed or the lifetime over
     *   any -> CLOSING           closing: who gives it back, the end of an idle one, close
     *   TAKEN, CLOSING -> (none) free: what was in it is closed, or was never opened
     * A slot that is not IDLE belongs to one thread at a time, which alone moves it; it counts until it is freed. So at most maxSize resources are open,
     * those that are being opened and closed included (S3), and nothing foreign runs under the monitor: factory, check, reset and closer are called by the
     * thread that has the slot.
     *
     * A resource that is given back is not handed over by whoever returns it, but shelved; WaitLine.advance then takes it for the first who waits. Nobody
     * can come between: who comes new takes nothing while somebody waits. The last one shelved is the first one lent, so that those that are
     * not needed grow old and end.
     *
     * Closed: take grants everybody, with a refusal, so that all who wait leave; shelve refuses, so that what is out is closed by who has it. A turn that
     * was granted a resource, found itself cancelled, and puts it back into a closed pool is left with an orphan, which its thread closes.
     *
     * Memory ordering. All fields, and those of the slots, are guarded by the monitor. What happens before a resource is shelved happens-before it is lent.
     *
     * Lock order. As in WaitLine: the monitor is innermost.
     *
     * Why not a queue without a lock, as pools for fast resources have (HikariCP's ConcurrentBag, Stormpot's transfer queue): a place is more than a
     * number, who waits is cancelled from the middle, and each of these sections is short beside a round trip to a server.
     */
    static final class Claim<T> {
        final Scope scope = Scope.current();
        /** Whether who borrows is who gives back. */
        final boolean bound;

        final @Nullable LeaseSite site;
        // guarded by the monitor until the wait is over
        @Nullable
        Slot<T> slot;

        boolean refused;
        /** When what was put back is to be closed. */
        @Nullable
        Deadline shelved;
        /** What could not be put back. */
        @Nullable
        Slot<T> orphan;

        Claim(boolean bound, @Nullable LeaseSite site) {
            this.bound = bound;
            this.site = site;
        }

        @SuppressWarnings("unchecked") // the claims of a pool's turns are of its type
        static <T> Claim<T> of(Turn turn) {
            return (Claim<T>) Objects.requireNonNull(turn.claim);
        }
    }

    private final String name;
    private final int maxSize;
    private final Backend backend;
    private final @Nullable Duration idleTimeout;
    /** Those who wait for the end of the pool. */
    final Drained drained;

    private final Set<Slot<T>> slots = new LinkedHashSet<>();
    private final ArrayDeque<Slot<T>> idle = new ArrayDeque<>();
    private boolean closed;

    @SuppressWarnings("this-escape") // the second line needs the monitor of the first
    PoolLine(String name, int maxSize, Backend backend, @Nullable Duration idleTimeout) {
        this.name = name;
        this.maxSize = maxSize;
        this.backend = backend;
        this.idleTimeout = idleTimeout;
        this.drained = new Drained();
    }

    // ---- taking, under the monitor

    @Override
    protected boolean take(Turn turn) {
        Claim<T> claim = Claim.of(turn);
        if (closed) {
            claim.refused = true;
            return true;
        }
        Slot<T> slot = idle.pollLast();
        if (slot == null) {
            if (slots.size() >= maxSize) {
                return false;
            }
            slot = new Slot<>();
            slots.add(slot);
        }
        move(slot, Slot.State.TAKEN, turn.party(), claim.scope, claim.bound, claim.site);
        claim.slot = slot;
        return true;
    }

    @Override
    protected void putBack(Turn turn) {
        Claim<T> claim = Claim.of(turn);
        Slot<T> slot = claim.slot;
        if (slot == null) {
            return; // it was refused
        }
        claim.slot = null;
        if (slot.resource == null) {
            slots.remove(slot);
        } else if (closed) {
            claim.orphan = slot;
        } else {
            rest(slot);
            claim.shelved = slot.end();
        }
    }

    private void rest(Slot<T> slot) {
        move(slot, Slot.State.IDLE, null, ForeignStrand.ROOT, /* bound= */ false, null);
        idle.addLast(slot);
    }

    private void move(
            Slot<T> slot,
            Slot.State state,
            @Nullable Party party,
            Scope scope,
            boolean bound,
            @Nullable LeaseSite site) {
        slot.state = state;
        slot.party = party;
        slot.scope = scope;
        slot.bound = bound;
        slot.site = site;
        slot.since = backend.nanoTime();
    }

    // ---- by the thread that has the slot

    /** Whether the slot has a resource. */
    boolean isOpen(Slot<T> slot) {
        synchronized (monitor) {
            return slot.resource != null;
        }
    }

    /** Puts a resource that was opened into its slot; false if it is in another one too. */
    boolean opened(Slot<T> slot, T resource, Deadline lifeEnd) {
        synchronized (monitor) {
            for (Slot<T> other : slots) {
                if (other.resource == resource) {
                    return false;
                }
            }
            slot.resource = resource;
            slot.lifeEnd = lifeEnd;
            slot.suspect = false;
            slot.idleSince = backend.nanoTime();
            return true;
        }
    }

    /** The resource in it has been closed by the borrower, who keeps the place for another. */
    void emptied(Slot<T> slot, Claim<T> claim) {
        synchronized (monitor) {
            move(slot, Slot.State.TAKEN, Objects.requireNonNull(slot.party), claim.scope, claim.bound, claim.site);
            slot.resource = null;
            slot.lifeEnd = Deadline.NONE;
            slot.idleEnd = Deadline.NONE;
        }
    }

    /** Whether an idle resource was to be closed rather than lent. */
    boolean isOver(Slot<T> slot) {
        synchronized (monitor) {
            return slot.end().isExpired();
        }
    }

    /** Whether a resource has not been used for so long, or was used badly. */
    boolean isDoubtful(Slot<T> slot, Duration after) {
        synchronized (monitor) {
            return slot.suspect
                    || Duration.ofNanos(backend.nanoTime() - slot.idleSince).compareTo(after) >= 0;
        }
    }

    /** Lends it; false if the pool is closed, and the caller is to close the resource. */
    boolean lend(Slot<T> slot) {
        synchronized (monitor) {
            if (closed) {
                return false;
            }
            slot.state = Slot.State.LEASED;
            slot.since = backend.nanoTime();
            slot.suspect = false;
            return true;
        }
    }

    /** Puts the resource where the next one can have it; returns until when, or null if the caller is to close it. */
    @Nullable
    Deadline shelve(Slot<T> slot, boolean suspect) {
        Deadline end;
        synchronized (monitor) {
            if (closed || slot.lifeEnd.isExpired()) {
                return null;
            }
            slot.suspect = suspect;
            slot.idleSince = backend.nanoTime();
            slot.idleEnd = idleTimeout == null ? Deadline.NONE : Deadline.after(idleTimeout, backend);
            rest(slot);
            end = slot.end();
        }
        advance();
        return end;
    }

    /** The calling thread is about to close the resource, or to have it closed. */
    void closing(Slot<T> slot) {
        Party closer = Turn.here(null).party();
        synchronized (monitor) {
            move(slot, Slot.State.CLOSING, closer, Scope.current(), /* bound= */ true, null);
        }
    }

    /** The place is free. */
    void free(Slot<T> slot) {
        synchronized (monitor) {
            slot.resource = null;
            slots.remove(slot);
        }
        advance();
        drained.advance();
    }

    // ---- by the pool

    /** A new place for the calling thread, while there are fewer; null if there are enough, or somebody waits. */
    @Nullable
    Slot<T> grow(int wanted) {
        Party party = Turn.here(null).party();
        synchronized (monitor) {
            if (closed || first() != null || slots.size() >= Math.min(wanted, maxSize)) {
                return null;
            }
            var slot = new Slot<T>();
            move(slot, Slot.State.TAKEN, party, Scope.current(), /* bound= */ true, null);
            slots.add(slot);
            return slot;
        }
    }

    /** Takes out the idle ones that are to be closed. */
    List<Slot<T>> takeDue() {
        synchronized (monitor) {
            var due = new ArrayList<Slot<T>>();
            idle.removeIf(slot -> slot.end().isExpired() && due.add(slot));
            due.forEach(this::closing);
            return due;
        }
    }

    boolean isClosed() {
        synchronized (monitor) {
            return closed;
        }
    }

    /** When the next idle one is to be closed. */
    Deadline nextDue() {
        synchronized (monitor) {
            return idle.stream().map(Slot::end).reduce(Deadline.NONE, Deadline::earlier);
        }
    }

    /** Lends nothing from now on, and takes out the idle ones, which are to be closed. */
    List<Slot<T>> shut() {
        List<Slot<T>> all;
        synchronized (monitor) {
            closed = true;
            all = List.copyOf(idle);
            idle.clear();
            all.forEach(this::closing);
        }
        advance();
        return all;
    }

    // ---- to look at

    /** All slots that are not idle, those first that have been as they are for longest. */
    List<View> views() {
        synchronized (monitor) {
            long now = backend.nanoTime();
            return slots.stream()
                    .filter(slot -> slot.state != Slot.State.IDLE)
                    .sorted(Comparator.comparingLong(slot -> slot.since - now))
                    .map(slot -> View.of(slot, now))
                    .toList();
        }
    }

    ResourcePool.Statistics statistics() {
        synchronized (monitor) {
            List<View> views = views();
            return new ResourcePool.Statistics(
                    maxSize,
                    idle.size(),
                    count(views, Slot.State.TAKEN),
                    count(views, Slot.State.CLOSING),
                    views.stream()
                            .filter(view -> view.state() == Slot.State.LEASED)
                            .map(View::borrower)
                            .toList(),
                    waiting());
        }
    }

    private static int count(List<View> views, Slot.State state) {
        return (int) views.stream().filter(view -> view.state() == state).count();
    }

    /** What was seen of a slot. */
    record View(Slot.State state, ResourcePool.Borrower borrower) {
        static View of(Slot<?> slot, long now) {
            Party party = Objects.requireNonNull(slot.party);
            String path = party.task() == null ? party.toString() : Pursuit.path(slot.scope);
            return new View(
                    slot.state, new ResourcePool.Borrower(party, path, Duration.ofNanos(now - slot.since), slot.site));
        }
    }

    @Override
    public List<Party> holders() {
        return views().stream().map(view -> view.borrower().party()).toList();
    }

    @Override
    boolean isHeldFast() { // with more than one place, one may be free although somebody is still queued
        synchronized (monitor) {
            return maxSize == 1 && slots.stream().allMatch(slot -> slot.state != Slot.State.LEASED || slot.bound);
        }
    }

    @Override
    public String describe() {
        return "pool '" + name + "'";
    }

    /** Those who wait until no place is taken. */
    final class Drained extends WaitLine {
        private Drained() {
            super(PoolLine.this);
        }

        @Override
        protected boolean take(Turn turn) {
            return slots.isEmpty();
        }

        @Override
        protected void putBack(Turn turn) {} // nothing was taken

        @Override
        public List<Party> holders() {
            return PoolLine.this.holders();
        }

        @Override
        public String describe() {
            return "the end of " + PoolLine.this.describe();
        }
    }
}
