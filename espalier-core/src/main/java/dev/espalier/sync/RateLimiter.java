// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.internal.Turn;
import dev.espalier.internal.WaitLine;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * At most so many in a time, evenly spread: the others wait for their moment, first come first served.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="rate"}
 *
 * <p>A limiter of 10 a second lets one pass each 100 ms. With a burst of 5, up to five that were not used before may pass at once; so in any time
 * {@code t} at most {@code burst + t / 100 ms} pass. It limits how often something starts, and not how many are under way: closing the permit gives nothing
 * back. For that, use {@link Semaphore}; often one wants both.
 *
 * <p>Do not use it for a limit that several processes share: it counts in this one.
 *
 * <p><b>Cancellation.</b> {@code acquire} is always a cancellation point, also if nothing has to be waited for. A waiting task that is cancelled has
 * used nothing up: the ones behind it move up. {@code tryAcquire} never is one.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. It has no thread of its own: the first waiting one waits for the time. <b>Memory.</b> A constant, and
 * what waits.
 *
 * <p><b>Time.</b> That of the backend of who acquires. Used on another backend, with another clock, it carries over how long the next one has to wait.
 *
 * <p>From: the generic cell rate algorithm, which is a token bucket without the bucket.
 *
 * @since 0.1
 */
public final class RateLimiter {
    private final Line line;

    /**
     * What can be seen of a limiter at a moment.
     *
     * @param available how many could pass at once
     * @param waiting who waits, in the order of service
     * @since 0.1
     */
    public record Statistics(int available, List<Party> waiting) {}

    /**
     * A limiter without bursts, and with a name made of a number.
     *
     * @param permits how many; at least 1
     * @param per in what time; positive
     */
    public RateLimiter(int permits, Duration per) {
        this(permits, per, 1);
    }

    /**
     * A limiter with a name made of a number.
     *
     * @param permits how many; at least 1
     * @param per in what time; positive
     * @param burst how many may pass at once if none did before; at least 1
     */
    public RateLimiter(int permits, Duration per, int burst) {
        this(Names.next("rate"), permits, per, burst);
    }

    /**
     * A limiter.
     *
     * @param name for messages and tools
     * @param permits how many; at least 1
     * @param per in what time; positive, at most a year, and at least a nanosecond for each
     * @param burst how many may pass at once if none did before; at least 1
     */
    public RateLimiter(String name, int permits, Duration per, int burst) {
        if (permits < 1) {
            throw new IllegalArgumentException("permits is " + permits + "; it must be at least 1");
        }
        if (burst < 1) {
            throw new IllegalArgumentException("burst is " + burst + "; it must be at least 1, which means no burst");
        }
        if (!per.isPositive() || per.compareTo(Duration.ofDays(366)) > 0) {
            throw new IllegalArgumentException("per is " + per + "; it must be positive, and at most a year");
        }
        long interval = per.toNanos() / permits;
        if (interval < 1) {
            throw new IllegalArgumentException(permits + " in " + per
                    + " is more than one in a nanosecond, which no clock" + " can tell apart; leave the limiter out");
        }
        if (burst - 1L > Long.MAX_VALUE / 4 / interval) {
            throw new IllegalArgumentException("a burst of " + burst + " at " + permits + " in " + per
                    + " takes centuries to collect; use a smaller one");
        }
        line = new Line(Names.checked(name), interval, (burst - 1L) * interval);
    }

    /**
     * Waits for its moment.
     *
     * @return may be closed, once, which gives nothing back
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire() throws InterruptedException {
        line.acquire(Turn.here(null), null);
        return new Permit(line);
    }

    /**
     * Waits for its moment, for a time.
     *
     * @param timeout on the backend's clock; zero and negative do not wait
     * @return may be closed, once, which gives nothing back
     * @throws DeadlineExceededException if the moment did not come in time; nothing was used up
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public Permit acquire(Duration timeout) throws InterruptedException {
        line.acquire(Turn.here(null), Objects.requireNonNull(timeout, "timeout"));
        return new Permit(line);
    }

    /**
     * Passes if that is allowed now, and nobody waits. Never blocks.
     *
     * @return may be closed, once, which gives nothing back; or empty
     */
    public Optional<Permit> tryAcquire() {
        return line.tryAcquire(Turn.here(null)) ? Optional.of(new Permit(line)) : Optional.empty();
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        Backend backend = Turn.here(null).backend;
        synchronized (line.monitor) {
            return new Statistics(line.available(backend), line.waiting());
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return line.describe() + " [" + now.available() + " may pass, "
                + now.waiting().size() + " waiting]";
    }

    private static final class Line extends WaitLine implements Permit.Source {
        /*
         * next is when the next one would pass if there were no bursts; one may pass from next - tolerance on, and moves next on by an interval, from now if it
         * lies behind. So the limiter's whole state is one instant.
         *
         * Nobody lets the first one in when its time has come, so it parks for that long (pause) and then looks for itself; when it passes or
         * leaves, the next one is woken to do the same.
         */
        private static final int CLOSED = 1;

        private final String name;
        private final long interval; // nanoseconds
        private final long tolerance; // nanoseconds
        // guarded by the monitor
        private Backend clock = Backend.virtualThreads();
        private long next = clock.nanoTime();

        Line(String name, long interval, long tolerance) {
            this.name = name;
            this.interval = interval;
            this.tolerance = tolerance;
        }

        /** How long until one may pass: zero or negative if it may. */
        private long wait(Backend backend) {
            if (backend != clock) {
                next = backend.nanoTime() + (next - clock.nanoTime());
                clock = backend;
            }
            return next - clock.nanoTime() - tolerance;
        }

        int available(Backend backend) {
            long wait = wait(backend);
            return wait > 0 ? 0 : (int) (Math.min(tolerance, -wait) / interval) + 1;
        }

        @Override
        protected boolean take(Turn turn) {
            if (wait(turn.backend) > 0) {
                return false;
            }
            long now = clock.nanoTime();
            next = (next - now < 0 ? now : next) + interval;
            return true;
        }

        @Override
        protected void putBack(Turn turn) {
            next -= interval;
        }

        @Override
        protected boolean isPaced() {
            return true;
        }

        @Override
        protected long pause(Turn first) {
            return Math.max(0, wait(first.backend));
        }

        @Override
        public void release(Permit permit) {
            synchronized (monitor) {
                if (permit.mark == CLOSED) {
                    throw permit.closedBefore();
                }
                permit.mark = CLOSED;
            }
        }

        @Override
        public String describe() {
            return "rate limiter '" + name + "'";
        }
    }
}
