// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** W1: tasks that do nothing, forked into one group and joined. What a task costs that is one of very many. */
public class ForkAndJoin extends Workload {
    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    public String contender = "";

    /** The tasks in the group. */
    @Param("100000")
    public int tasks;

    private Contender chosen = Contender.named("raw");

    /** Makes the contender, and checks that it runs every task. */
    @Setup
    public void choose() throws Exception {
        chosen = Contender.named(contender);
        var count = new Trivial.Count();
        groups(chosen, 1, 1_000, count.body());
        count.expect(1_000, 1_000);
    }

    /** One group. */
    @Benchmark
    public void group() throws Exception {
        groups(chosen, 1, tasks, Trivial.NOTHING);
    }
}
