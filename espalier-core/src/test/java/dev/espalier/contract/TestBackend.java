// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A real backend that remembers its threads and timers, so that a test can look for what was left behind. */
public final class TestBackend implements Backend {
    private Backend backend;
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger timers = new AtomicInteger();

    TestBackend(Backend backend) {
        this.backend = backend;
    }

    /** For a backend that exists only while the test runs. */
    void use(Backend backend) {
        this.backend = backend;
    }

    /** The backend that does the work. */
    public Backend real() {
        return backend;
    }

    /** Every thread that was made so far. */
    public List<Thread> threads() {
        return new ArrayList<>(threads);
    }

    /** Timers that are set and have neither fired nor been closed. */
    public int timers() {
        return timers.get();
    }

    void assertNothingLeft() throws InterruptedException {
        for (Thread thread : threads) {
            if (thread.getState() != Thread.State.NEW) {
                assertThat(thread.join(Duration.ofSeconds(10)))
                        .as("thread %s has ended; it is at %s", thread, List.of(thread.getStackTrace()))
                        .isTrue();
            }
        }
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (timers.get() != 0 && System.nanoTime() < end) {
            Thread.yield(); // a timer that has fired is counted until its action has returned
        }
        assertThat(timers.get()).as("timers left").isZero();
    }

    @Override
    public @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        var thread = backend.newThread(task, name, inheritThreadLocals);
        threads.add(java.util.Objects.requireNonNull(thread));
        return thread;
    }

    @Override
    public long nanoTime() {
        return backend.nanoTime();
    }

    @Override
    public Registration schedule(Runnable action, long delayNanos) {
        timers.incrementAndGet();
        var open = new AtomicBoolean(true);
        var registration = backend.schedule(
                () -> {
                    try {
                        action.run();
                    } finally {
                        if (open.compareAndSet(true, false)) {
                            timers.decrementAndGet();
                        }
                    }
                },
                delayNanos);
        return () -> {
            registration.close();
            if (open.compareAndSet(true, false)) {
                timers.decrementAndGet();
            }
        };
    }

    @Override
    public void park(Object blocker) {
        backend.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        backend.parkNanos(blocker, nanos);
    }

    @Override
    public void checkpoint() {
        backend.checkpoint();
    }

    @Override
    public void unpark(Thread thread) {
        backend.unpark(thread);
    }

    @Override
    public String toString() {
        return "test(" + backend + ")";
    }
}
