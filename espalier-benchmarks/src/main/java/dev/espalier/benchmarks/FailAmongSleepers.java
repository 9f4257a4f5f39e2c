// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import dev.espalier.benchmarks.contenders.Disaster;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * W9: of 100 tasks that sleep for 1 to 100 ms, one fails after 20 ms. The figure is the time from the failure until the owner has got the exception and
 * every task has ended.
 */
public class FailAmongSleepers extends Workload {
    static final String TIME = "until.over";
    private static final int TASKS = 100;

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    public String contender = "";

    private Contender chosen = Contender.named("raw");

    /** Makes the contender. */
    @Setup
    public void choose() {
        chosen = Contender.named(contender);
    }

    /** One group; that all its tasks end is checked. */
    @Benchmark
    public void fail() throws Exception {
        var disaster = new Disaster(TASKS);
        owner.run(() -> chosen.sleep(disaster));
        Figures.record(TIME, (double) disaster.nanos());
    }
}
