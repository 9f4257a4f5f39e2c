// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A group that ends by the failure of one of its tasks: what the tasks do, and the time from the failure until the group is over.
 *
 * <p>{@code failedAt} is written by the failing task before it throws, and read by the owner when the group is over, which happens after it in
 * every library.
 */
public class Disaster {
    /** What the one task throws. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure() {
            super("the failure of the benchmark");
        }
    }

    /** Which of the tasks that sleep fails. */
    public static final int FAILS = 20;

    /** Long enough for the last tasks that arrived to park, and for processors to go idle. */
    public static final long PAUSE_MILLIS = 10;

    private final int tasks;
    private final LongAdder arrived = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private volatile long failedAt;
    private long nanos = -1;

    /**
     * A disaster to come.
     *
     * @param tasks the tasks beside the one that fails on purpose
     */
    public Disaster(int tasks) {
        this.tasks = tasks;
    }

    /** How many tasks there are beside the one that fails; when they sleep, it is one of them. */
    public final int tasks() {
        return tasks;
    }

    /** A task is there, and about to park. */
    public final void arrive() {
        arrived.increment();
    }

    /** Whether every task is there. */
    public final boolean allArrived() {
        return arrived.sum() == tasks;
    }

    /** A task that was parked or asleep has ended. */
    public final void end() {
        beforeEnd();
        ended.increment();
    }

    /** Called by a task that is about to end: a test makes it linger, to see that the group waits. */
    protected void beforeEnd() {}

    /** Called by the failing task when all others are parked, before the clock is started. */
    protected void beforeFailure() {}

    /** Starts the clock. The caller throws the result at once. */
    public final Failure strike() {
        beforeFailure();
        failedAt = System.nanoTime();
        return new Failure();
    }

    /**
     * Called by the owner as soon as the group is over.
     *
     * @param cause what the library says was the failure
     */
    public final void over(@Nullable Throwable cause) {
        long now = System.nanoTime();
        if (!(cause instanceof Failure)) {
            throw new IllegalStateException("the group ended by something else", cause);
        }
        long left = tasks - ended.sum();
        if (left != 0) {
            throw new IllegalStateException(left + " of " + tasks + " tasks ran on when the group was over");
        }
        nanos = now - failedAt;
    }

    /** The time from the failure until the group was over. */
    public final long nanos() {
        if (nanos < 0) {
            throw new IllegalStateException("the group never was over: its contender has not called over()");
        }
        return nanos;
    }

    // ---- the same for libraries whose tasks are threads

    /** The body of a task that is parked until it is interrupted. */
    final Callable<Object> parked() {
        return () -> {
            arrive();
            try {
                while (!Thread.interrupted()) {
                    LockSupport.park(this);
                }
                throw new InterruptedException();
            } finally {
                end();
            }
        };
    }

    /** The body of the task that fails when all others are parked. */
    final Callable<Object> failing() {
        return () -> {
            while (!allArrived()) {
                Thread.sleep(1);
            }
            Thread.sleep(PAUSE_MILLIS);
            throw strike();
        };
    }

    /** The body of the task that sleeps for so many ms, and fails if it is the one. */
    final Callable<Object> sleeping(int millis) {
        return () -> {
            try {
                Thread.sleep(millis);
            } finally {
                end();
            }
            if (millis == FAILS) {
                throw strike();
            }
            return "slept";
        };
    }
}
