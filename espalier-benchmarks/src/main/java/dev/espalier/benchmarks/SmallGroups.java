// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * W2: groups of 1, 4 and 16 tasks that do nothing, one group after the other. What a request pays that asks a few services at once; most of it
 * is the owner's wait.
 */
public class SmallGroups extends Workload {
    static final int GROUPS = 2_000;

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    public String contender = "";

    /** Tasks in a group. */
    @Param({"1", "4", "16"})
    public int size;

    private Contender chosen = Contender.named("raw");

    /** Makes the contender, and checks that it runs every task. */
    @Setup
    public void choose() throws Exception {
        chosen = Contender.named(contender);
        var count = new Trivial.Count();
        groups(chosen, 100, size, count.body());
        count.expect(100 * size, size);
    }

    /** Groups one after the other. */
    @Benchmark
    @OperationsPerInvocation(GROUPS)
    public void group() throws Exception {
        groups(chosen, GROUPS, size, Trivial.NOTHING);
    }
}
