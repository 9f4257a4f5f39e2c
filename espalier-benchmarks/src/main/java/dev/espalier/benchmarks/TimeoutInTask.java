// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.contenders.Body;
import dev.espalier.benchmarks.contenders.Contender;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** W6 once more, in a task: its thread is known to the library already. In the others there is no difference worth a row. */
public class TimeoutInTask extends Workload {
    /** Who does it. */
    @Param({"espalier", "raw"})
    public String contender = "";

    private Contender chosen = Contender.named("raw");

    /** Makes the contender. */
    @Setup
    public void choose() {
        chosen = Contender.named(contender);
    }

    /** A group of one task, and timeouts one after the other in it. */
    @Benchmark
    @OperationsPerInvocation(Timeout.TIMES)
    public void timeout() throws Exception {
        groups(chosen, 1, 1, new Timeouts(chosen));
    }

    private static final class Timeouts extends Body {
        private final Contender contender;

        Timeouts(Contender contender) {
            this.contender = contender;
        }

        @Override
        public Object call() {
            try {
                contender.timeouts(Timeout.TIMES, Trivial.NOTHING);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return "done";
        }
    }
}
