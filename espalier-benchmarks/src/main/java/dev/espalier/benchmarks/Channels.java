// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.Action;
import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Items from one task to another through a buffer of 100. "Raw" is Jox, the library below, in the same tasks. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Channels.ITEMS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"})
public class Channels {
    static final int ITEMS = 100_000;
    private static final int CAPACITY = 100;
    private static final Object ITEM = "item";

    /** {@link Channel}. */
    @Benchmark
    public void espalier() throws Exception {
        Channel<Object> channel = Channel.buffered(CAPACITY);
        both(() -> channel.send(ITEM), () -> {
            var _ = channel.receive();
        });
    }

    /** Jox's own channel. */
    @Benchmark
    public void raw() throws Exception {
        com.softwaremill.jox.Channel<Object> channel = com.softwaremill.jox.Channel.newBufferedChannel(CAPACITY);
        both(() -> channel.send(ITEM), () -> {
            var _ = channel.receive();
        });
    }

    /** The JDK's queue, which has no end and no select. */
    @Benchmark
    public void arrayBlockingQueue() throws Exception {
        var queue = new ArrayBlockingQueue<Object>(CAPACITY);
        both(() -> queue.put(ITEM), () -> {
            var _ = queue.take();
        });
    }

    private static void both(Action send, Action receive) throws Exception {
        Owner.VIRTUAL.run(() -> TaskGroup.run(group -> {
            var _ = group.fork(() -> repeat(send));
            var _ = group.fork(() -> repeat(receive));
        }));
    }

    private static void repeat(Action action) throws Exception {
        for (int i = 0; i < ITEMS; i++) {
            action.run();
        }
    }
}
