// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import dev.espalier.benchmarks.contenders.Disaster;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * W4: tasks are parked in a group, and one more fails. The figure is the time from the failure until the owner has got the exception and every task
 * has ended; what JMH times, and the allocation and the processor time, include forking and parking them.
 */
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch"})
public class CancelParked extends Workload {
    static final String TIME = "until.over";

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    public String contender = "";

    /** The tasks that are parked. */
    @Param("100000")
    public int tasks;

    private Contender chosen = Contender.named("raw");

    /** Makes the contender. */
    @Setup
    public void choose() {
        chosen = Contender.named(contender);
    }

    /** One group, from its beginning to its end; that all its tasks end is checked. */
    @Benchmark
    public void cancel() throws Exception {
        var disaster = new Disaster(tasks);
        owner.run(() -> chosen.park(disaster));
        Figures.record(TIME, (double) disaster.nanos());
    }
}
