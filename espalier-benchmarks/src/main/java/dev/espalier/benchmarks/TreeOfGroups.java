// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** W3: a binary tree of groups, twelve deep, whose nodes count the nodes below them. What recursion costs that forks. */
public class TreeOfGroups extends Workload {
    private static final int DEPTH = 12;
    static final int NODES = (1 << (DEPTH + 1)) - 1;

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    public String contender = "";

    private Contender chosen = Contender.named("raw");

    /** Makes the contender. */
    @Setup
    public void choose() {
        chosen = Contender.named(contender);
    }

    /** One tree; its result is checked. */
    @Benchmark
    @OperationsPerInvocation(NODES)
    public void tree() throws Exception {
        owner.run(() -> {
            int nodes = chosen.tree(DEPTH);
            if (nodes != NODES) {
                throw new IllegalStateException("a tree of " + NODES + " nodes, and " + nodes + " were counted");
            }
        });
    }
}
