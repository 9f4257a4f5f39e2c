// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroupException;
import dev.espalier.internal.Loan;
import dev.espalier.internal.Pool;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Resources that are expensive to open and are used again: connections, above all. At most so many are open at once; whoever finds none free waits,
 * first come first served.
 *
 * {@snippet class="dev.espalier.GuidePoolExamples" region="use"}
 *
 * <p>A resource whose use failed or was cancelled is closed and not used again (S3): nobody can know in which state an interrupt, or half a
 * protocol, has left it. {@link PoolOptions#keepIf} makes exceptions from that.
 *
 * <p>A borrower that finds nothing idle opens a resource itself, on its own thread, as long as there are fewer than {@link PoolOptions#maxSize}. A place is
 * taken from before the factory is called until after the resource has been closed, so that never more are open. The pool has no thread of its own; while
 * something has an end to come ({@link PoolOptions#idleTimeout}, {@link PoolOptions#maxLifetime}), it has one timer.
 *
 * <p>It does not keep a minimum open, does not give back by itself what nobody closes, and knows nothing of JDBC.
 *
 * <p><b>Failure.</b> What the factory throws arrives as the cause of an {@link OpenFailedException} at who borrows, and the next one tries again; an
 * {@link Error} as it is. What goes wrong with a closing is suppressed in what the use threw, or logged.
 *
 * <p><b>Cancellation.</b> Borrowing is always a cancellation point: in cancelled code it throws {@link CancelledException}, every time, and then the caller has
 * nothing and the pool has lost nothing. Giving back never is one; what has to be done then is protected from the caller's cancellation, and limited
 * by {@link PoolOptions#closeLimit}.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. <b>Memory.</b> What happens before a resource is given back happens-before its next use.
 *
 * <p>Pitfall: a timeout inside the body, whose exception the body catches. The pool sees no failure then, and the resource goes back: put the timeout around
 * {@code use}, or let it pass, or use a lease and {@link Lease#discard}.
 *
 * <p>Pitfall: borrowing a second resource while holding one. If all are held by tasks that do so, all of them wait for ever; in a pool of one, the
 * one that would is told.
 *
 * <p>From: HikariCP, Stormpot, and the connection pools of asyncpg and Go's {@code database/sql}.
 *
 * @param <T> the resource
 * @since 0.1
 */
public final class ResourcePool<T> implements AutoCloseable {
    private final Pool<T> pool;

    private ResourcePool(Pool<T> pool) {
        this.pool = pool;
    }

    /**
     * A pool of resources that are closed by {@link AutoCloseable#close}. Opens none yet.
     *
     * @param factory opens a new resource at every call; runs on the thread of who borrows
     * @param <T> the resource
     * @return to be closed
     */
    public static <T extends AutoCloseable> ResourcePool<T> open(Callable<? extends T> factory) {
        return open(factory, o -> o);
    }

    /**
     * A pool with options. Opens no resource yet: {@link #warmUp} does.
     *
     * @param factory opens a new resource at every call; runs on the thread of who borrows
     * @param options changes the defaults
     * @param <T> the resource
     * @return to be closed
     */
    public static <T> ResourcePool<T> open(Callable<? extends T> factory, UnaryOperator<PoolOptions<T>> options) {
        Objects.requireNonNull(factory, "factory");
        var chosen = Objects.requireNonNull(options.apply(PoolOptions.defaults()), "options");
        return new ResourcePool<>(new Pool<>(factory, chosen));
    }

    /**
     * Borrows a resource for a body, and gives it back when the body has ended; closes it if the body threw or was cancelled.
     *
     * @param body what is done with it
     * @param <R> its result
     * @param <X> the checked exception that it throws
     * @return its result
     * @throws X what the body throws, when the resource has been closed
     * @throws OpenFailedException if none was idle and none could be opened
     * @throws PoolClosedException if the pool is closed
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the body throws it, or the thread is interrupted by somebody else while it borrows
     */
    public <R extends @Nullable Object, X extends Exception> R use(PoolBody<? super T, R, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Loan<T> loan = pool.acquire(/* bound= */ true, null);
        R result;
        try {
            result = body.call(loan.resource());
        } catch (Throwable t) {
            loan.end(t);
            throw t;
        }
        loan.end(null);
        return result;
    }

    /**
     * As {@link #use}, without a result.
     *
     * @param body what is done with the resource
     * @param <X> the checked exception that it throws
     * @throws X what the body throws, when the resource has been closed
     * @throws OpenFailedException if none was idle and none could be opened
     * @throws PoolClosedException if the pool is closed
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the body throws it, or the thread is interrupted by somebody else while it borrows
     */
    public <X extends Exception> void run(PoolAction<? super T, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object _ = this.<@Nullable Object, X>use(resource -> {
            body.call(resource);
            return null;
        });
    }

    /**
     * Borrows a resource, until the lease is closed. Prefer {@link #use}, which sees whether the use failed.
     *
     * @return to be closed once
     * @throws OpenFailedException if none was idle and none could be opened
     * @throws PoolClosedException if the pool is closed
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Lease<T> acquire() throws InterruptedException {
        return pool.acquire(/* bound= */ false, null);
    }

    /**
     * Borrows a resource, in a time: waiting, checking and opening together.
     *
     * @param timeout on the clock of the caller's backend; zero and negative do not wait, and open nothing
     * @return to be closed once
     * @throws DeadlineExceededException if there was none in time
     * @throws OpenFailedException if none was idle and none could be opened
     * @throws PoolClosedException if the pool is closed
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Lease<T> acquire(Duration timeout) throws InterruptedException {
        return pool.acquire(/* bound= */ false, Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Borrows a resource unless that means to wait for other borrowers. It may have to be checked or opened, which takes the time that it takes; so, other
     * than most methods whose names begin with {@code try}, this one is a cancellation point.
     *
     * @return to be closed once; empty if all are lent, or somebody waits
     * @throws OpenFailedException if none was idle and none could be opened
     * @throws PoolClosedException if the pool is closed
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Optional<Lease<T>> tryAcquire() throws InterruptedException {
        return Optional.ofNullable(pool.tryAcquire());
    }

    /**
     * Opens resources beforehand, at the same time, until so many are open; returns when they are. So that the first users do not wait, and a wrong address
     * is found when the program starts.
     *
     * @param count zero or more; at most {@link PoolOptions#maxSize} are opened
     * @throws PoolClosedException if the pool is closed
     * @throws TaskGroupException with the {@link OpenFailedException} of the first that could not be opened; the others stay open
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void warmUp(int count) throws InterruptedException {
        pool.warmUp(count);
    }

    /**
     * Closes the pool: as {@link #close(Duration)}, with the limit of {@link PoolOptions#drainLimit}.
     *
     * @throws DeadlineExceededException if not all has come back in time; names who has it
     */
    @Override
    public void close() {
        close(pool.options().drainLimit());
    }

    /**
     * Closes the pool: lends nothing any more, also not to those who wait; closes what is idle; and waits for what is lent, and until everything is closed. What
     * comes back later than the limit is closed then. May be called again, and waits again.
     *
     * <p><b>Cancellation.</b> Not a cancellation point: it waits in cancelled code too, but never longer than the limit.
     *
     * @param limit how long to wait; zero and negative do not wait
     * @throws DeadlineExceededException if not all has come back in time; names who has it
     */
    public void close(Duration limit) {
        pool.close(Objects.requireNonNull(limit, "limit"));
    }

    /**
     * What can be seen of a pool at a moment.
     *
     * @param maxSize how many may be open
     * @param idle how many are open and lent to nobody
     * @param opening how many are being opened or checked
     * @param closing how many are being closed
     * @param leased who has one, those first that have had it for longest
     * @param waiting who waits, in the order of service
     * @since 0.1
     */
    public record Statistics(
            int maxSize, int idle, int opening, int closing, List<Borrower> leased, List<Party> waiting) {
        /**
         * How many places are taken.
         *
         * @return never more than {@code maxSize}
         */
        public int open() {
            return idle + opening + closing + leased.size();
        }
    }

    /**
     * Who has a resource.
     *
     * @param party who acquired it; whoever has the lease may be another one
     * @param path where that is in the tree of groups and tasks
     * @param age for how long, on the clock of the pool's backend
     * @param site where it was acquired; null unless {@link PoolOptions#leaseSites}
     * @since 0.1
     */
    public record Borrower(
            Party party,
            String path,
            Duration age,
            @Nullable Throwable site) {
        /**
         * For people.
         *
         * @return for example {@code group 'crawl' > task 'load' for PT31S}
         */
        @Override
        public String toString() {
            return path + " for " + age;
        }
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        return pool.statistics();
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return pool.describe() + " [" + now.open() + " of " + now.maxSize() + " open, "
                + now.leased().size() + " leased, " + now.idle() + " idle, "
                + now.waiting().size() + " waiting]";
    }
}
