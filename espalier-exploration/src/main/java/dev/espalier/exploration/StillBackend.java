// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Platform threads, and a time that stands still until a scenario ends it: then every timer fires. */
final class StillBackend implements Backend {
    /** After every timer of a scenario, and before anything is reported. */
    private static final long LATER = 5_000_000_000L;

    private final Map<Object, Runnable> timers = new LinkedHashMap<>(); // guarded by this
    private final List<Thread> threads = new ArrayList<>(); // guarded by this
    private volatile long now;

    /** Waits for every thread that it has made: also for those that nobody else waits for. */
    void awaitThreads() throws InterruptedException {
        List<Thread> made;
        synchronized (this) {
            made = new ArrayList<>(threads);
        }
        for (Thread thread : made) {
            thread.join();
        }
    }

    /** Lets more time pass than any timer waits, and runs the timers on the calling thread. */
    void passTime() {
        List<Runnable> due;
        synchronized (this) {
            now = LATER;
            due = new ArrayList<>(timers.values());
            timers.clear();
        }
        due.forEach(Runnable::run);
    }

    @Override
    public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        Thread thread = Backend.platformThreads().newThread(task, name, inheritThreadLocals);
        if (thread != null) {
            synchronized (this) {
                threads.add(thread);
            }
        }
        return thread;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public synchronized Registration schedule(Runnable action, long delayNanos) {
        var timer = new Object();
        timers.put(timer, action);
        return () -> {
            synchronized (this) {
                timers.remove(timer);
            }
        };
    }

    @Override
    public void park(Object blocker) {
        LockSupport.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        Thread thread = Thread.currentThread();
        Registration timer = schedule(() -> LockSupport.unpark(thread), nanos);
        LockSupport.park(blocker);
        timer.close();
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
