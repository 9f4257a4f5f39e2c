// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Body;
import dev.espalier.benchmarks.contenders.Contender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What all workloads have in common: one set of JVM flags, the kind of thread that owns the work, and neighbours, processes that keep processors
 * busy meanwhile. A subclass declares which contenders can do it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
@State(Scope.Benchmark)
public abstract class Workload {
    /** The figure that says what the neighbours got done. */
    static final String NEIGHBOURS_WORK = "neighbours.work";

    /** The thread that opens the groups. */
    @Param("VIRTUAL")
    public Owner owner = Owner.VIRTUAL;

    /** How many processors other processes keep busy. */
    @Param("0")
    public int busy;

    private final List<Neighbour> neighbours = new ArrayList<>();
    private final List<Neighbour.Progress> progress = new ArrayList<>();

    /** Starts the neighbours. */
    @Setup(Level.Trial)
    public final void startNeighbours() throws IOException, InterruptedException {
        for (int i = 0; i < busy; i++) {
            neighbours.add(Neighbour.start());
        }
    }

    /** Looks at the neighbours before an iteration. */
    @Setup(Level.Iteration)
    public final void beforeIteration() {
        progress.clear();
        neighbours.forEach(neighbour -> progress.add(neighbour.progress()));
    }

    /** Tells how much work the neighbours got done in the iteration. */
    @TearDown(Level.Iteration)
    public final void afterIteration() {
        double work = 0;
        for (int i = 0; i < progress.size(); i++) {
            work += neighbours.get(i).unitsPerSecondSince(progress.get(i));
        }
        if (busy > 0) {
            Figures.record(NEIGHBOURS_WORK, work);
        }
    }

    /** Ends the neighbours. */
    @TearDown(Level.Trial)
    public final void stopNeighbours() throws IOException, InterruptedException {
        for (Neighbour neighbour : neighbours) {
            neighbour.close();
        }
        neighbours.clear();
    }

    /**
     * Opens groups one after the other. A platform thread enters the library anew for each; a virtual one does so once, and is a coroutine where the library has those.
     */
    final void groups(Contender contender, int times, int size, Body body) throws Exception {
        if (owner == Owner.PLATFORM) {
            owner.repeat(times, () -> contender.groups(1, size, body));
        } else {
            owner.run(() -> contender.groups(times, size, body));
        }
    }
}
