// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Contender;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** W6: a timeout of ten seconds around code that does nothing, on a thread that is in no group: what a timeout costs that does not fire. */
public class Timeout extends Workload {
    static final int TIMES = 5_000;

    /** Who does it. */
    @Param({"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    public String contender = "";

    private Contender chosen = Contender.named("raw");

    /** Makes the contender, and checks that it runs the code. */
    @Setup
    public void choose() throws Exception {
        chosen = Contender.named(contender);
        var count = new Trivial.Count();
        owner.run(() -> chosen.timeouts(100, count.body()));
        count.expect(100, 1);
    }

    /** Timeouts one after the other. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void timeout() throws Exception {
        owner.run(() -> chosen.timeouts(TIMES, Trivial.NOTHING));
    }
}
