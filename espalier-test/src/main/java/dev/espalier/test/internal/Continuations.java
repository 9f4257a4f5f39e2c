// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Virtual threads whose scheduler is the world: they stop wherever they block. */
final class Continuations implements Machine {
    /*
     * A virtual thread that can go on hands its continuation to its scheduler; running that continuation on the
     * driver mounts the thread until it parks, blocks, yields or ends. Threads that code in the simulation starts by
     * itself inherit the scheduler, so they come to the world too.
     *
     * Monitors. A thread that leaves a contended monitor only notes whom to wake; a thread of the JDK
     * ("VirtualThread-unblocker") then hands that one's continuation to the scheduler, some time later. A run would
     * depend on how soon. So, while any thread of the world stands before a monitor and is not in the world's list,
     * settle() waits until that thread of the JDK has nothing to do for us: none is marked as waiting for it, and
     * then, it is inside the call that waits for work. In this order: it takes the mark away first and hands over
     * next, and both happen outside that call.
     *
     * Timed waits of the JDK come to schedule(), because the scheduler is a ForkJoinPool; see Clock.
     */
    private static final String UNBLOCKER = "VirtualThread-unblocker";
    private static volatile @Nullable Thread unblocker;

    private final Door door;
    private final World world;
    private final Scheduler scheduler;

    Continuations(Door door, World world) {
        this.door = door;
        this.world = world;
        this.scheduler = new Scheduler();
    }

    @Override
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        return door.newThread(scheduler, name, inheritThreadLocals, task);
    }

    @Override
    public void enter() {
        // none runs without
    }

    @Override
    public void resume(SimThread thread) {
        java.util.Objects.requireNonNull(thread.continuation).run();
        int state = door.state(thread.thread);
        thread.atMonitor = state == Door.BLOCKED || state == Door.WAIT || state == Door.TIMED_WAIT;
        thread.ended = thread.thread.getState() == Thread.State.TERMINATED;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the thread's scheduler is this world
    public void giveWay(SimThread thread) {
        Thread.yield();
    }

    @Override
    public boolean hasYielded(SimThread thread) {
        return door.state(thread.thread) == Door.YIELDED;
    }

    @Override
    public void park(SimThread thread, Object blocker) {
        LockSupport.park(blocker);
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    @Override
    public int order(Thread thread) {
        return 0; // those that the world's own threads start come one by one
    }

    @Override
    public boolean mayBeFreed(SimThread thread) {
        return true;
    }

    @Override
    public boolean isPortable() {
        return false;
    }

    @Override
    public void settle(World world) {
        while (true) {
            boolean pending = false;
            boolean chosen = false;
            for (SimThread thread : world.crowd().atMonitors()) {
                if (!thread.ready) {
                    int state = door.state(thread.thread);
                    pending |= state != Door.WAIT && state != Door.TIMED_WAIT;
                    chosen |= door.isBeingUnblocked(thread.thread);
                }
            }
            if (!pending || (!chosen && unblockerWaits())) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    private static boolean unblockerWaits() {
        Thread thread = unblocker;
        if (thread == null) {
            thread = findUnblocker();
            unblocker = thread;
        }
        var stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].getMethodName().equals("takeVirtualThreadListToUnblock");
    }

    private static Thread findUnblocker() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(UNBLOCKER)) {
                return thread;
            }
        }
        throw new LinkageError("this JVM has no thread " + UNBLOCKER);
    }

    /** Is given what can go on, and never starts a thread. */
    private final class Scheduler extends ForkJoinPool {
        Scheduler() {
            super(1);
        }

        @Override
        public void execute(Runnable continuation) {
            world.crowd().ready(continuation);
        }

        @Override
        public <T> ForkJoinTask<T> externalSubmit(ForkJoinTask<T> task) {
            world.crowd().ready(task::invoke);
            return task;
        }

        @Override
        public <T> ForkJoinTask<T> lazySubmit(ForkJoinTask<T> task) {
            return externalSubmit(task);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            var wait = new RealWait(command);
            wait.timer = world.clock().waitInRealTime(world.lastThread(), wait, unit.toNanos(delay));
            return wait;
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("virtual threads schedule no such thing");
        }
    }

    /** What the JDK wants to be done after some time. */
    private static final class RealWait extends FutureTask<@Nullable Void> implements ScheduledFuture<@Nullable Void> {
        private Clock.@Nullable Timer timer;

        RealWait(Runnable command) {
            super(command, null);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (timer != null) {
                timer.close();
            }
            return super.cancel(mayInterruptIfRunning);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException("virtual threads do not ask");
        }

        @Override
        public int compareTo(Delayed other) {
            throw new UnsupportedOperationException("virtual threads do not ask");
        }
    }
}
