// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.VoidBody;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.infra.Blackhole;

/** A timeout of ten seconds around code that does nothing, on a virtual thread: time and allocation a timeout that does not fire. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Timeout.TIMES)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
public class Timeout {
    static final int TIMES = 5_000;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Callable<Object> NOTHING = () -> "done";
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private static ScheduledThreadPoolExecutor timer() {
        var timer =
                new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** {@code CancelScope.runOrMoveOnAfter}, on a thread that is in no group. */
    @Benchmark
    public void espalier(Blackhole hole) throws Exception {
        Owner.VIRTUAL.repeat(TIMES, () -> withTimeout(hole));
    }

    /** The same in a task: its thread is known to Espalier already. */
    @Benchmark
    public void espalierInTask(Blackhole hole) throws Exception {
        Owner.VIRTUAL.run(() -> TaskGroup.run(group -> {
            var _ = group.fork(() -> {
                for (int i = 0; i < TIMES; i++) {
                    withTimeout(hole);
                }
                return "done";
            });
        }));
    }

    private static void withTimeout(Blackhole hole) throws InterruptedException {
        VoidBody<RuntimeException> body = () -> hole.consume(NOTHING);
        hole.consume(CancelScope.runOrMoveOnAfter(LIMIT, body));
    }

    /** A timer of the JDK that is set to interrupt the thread, and is taken back. */
    @Benchmark
    public void raw(Blackhole hole) throws Exception {
        Owner.VIRTUAL.repeat(TIMES, () -> {
            Thread thread = Thread.currentThread();
            var timer = TIMER.schedule(thread::interrupt, LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            hole.consume(NOTHING);
            timer.cancel(false);
        });
    }

    /** {@code StructuredTaskScope} with a timeout: the code is a task there, on a thread of its own. */
    @Benchmark
    public void jdkScope(Blackhole hole) throws Exception {
        Owner.VIRTUAL.repeat(TIMES, () -> {
            try (var scope = StructuredTaskScope.open(
                    Joiner.<Object>awaitAllSuccessfulOrThrow(), config -> config.withTimeout(LIMIT))) {
                hole.consume(scope.fork(NOTHING));
                scope.join();
            }
        });
    }
}
