// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.internal.Caller;
import dev.espalier.internal.Turn;
import dev.espalier.internal.WaitLine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happens once: tasks wait until it has.
 *
 * {@snippet class="dev.espalier.GuideSyncExamples" region="event"}
 *
 * <p>It cannot be taken back, so that nobody can come too late: make a new one for what happens again. It carries no value; for one that a task makes, await
 * the task.
 *
 * <p>Do not use it to report that a task is ready: {@link dev.espalier.TaskGroup#start} does, and also ends if the task fails before.
 *
 * <p><b>Cancellation.</b> {@code await} is always a cancellation point, also if the event is set. {@code set} never is, and never blocks.
 *
 * <p><b>Threads.</b> Any, also those that are in no scope. <b>Memory.</b> What happens before {@code set} happens-before the return of {@code await},
 * and an {@code isSet} that is true.
 *
 * <p>From: {@code trio.Event}; a {@link java.util.concurrent.CountDownLatch} of one.
 *
 * @since 0.1
 */
public final class Event {
    private final Line line;

    /**
     * What can be seen of an event at a moment.
     *
     * @param set whether it has happened
     * @param waiting who waits, in the order of arrival
     * @since 0.1
     */
    public record Statistics(boolean set, List<Party> waiting) {}

    /** An event with a name made of a number. */
    public Event() {
        this(Names.next("event"));
    }

    /**
     * An event.
     *
     * @param name for messages and tools
     */
    public Event(String name) {
        line = new Line(Names.checked(name));
    }

    /** It has happened: all that wait go on, and all that come later. Idempotent. */
    public void set() {
        line.set = true; // then it looks who waits
        line.advance();
    }

    /**
     * Whether it has happened.
     *
     * @return never false again once it is true
     */
    public boolean isSet() {
        return line.set;
    }

    /**
     * Waits until it has happened.
     *
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void await() throws InterruptedException {
        awaitWithin(null);
    }

    /**
     * Waits until it has happened, for a time.
     *
     * @param timeout on the backend's clock; zero and negative do not wait
     * @throws DeadlineExceededException if it has not happened in time
     * @throws CancelledException if the calling code is cancelled
     * @throws InterruptedException if the thread is interrupted by somebody else
     */
    public void await(Duration timeout) throws InterruptedException {
        awaitWithin(Objects.requireNonNull(timeout, "timeout"));
    }

    private void awaitWithin(@Nullable Duration timeout) throws InterruptedException {
        Object _ = Caller.checkpoint();
        if (!line.set) {
            line.queue(Turn.here(null), timeout);
        }
    }

    /**
     * What can be seen of it now.
     *
     * @return a snapshot
     */
    public Statistics statistics() {
        synchronized (line.monitor) {
            return new Statistics(line.set, line.waiting());
        }
    }

    @Override
    public String toString() {
        Statistics now = statistics();
        return line.describe() + (now.set() ? " [set]" : " [" + now.waiting().size() + " waiting]");
    }

    private static final class Line extends WaitLine {
        private final String name;
        private volatile boolean set; // written by anyone, once

        Line(String name) {
            this.name = name;
        }

        @Override
        protected boolean take(Turn turn) {
            return set;
        }

        @Override
        protected void putBack(Turn turn) {
            // there is nothing to give back: it stays set
        }

        @Override
        public String describe() {
            return "event '" + name + "'";
        }
    }
}
