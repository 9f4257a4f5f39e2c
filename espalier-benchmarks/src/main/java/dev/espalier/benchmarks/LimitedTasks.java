// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** W8: 100,000 tasks that do nothing, in one group, of which at most 16 run at once. */
public class LimitedTasks extends Workload {
    static final int TASKS = 100_000;
    private static final int LIMIT = 16;

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    public String contender = "";

    private Contender chosen = Contender.named("raw");

    /** Makes the contender, and checks that it runs every task and keeps to the limit. */
    @Setup
    public void choose() throws Exception {
        chosen = Contender.named(contender);
        var count = new Trivial.Count();
        owner.run(() -> chosen.limited(1_000, LIMIT, count.body()));
        count.expect(1_000, LIMIT);
    }

    /** One group. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void group() throws Exception {
        owner.run(() -> chosen.limited(TASKS, LIMIT, Trivial.NOTHING));
    }
}
