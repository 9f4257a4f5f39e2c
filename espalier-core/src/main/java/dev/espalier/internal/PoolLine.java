// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.internal.Holder.State;
import dev.espalier.pool.PoolOptions;
import dev.espalier.pool.ResourcePool;
import dev.espalier.spi.Backend;
import dev.espalier.sync.Party;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The places of a pool, those who wait for one, and those who wait for all of them to be free. */
final class PoolLine<T> extends WaitLine {
    /*
     * States of a slot, which its holder tells
     *   (none)   a place is free
     *   TAKEN    a borrower has the place: it opens a resource, or checks the one that was idle, or opens another in its place
     *   LEASED   a borrower uses the resource
     *   (idle)   it has no holder: the resource is open, and anybody's
     *   CLOSING  some thread closes the resource
     *
     * Transitions; a slot that is not idle belongs to one thread at a time, which alone moves it
     *   (none) -> TAKEN           take, under the monitor: for the first who waits, by whoever made it possible
     *   (idle) -> LEASED, TAKEN   take, likewise; or takeIdle, without the monitor, while nobody waits. TAKEN if there is something to be done first
     *   TAKEN -> LEASED           lend, under the monitor
     *   TAKEN, LEASED -> (idle)   shelve, without the monitor, unless the pool is closed or the lifetime over
     *   any -> (idle)             shelveBroken: to be closed by who takes it, who has more stack
     *   any -> CLOSING            closing: who gives it back, the end of an idle one, close
     *   CLOSING -> TAKEN          emptied: the borrower opens another
     *   TAKEN, CLOSING -> (none)  free, under the monitor: what was in it is closed, or was never opened
     * A slot counts until it is freed. So at most maxSize resources are open, those that are being opened and closed included (S3), and nothing foreign runs
     * under the monitor: factory, check, reset and closer are called by the thread that has the slot.
     *
     * The last one shelved is the first one lent, so that those that are not needed grow old and end.
     *
     * Who is next (S1). A resource that is given back is not handed over by whoever returns it, but shelved; WaitLine.advance then takes it for the first who
     * waits. takeIdle looks whether anybody waits, then takes: who saw nobody came before all who wait, also where it takes after another has joined
     * the queue. Whoever comes later sees the queue, and joins it. So nobody comes between.
     *
     * Nobody sleeps beside a full shelf. Who joins writes waiting, then looks at the shelf; who shelves puts up, then reads waiting; all four are volatile. One of the two
     * sees the other. What is on the shelf is taken down for a moment by takeDue, under the monitor: so only takeIdle can miss it, and looks
     * again under the monitor, as everybody who is about to wait.
     *
     * Closed: the shelf says so, in the word by which it is taken from and put on. take grants everybody, with a refusal, so that all who wait leave;
     * shelve refuses, so that what is out is closed by who has it. A turn that was granted a resource, found itself cancelled, and cannot put it back
     * since the pool is closed, is left with it, and its thread closes it.
     *
     * Memory ordering. slots is guarded by the monitor. What a slot has besides its holder belongs to who has the slot; the shelf, or the monitor, hands it
     * on: what happens before a resource is shelved happens-before it is lent. Of a slot that another has, only its holder is looked at, and
     * whether its resource is a certain one, which changes under the monitor.
     *
     * To look at. The holder is written before a lease is returned to anybody, and taken away before the slot is shelved; all of the sums in statistics are
     * made of the holders as they are read, one by one, so that no slot counts twice. In between the two, a slot counts as idle.
     *
     * Lock order. As in WaitLine: the monitor is innermost.
     *
     * Why the monitor is left to those who wait, open and close: they need more than one word (who is first, how many there are), and each of them is slow
     * besides. docs/adr/0025 has what the others cost with it.
     */
    private final String name;
    private final int maxSize;
    private final Backend backend;
    /** In nanoseconds; {@link Long#MAX_VALUE} if what is idle stays. */
    private final long idleTimeout;
    /** In nanoseconds; {@link Long#MAX_VALUE} if nothing is checked. */
    private final long checkAfter;

    private final boolean checks;
    /** Whether the pool closes what is idle, at some time. */
    private final boolean ends;
    /** Whether the time at which a resource is given back matters to anybody. */
    private final boolean timed;

    /** Those who wait for the end of the pool. */
    final Drained drained;

    private final Shelf<T> shelf = new Shelf<>();
    private final Set<Slot<T>> slots = new LinkedHashSet<>();

    @SuppressWarnings("this-escape") // the second line needs the monitor of the first
    PoolLine(String name, PoolOptions<T> options, Backend backend) {
        this.name = name;
        this.maxSize = options.maxSize();
        this.backend = backend;
        this.idleTimeout = Slot.nanos(options.idleTimeout());
        this.checks = options.validate() != null;
        this.checkAfter = Slot.nanos(options.validateAfterIdle());
        this.ends = options.idleTimeout() != null || options.maxLifetime() != null;
        this.timed = checks || ends;
        this.drained = new Drained();
    }

    // ---- taking

    /** Takes what is idle, if nobody waits; the loan has its slot then, and is lent unless something has to be done first. */
    boolean takeIdle(Loan<T> loan) {
        if (size() != 0) {
            return false;
        }
        long now = now(); // before the slot is taken: it is foreign code
        Slot<T> slot = shelf.take();
        if (slot == null) {
            return false;
        }
        loan.grant(slot, isReady(slot, now) ? State.LEASED : State.TAKEN, now);
        return true;
    }

    @Override
    protected boolean take(Turn turn) {
        if (shelf.isClosed()) {
            return true; // without a slot
        }
        long now = now();
        Slot<T> slot = shelf.take();
        if (slot == null) {
            if (slots.size() >= maxSize) {
                return false;
            }
            slot = new Slot<>();
            slots.add(slot);
        }
        loan(turn).grant(slot, isReady(slot, now) ? State.LEASED : State.TAKEN, now);
        return true;
    }

    @Override
    protected void putBack(Turn turn) {
        Loan<T> loan = loan(turn);
        Slot<T> slot = loan.slot;
        if (slot == null) {
            return; // it was refused
        }
        if (slot.resource == null) {
            slots.remove(slot);
            loan.slot = null;
        } else if (rest(slot)) {
            loan.slot = null;
        } // else the pool is closed, and its thread closes the resource
    }

    @SuppressWarnings("unchecked") // the loans of a pool's turns are of its type
    private Loan<T> loan(Turn turn) {
        return (Loan<T>) Objects.requireNonNull(turn.claim);
    }

    private boolean rest(Slot<T> slot) {
        Holder holder = slot.holder();
        slot.holder(null); // before anybody else can have it
        if (shelf.put(slot)) {
            return true;
        }
        slot.holder(holder);
        return false;
    }

    // ---- by the thread that has the slot

    private boolean isReady(Slot<T> slot, long now) {
        return slot.resource != null && !slot.isBroken() && !isOver(slot, now) && !isDoubtful(slot, now);
    }

    /** The time on the clock that slots are about. */
    long now() {
        return backend.nanoTime();
    }

    /** Whether an idle resource was to be closed rather than lent. */
    boolean isOver(Slot<T> slot, long now) {
        return left(slot, now) <= 0;
    }

    /** How long an idle one stays. */
    private long left(Slot<T> slot, long now) {
        long life = slot.life(now);
        return idleTimeout == Long.MAX_VALUE ? life : Math.min(life, idleTimeout - slot.idle(now));
    }

    /** Whether a resource is to be checked, since it has not been used for long enough, or was used badly. */
    boolean isDoubtful(Slot<T> slot, long now) {
        return checks && (slot.suspect || slot.idle(now) >= checkAfter);
    }

    /** Puts a resource that was opened into its slot; false if it is in another one too. */
    boolean opened(Slot<T> slot, T resource, long life) {
        synchronized (monitor) {
            for (Slot<T> other : slots) {
                if (other.resource == resource) {
                    return false;
                }
            }
            slot.begin(resource, now(), life);
            return true;
        }
    }

    /** The resource in it has been closed by the borrower, who keeps the place for another. */
    void emptied(Slot<T> slot, Holder borrower) {
        synchronized (monitor) {
            slot.resource = null;
        }
        slot.holder(borrower);
    }

    /** Lends it; false if the pool is closed, and the caller is to close the resource. */
    boolean lend(Loan<T> loan) {
        synchronized (monitor) {
            if (shelf.isClosed()) {
                return false;
            }
            loan.state = State.LEASED;
            loan.since = now();
            return true;
        }
    }

    /**
     * Puts the resource where the next one can have it.
     *
     * @return how long it stays there, {@link Long#MAX_VALUE} for ever; zero if the caller is to close it
     */
    long shelve(Slot<T> slot, boolean suspect) {
        long now = timed ? now() : 0;
        if (slot.life(now) <= 0) {
            return 0;
        }
        slot.rest(now, suspect);
        long left = left(slot, now);
        if (!rest(slot)) {
            return 0;
        }
        advance();
        return left;
    }

    /** Puts a resource where the next one who has the place closes it; false if the pool is closed. Takes little stack. */
    boolean shelveBroken(Slot<T> slot) {
        slot.spoil();
        if (!rest(slot)) {
            return false;
        }
        advance();
        return true;
    }

    /** The calling thread is about to close the resource, or to have it closed. */
    void closing(Slot<T> slot) {
        slot.holder(here(State.CLOSING));
    }

    private Holder here(State state) {
        return new Holder(Strands.current(), state, now(), /* bound= */ true, null);
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
        Holder here = here(State.TAKEN);
        synchronized (monitor) {
            if (shelf.isClosed() || first() != null || slots.size() >= Math.min(wanted, maxSize)) {
                return null;
            }
            var slot = new Slot<T>();
            slot.holder(here);
            slots.add(slot);
            return slot;
        }
    }

    /** Takes out the idle ones that are to be closed; returns how long until the next one is, {@link Long#MAX_VALUE} if none will be. */
    long takeDue(Collection<Slot<T>> due) {
        long next = Long.MAX_VALUE;
        if (!ends) {
            return next;
        }
        synchronized (monitor) {
            Deque<Slot<T>> all = shelf.takeAll();
            long now = now();
            for (Slot<T> slot = all.pollLast(); slot != null; slot = all.pollLast()) {
                long left = left(slot, now);
                if (left <= 0 || slot.isBroken() || !shelf.put(slot)) {
                    closing(slot);
                    due.add(slot);
                } else {
                    next = Math.min(next, left);
                }
            }
        }
        return next;
    }

    boolean isClosed() {
        return shelf.isClosed();
    }

    /** Lends nothing from now on, and takes out the idle ones, which are to be closed. */
    List<Slot<T>> shut() {
        List<Slot<T>> all;
        synchronized (monitor) {
            all = new ArrayList<>(shelf.close());
            all.forEach(this::closing);
        }
        advance();
        return all;
    }

    // ---- to look at

    /** Those who have slots that are not idle, those first that have had them for longest. */
    private Stream<Holder> held() {
        long now = now();
        return slots.stream()
                .map(Slot::holder)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(holder -> holder.since - now));
    }

    List<PoolView> views() {
        synchronized (monitor) {
            long now = now();
            return held().map(holder -> PoolView.of(holder, now)).toList();
        }
    }

    ResourcePool.Statistics statistics() {
        synchronized (monitor) {
            return PoolView.statistics(maxSize, slots.size(), views(), waiting());
        }
    }

    @Override
    public List<Party> holders() {
        synchronized (monitor) {
            return held().map(Holder::party).toList();
        }
    }

    @Override
    boolean isHeldFast() { // with more than one place, one may be free although somebody is still queued
        if (maxSize > 1) {
            return false;
        }
        synchronized (monitor) {
            return held().allMatch(holder -> holder.state != State.LEASED || holder.bound);
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
