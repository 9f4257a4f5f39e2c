// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Tasks that are parked, and one that fails when it is told to. */
@State(Scope.Thread)
public abstract class ParkedTasks {
    static final int TASKS = 10_000;

    /** What the one task throws. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private AtomicReferenceArray<@Nullable Thread> threads = new AtomicReferenceArray<>(TASKS);
    private CountDownLatch go = new CountDownLatch(1);
    private FutureTask<String> owner = new FutureTask<>(() -> "done");

    /** Forks all tasks, and returns when they have ended. Runs on the owner. */
    abstract void own() throws Exception;

    /** Starts the owner, and returns when all tasks are parked. An invocation takes milliseconds, so this does not disturb the measurement. */
    @Setup(Level.Invocation)
    public void parkAll() throws InterruptedException {
        threads = new AtomicReferenceArray<>(TASKS);
        go = new CountDownLatch(1);
        owner = new FutureTask<>(() -> {
            own();
            return "done";
        });
        Thread.startVirtualThread(owner);
        for (int i = 0; i < TASKS; i++) {
            while (!isParked(threads.get(i))) {
                Thread.sleep(1);
            }
        }
    }

    private static boolean isParked(@Nullable Thread thread) {
        return thread != null && thread.getState() == Thread.State.WAITING;
    }

    /** What is measured. */
    final void failAndWait() throws Exception {
        go.countDown();
        var _ = owner.get();
    }

    /** The body of a task that is parked until it is interrupted. */
    final Object park(int index) throws InterruptedException {
        threads.set(index, Thread.currentThread());
        while (!Thread.interrupted()) {
            LockSupport.park(this);
        }
        throw new InterruptedException();
    }

    /** The body of the task that fails. */
    final Object fail() throws InterruptedException {
        go.await();
        throw new Failure();
    }

    /** Checks that the group ended by the failure. */
    static void expect(@Nullable Throwable cause) {
        if (!(cause instanceof Failure)) {
            throw new IllegalStateException("something else failed", cause);
        }
    }
}
