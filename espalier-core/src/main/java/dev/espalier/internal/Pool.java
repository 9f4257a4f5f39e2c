// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Holder.State;
import dev.espalier.pool.PoolAction;
import dev.espalier.pool.PoolClosedException;
import dev.espalier.pool.PoolOptions;
import dev.espalier.pool.ResourcePool;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The work of a {@link dev.espalier.pool.ResourcePool}: opens, checks, lends, takes back and closes. */
public final class Pool<T> {
    /*
     * PoolLine knows who has which place; here is what happens to the resource in it, always on the thread that has the slot and without a lock.
     *
     * Goals
     *   1. A slot that was taken is shelved, lent or freed on every way out; a resource that was opened is lent, shelved or closed (no leak).
     *   2. The place is free only after the closing has returned (S3), also where that throws, or was cut short.
     *   3. acquire returns a resource or throws; where it throws in code that is cancelled, it throws CancelledException (C7). What was opened or is
     *      sound is shelved then, for the next one; what was being checked is closed, since an interrupt may have damaged it.
     *   4. After a use that failed or was cancelled, the resource is closed before the exception goes on, unless the policy keeps it (S3).
     *   5. A stack that overflows, wherever it does, loses neither (L12). Closing takes more stack than may be left: then the resource is shelved as
     *      broken, which takes little, and that is reserved at the borrowing; whoever has its place next closes it.
     *
     * What a borrower opens or checks, it does in its own scope, so that its cancellation and its timeout reach it. What has to happen whatever comes (close,
     * keepIf, reset) is in Care: behind a shield, with a limit.
     *
     * The ends of idle resources: the Reaper's round takes out what is due, and starts a thread for each; a slow one keeps no other back. The end of
     * the pool does the same with all that are idle, then waits until no place is taken. So when close has returned, no thread of the
     * pool has anything left to do.
     *
     * Why the borrower opens, and not a thread of the pool (as HikariCP and Stormpot do): its cancellation reaches the factory, its exception is its own, the
     * context it runs in is its own, and nothing runs while nobody borrows. What is lost by that: a borrower who waits could have had what another returns
     * while its own is being opened.
     */
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final PoolOptions<T> options;
    private final Backend backend;
    private final PoolLine<T> line;
    private final Reaper reaper;
    private final Supply<T> supply;
    private final Care care;
    private final boolean sites;

    /**
     * A pool that is open, and empty.
     *
     * @param factory opens a resource
     * @param options how it behaves
     */
    @SuppressWarnings("this-escape") // the reaper is armed later
    public Pool(Callable<? extends T> factory, PoolOptions<T> options) {
        this.options = options;
        Backend given = options.backend();
        this.backend = given == null ? Scope.current().backend() : given;
        String name = options.name();
        this.line = new PoolLine<>(name == null ? "pool-" + NUMBERS.incrementAndGet() : name, options, backend);
        this.reaper = new Reaper(backend, this::reap);
        this.supply = new Supply<>(factory, options, line);
        this.care = new Care(line.describe(), options.closeLimit(), backend);
        this.sites = options.leaseSites();
    }

    // ---- borrowing

    /**
     * Borrows.
     *
     * @param bound whether the calling thread gives back what it borrows
     * @param timeout for the wait and for what has to be done then; null for none
     * @return to be ended once
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public Loan<T> acquire(boolean bound, @Nullable Duration timeout) throws InterruptedException {
        Stack.reserveLittle(); // then there is enough of it to give the resource back, whatever its use throws
        Loan<T> loan = asked(bound);
        if (line.takeIdle(loan) && loan.state == State.LEASED) {
            loan.lend();
            return loan;
        }
        Deadline end = timeout == null ? Deadline.NONE : Deadline.after(timeout, loan.scope.backend());
        if (loan.slot == null) {
            await(loan, timeout);
        }
        return prepared(loan, timeout, end);
    }

    private void await(Loan<T> loan, @Nullable Duration timeout) throws InterruptedException {
        boolean granted = false;
        try {
            line.acquire(Turn.here(loan), timeout);
            granted = true;
        } finally {
            if (!granted) {
                restore(loan);
            }
        }
    }

    /**
     * Borrows if it need not wait for others.
     *
     * @return to be ended once; null if it would have to wait
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public @Nullable Loan<T> tryAcquire() throws InterruptedException {
        Stack.reserveLittle();
        Loan<T> loan = asked(/* bound= */ false);
        return line.takeIdle(loan) || line.tryAcquire(Turn.here(loan)) ? prepared(loan, null, Deadline.NONE) : null;
    }

    /** What the caller asks for; throws if it is cancelled or interrupted. */
    private Loan<T> asked(boolean bound) throws InterruptedException {
        Strand here = Strands.current();
        Caller.checkpoint(here);
        LeaseSite site = sites
                ? Traces.trimmed(
                        new LeaseSite(Turn.party(Thread.currentThread(), here).toString()))
                : null;
        return new Loan<>(this, here, bound, site);
    }

    /** The wait has failed: it was granted nothing, or what it was granted is put back. */
    private void restore(Loan<T> loan) {
        Slot<T> orphan = loan.slot;
        if (orphan != null) {
            retire(orphan, null);
        } else {
            reaper.arm(reap()); // the timer may have come by while the resource was not on the shelf
        }
        line.drained.advance(); // its place may have been the last one that was taken
    }

    private Loan<T> prepared(Loan<T> loan, @Nullable Duration timeout, Deadline end) throws InterruptedException {
        Slot<T> slot = loan.slot;
        if (slot == null) {
            throw closed();
        }
        if (loan.state != State.LEASED) {
            prepare(slot, loan, timeout, end);
        }
        loan.lend();
        return loan;
    }

    private void prepare(Slot<T> slot, Loan<T> loan, @Nullable Duration timeout, Deadline end)
            throws InterruptedException {
        fill(slot, loan, timeout, end);
        if (loan.strand != null && loan.strand.current.isEffectivelyCancelled()) {
            giveBack(slot, /* suspect= */ true);
            throw loan.strand.cancelled(/* consumed= */ false);
        }
        if (!line.lend(loan)) {
            retire(slot, null);
            throw closed();
        }
    }

    /** Sees to it that a usable resource is in the slot, or gives up the slot and throws. */
    private void fill(Slot<T> slot, @Nullable Loan<T> loan, @Nullable Duration timeout, Deadline end)
            throws InterruptedException {
        boolean filled = false;
        try {
            Stack.reserve(); // what is opened has to arrive in its slot
            if (timeout == null) {
                fill(slot, loan);
            } else {
                PlainScope.create(null, end).runOrFail(() -> fill(slot, loan));
            }
            filled = true;
        } catch (DeadlineExceededException e) { // of this timeout: what the factory throws is wrapped
            throw timeout == null ? e : late(timeout, e);
        } finally {
            if (!filled) {
                if (slot.resource != null) {
                    discard(slot, null);
                } else {
                    line.free(slot);
                }
            }
        }
    }

    private DeadlineExceededException late(Duration timeout, DeadlineExceededException e) {
        String message = "opening or checking a resource of " + describe() + " was not done within " + timeout;
        var reason = new CancelReason(Kind.DEADLINE, message, null, null, null, e.reason());
        return Traces.trimmed(new DeadlineExceededException(reason, e.getCause()));
    }

    private void fill(Slot<T> slot, @Nullable Loan<T> loan) throws InterruptedException {
        if (slot.resource != null && (slot.isBroken() || line.isOver(slot, line.now()) || !supply.isSound(slot))) {
            dispose(slot, null);
            line.emptied(slot, Objects.requireNonNull(loan)); // who warms up gets new places only
        }
        if (slot.resource == null) {
            supply.open(slot);
        }
    }

    private PoolClosedException closed() {
        return new PoolClosedException(
                describe() + " is closed, and lends nothing any more; borrow before it is closed");
    }

    /**
     * Opens resources beforehand.
     *
     * @param count until so many are open
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public void warmUp(int count) throws InterruptedException {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + "; it must be zero or more");
        }
        if (line.isClosed()) {
            throw closed();
        }
        TaskGroup.run(o -> o.name("warm-up of " + describe()), group -> {
            Slot<T> slot = line.grow(count);
            while (slot != null) {
                slot = forkWarmUp(group, slot) ? line.grow(count) : null;
            }
        });
    }

    /** Forks; false if the group is cancelled and takes no more. */
    private boolean forkWarmUp(TaskGroup group, Slot<T> slot) {
        boolean runs = false;
        try {
            runs = !((TaskNode<?>) group.fork(() -> warmUp(slot))).isRefused();
        } finally {
            if (!runs) {
                line.free(slot);
            }
        }
        return runs;
    }

    private void warmUp(Slot<T> slot) throws InterruptedException {
        fill(slot, null, null, Deadline.NONE);
        giveBack(slot, /* suspect= */ false);
    }

    // ---- giving back

    void end(Loan<T> loan, @Nullable Throwable thrown) {
        Slot<T> slot = Objects.requireNonNull(loan.slot);
        T resource = Objects.requireNonNull(slot.resource);
        Throwable failure = thrown == null ? cancellation(loan) : thrown;
        boolean keeps = !loan.isDiscarded()
                && (failure == null || care.keeps(options.keepIf(), resource, failure, thrown))
                && care.resets(options.reset(), resource, thrown);
        if (keeps) {
            giveBack(slot, /* suspect= */ failure != null);
        } else {
            discard(slot, thrown);
        }
    }

    /** Closes the resource, or, where the stack is too full for that, leaves it to whoever has the place next, or to the pool. */
    private void discard(Slot<T> slot, @Nullable Throwable thrown) {
        try {
            Stack.reserve();
        } catch (StackOverflowError e) { // the one that the use has thrown says it, or one will come soon
            if (line.shelveBroken(slot)) {
                return;
            }
        }
        retire(slot, thrown);
    }

    private static @Nullable CancelledException cancellation(Loan<?> loan) {
        Scope here = Scope.current();
        if (here.isEffectivelyCancelled()) {
            return new CancelledException(Reasons.of(here));
        }
        Scope there = loan.scope;
        return there != here && there.isEffectivelyCancelled() ? new CancelledException(Reasons.of(there)) : null;
    }

    private void giveBack(Slot<T> slot, boolean suspect) {
        long left = line.shelve(slot, suspect);
        if (left <= 0) {
            retire(slot, null);
        } else {
            reaper.arm(left);
        }
    }

    // ---- closing

    /** Closes the resource and frees its place. */
    private void retire(Slot<T> slot, @Nullable Throwable thrown) {
        try {
            dispose(slot, thrown);
        } finally {
            line.free(slot);
        }
    }

    /** Closes the resource. What goes wrong is suppressed in what its use threw, or logged. */
    private void dispose(Slot<T> slot, @Nullable Throwable thrown) {
        line.closing(slot);
        PoolAction<? super T, ?> closer = options.closer();
        boolean _ = care.run(
                "closing",
                Objects.requireNonNull(slot.resource),
                closer != null ? closer : resource -> ((AutoCloseable) resource).close(),
                thrown);
    }

    /** Closes what is due, on threads of its own; returns how long until the next one is. */
    private long reap() {
        var due = new ArrayList<Slot<T>>();
        long next = line.takeDue(due);
        due.forEach(this::retireAside);
        return next;
    }

    private void retireAside(Slot<T> slot) {
        Launch.aside(backend, "espalier-pool-close", () -> {
            try {
                Object _ = BackendScope.run(backend, () -> {
                    retire(slot, null);
                    return null;
                });
            } catch (InterruptedException e) { // nobody knows this thread; and retire does not throw it
                Log.warn("closing a resource of " + describe() + " was interrupted", e);
            }
        });
    }

    /**
     * Lends nothing from now on, closes what is idle, and waits for the rest.
     *
     * @param limit how long to wait
     */
    public void close(Duration limit) {
        List<Slot<T>> idle = line.shut();
        reaper.stop();
        idle.forEach(this::retireAside);
        Drain.await(line.drained, limit, line::views);
    }

    // ---- to look at

    /**
     * What can be seen of the pool now.
     *
     * @return a snapshot
     */
    public ResourcePool.Statistics statistics() {
        return line.statistics();
    }

    /**
     * The pool in messages.
     *
     * @return for example {@code pool 'db'}
     */
    public String describe() {
        return line.describe();
    }

    /**
     * The options it was opened with.
     *
     * @return as given
     */
    public PoolOptions<T> options() {
        return options;
    }

    @Override
    public String toString() {
        return describe();
    }
}
