// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Espalier;
import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A backend whose clock stands still until the test moves it. Threads, and how they park, come from a real backend; timers and timed parks
 * end only by {@link #advance}. Timers fire in order, each at its own time, on a thread that is not the test's.
 */
public final class ManualClock implements Backend {
    private final TestBackend threads;
    private final long origin;
    private final TreeSet<Timer> timers =
            new TreeSet<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
    private long made; // guarded by timers, as the set
    private final AtomicInteger sleepers = new AtomicInteger();
    private volatile long elapsed;

    private record Timer(long due, long number, Runnable action) {}

    /** What a test does with the clock. */
    @FunctionalInterface
    public interface Script {
        /** Does it. */
        void run(ManualClock clock) throws Exception;
    }

    private ManualClock(TestBackend threads, long origin) {
        this.threads = threads;
        this.origin = origin;
    }

    /** Runs a test on a clock that shows zero, and looks that no timer is left. */
    public static void run(TestBackend threads, Script script) throws Exception {
        run(threads, 0, script);
    }

    /** As {@link #run(TestBackend, Script)}, with another reading of the clock to start with. */
    public static void run(TestBackend threads, long origin, Script script) throws Exception {
        var clock = new ManualClock(threads, origin);
        var _ = Espalier.<Boolean, Exception>run(clock, () -> {
            script.run(clock);
            return true;
        });
        assertThat(clock.timers()).as("timers left").isZero();
    }

    /** Moves the clock, and returns when every timer that came due has run. */
    public void advance(Duration time) {
        long target = elapsed + time.toNanos();
        var fired = new CompletableFuture<Void>();
        var _ = Threads.aside("manual clock").start(() -> {
            try {
                fireUntil(target);
                fired.complete(null);
            } catch (Throwable t) {
                fired.completeExceptionally(t);
            }
        });
        while (!fired.isDone()) { // not parked, so that an interrupt of the caller stays as it is
            Thread.yield();
        }
        fired.join();
    }

    private void fireUntil(long target) {
        while (true) {
            Timer next;
            synchronized (timers) {
                next = timers.isEmpty() ? null : timers.first();
                if (next == null || next.due > target) {
                    elapsed = target;
                    return;
                }
                timers.remove(next);
                elapsed = Math.max(elapsed, next.due);
            }
            next.action.run();
        }
    }

    /** Moves the clock from elsewhere as soon as the calling thread blocks. */
    Foreign advanceWhenBlocked(Duration time) {
        return WhenBlocked.me(() -> advance(time));
    }

    /** What the clock shows, from the start of the test. */
    public Duration elapsed() {
        return Duration.ofNanos(elapsed);
    }

    /** Timers that are set, timed parks included. */
    public int timers() {
        synchronized (timers) {
            return timers.size();
        }
    }

    /** How many timers were ever set. */
    public long timersMade() {
        synchronized (timers) {
            return made;
        }
    }

    /** Returns when so many threads are in timed parks. */
    public void awaitSleepers(int count) {
        Threads.until(() -> sleepers.get() == count);
    }

    @Override
    public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        return threads.newThread(task, name, inheritThreadLocals);
    }

    @Override
    public long nanoTime() {
        return origin + elapsed;
    }

    @Override
    public Registration schedule(Runnable action, long delayNanos) {
        synchronized (timers) {
            if (delayNanos <= 0) {
                made++;
                var _ = Threads.aside("manual clock, at once").start(action);
                return () -> {};
            }
            long due = elapsed + Math.min(delayNanos, Long.MAX_VALUE / 2);
            var timer = new Timer(due, made++, action);
            timers.add(timer);
            return () -> {
                synchronized (timers) {
                    timers.remove(timer);
                }
            };
        }
    }

    @Override
    public void park(Object blocker) {
        threads.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        if (nanos <= 0) {
            return;
        }
        var thread = Thread.currentThread();
        var timer = schedule(() -> threads.unpark(thread), nanos);
        sleepers.incrementAndGet();
        try {
            threads.park(blocker);
        } finally {
            sleepers.decrementAndGet();
            timer.close();
        }
    }

    @Override
    public void checkpoint() {
        threads.checkpoint();
    }

    @Override
    public void unpark(Thread thread) {
        threads.unpark(thread);
    }

    @Override
    public String toString() {
        return "manual clock at " + elapsed();
    }
}
