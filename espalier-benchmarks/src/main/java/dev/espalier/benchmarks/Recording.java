// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.inspect.JfrEvents;
import dev.espalier.inspect.Recorder;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** {@link ForkAndJoin} and {@link SmallGroups} while they are recorded: what that costs tasks that do nothing, and so cost most. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
@State(Scope.Benchmark)
public class Recording {
    static final int TASKS = 100_000;
    static final int GROUPS = 2_000;
    private static final int SIZE = 4;
    private static final Callable<Object> NOTHING = () -> "done";

    /** Who records. */
    public enum Tape {
        /** Nobody. */
        NONE,
        /** A recorder that keeps the last million tasks, with waits. */
        RECORDER,
        /** A recorder that keeps a tenth of that. */
        SMALL,
        /** Events are installed, and no recording of the JVM runs. */
        JFR_OFF,
        /** A recording of the JVM with Espalier's events only. */
        JFR
    }

    /** Who records. */
    @Param({"NONE", "RECORDER", "SMALL", "JFR_OFF", "JFR"})
    public Tape tape = Tape.NONE;

    private @Nullable Recorder recorder;
    private @Nullable Registration events;
    private jdk.jfr.@Nullable Recording recording;

    /** Begins to record. */
    @Setup(Level.Trial)
    public void begin() {
        switch (tape) {
            case NONE -> {}
            case RECORDER -> recorder = Recorder.start();
            case SMALL -> recorder = Recorder.start(o -> o.limit(100_000));
            case JFR_OFF -> events = JfrEvents.install();
            case JFR -> {
                events = JfrEvents.install();
                recording = new jdk.jfr.Recording();
                recording.setToDisk(false);
                recording.start();
            }
        }
    }

    /** Records no more. */
    @TearDown(Level.Trial)
    public void end() {
        if (recorder != null) {
            recorder.close();
        }
        if (recording != null) {
            recording.close();
        }
        if (events != null) {
            events.close();
        }
    }

    /** W1: many tasks in one group; nanoseconds for each task. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void many() throws Exception {
        Owner.VIRTUAL.run(() -> TaskGroup.run(group -> {
            for (int i = 0; i < TASKS; i++) {
                var _ = group.fork(NOTHING);
            }
        }));
    }

    /** W2: groups of four; nanoseconds for each group. */
    @Benchmark
    @OperationsPerInvocation(GROUPS)
    public void small() throws Exception {
        Owner.VIRTUAL.run(() -> {
            for (int i = 0; i < GROUPS; i++) {
                TaskGroup.run(group -> {
                    for (int k = 0; k < SIZE; k++) {
                        var _ = group.fork(NOTHING);
                    }
                });
            }
        });
    }
}
