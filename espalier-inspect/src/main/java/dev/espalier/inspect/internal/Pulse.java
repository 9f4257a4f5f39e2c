// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.spi.TaskObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Counts what happens, and keeps the last minutes of it. */
final class Pulse implements TaskObserver {
    /*
     * On the way of a task: two adders, which threads do not share. A thread of its own takes a sample each second; how many tasks live is known of those seconds only in
     * which a page was open, since then somebody walks over the tree.
     *
     * The samples are guarded by the monitor. `tasks` is written by feeds, and is a hint.
     */
    private static final int KEPT = 300;
    private static final long SECOND = 1_000;

    /**
     * What happened in a second.
     *
     * @param time of its end, in milliseconds since 1970
     * @param tasks how many lived; -1 if nobody looked
     * @param forked how many were forked
     * @param ended how many ended
     * @param failed how many of these failed
     */
    record Sample(long time, long tasks, long forked, long ended, long failed) {}

    private final LongAdder forked = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private volatile long tasks = -1;
    private @Nullable Thread sampler;

    @Override
    public void taskForked(TaskGroup group, Task<?> task) {
        forked.increment();
    }

    @Override
    public void taskEnded(TaskGroup group, Task<?> task) {
        ended.increment();
        if (task.status() == TaskStatus.FAILED) {
            failed.increment();
        }
    }

    /** A feed has counted. */
    void tasks(long count) {
        tasks = count;
    }

    synchronized void start(BooleanSupplier nobodyLooks) {
        sampler = Thread.ofVirtual().name("espalier-inspect-pulse").start(() -> sample(nobodyLooks));
    }

    private void sample(BooleanSupplier nobodyLooks) {
        long[] before = now();
        long next = System.currentTimeMillis();
        try {
            while (true) {
                next += SECOND;
                Thread.sleep(Math.max(SECOND / 2, next - System.currentTimeMillis()));
                long[] after = now();
                long alive = nobodyLooks.getAsBoolean() ? -1 : tasks;
                add(new Sample(
                        System.currentTimeMillis(),
                        alive,
                        after[0] - before[0],
                        after[1] - before[1],
                        after[2] - before[2]));
                before = after;
            }
        } catch (InterruptedException e) { // close
            return;
        }
    }

    private long[] now() {
        return new long[] {forked.sum(), ended.sum(), failed.sum()};
    }

    synchronized void add(Sample sample) {
        samples.add(sample);
        if (samples.size() > KEPT) {
            samples.removeFirst();
        }
    }

    /** Those later than a time, the oldest first. */
    synchronized List<Sample> since(long time) {
        var list = new ArrayList<Sample>();
        for (Sample sample : samples) {
            if (sample.time() > time) {
                list.add(sample);
            }
        }
        return list;
    }

    synchronized void close() {
        if (sampler != null) {
            sampler.interrupt();
        }
    }
}
