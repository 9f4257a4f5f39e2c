// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.util.concurrent.locks.LockSupport;

/** Time for a recorder: exact, unless so much happens that reading the clock would cost more than what happens. */
final class RecorderClock implements AutoCloseable {
    /*
     * A reading of the JVM's clock costs some 20 ns, a tenth of a task that does nothing; and a recorder wants three for each task. So the clock has two states:
     *
     *   exact    (coarse = 0) each reading reads the JVM's clock. Each 512th looks how long the last 512 took; if that is less than 256 µs, two million readings a second:
     *   coarse   (coarse = the time) readings return what a thread of this class writes there about every 0.15 ms; after 5 ms it is exact again, and perhaps at once coarse.
     *
     * So times are exact in a program that does something, and coarse in bursts of trivial tasks, in which a hundredth of the readings is still exact.
     *
     * A reading may be older than one that another thread made just before, by the length of a tick. Who shows times puts that right where two belong together.
     *
     * Memory ordering: `coarse` is volatile, for its own value only. `readings` is written by all without order: an increment that is lost makes the next look later. `looked` is
     * volatile, as it is a long. `over` is written once. If the thread ends, whyever, the clock stays exact.
     *
     * Why not always coarse: a waterfall of a request is about microseconds. Why not a time for each tenth event: what comes after the last one of a burst may be a minute later.
     */
    private static final int READINGS = 512;
    private static final long WITHIN = 256_000;
    private static final long TICK = 100_000;
    private static final long BURST = 5_000_000;

    private final long origin = System.nanoTime();
    private final long startedAt = System.currentTimeMillis();
    private volatile long coarse;
    private volatile long looked;
    private volatile boolean over;
    private int readings;
    private final Thread ticker;

    RecorderClock() {
        ticker = Thread.ofPlatform().daemon().name("espalier-recorder-clock").start(this::tick);
    }

    /** Nanoseconds since the beginning, and 1. */
    long now() {
        long time = coarse;
        return time != 0 ? time : read(); // small, so that it is inlined where a burst is
    }

    private long read() {
        long time = exact();
        if ((++readings & (READINGS - 1)) == 0) {
            look(time);
        }
        return time;
    }

    boolean isCoarse() {
        return coarse != 0;
    }

    long exact() {
        return System.nanoTime() - origin + 1;
    }

    /** In milliseconds since 1970. */
    long startedAt() {
        return startedAt;
    }

    private void look(long time) {
        if (time - looked < WITHIN && !over) {
            coarse = time;
            if (over) {
                coarse = 0; // the thread has ended since: it wrote over, and then coarse
            } else {
                LockSupport.unpark(ticker);
            }
        }
        looked = time;
    }

    private void tick() {
        try {
            while (!over) {
                if (coarse == 0) {
                    LockSupport.park(this);
                    continue;
                }
                long end = exact() + BURST;
                while (coarse != 0 && !over) {
                    LockSupport.parkNanos(this, TICK);
                    long now = exact();
                    coarse = now < end ? now : 0;
                }
            }
        } finally {
            over = true;
            coarse = 0;
        }
    }

    /** Stays exact from now on. */
    @Override
    public void close() {
        over = true;
        LockSupport.unpark(ticker);
    }
}
