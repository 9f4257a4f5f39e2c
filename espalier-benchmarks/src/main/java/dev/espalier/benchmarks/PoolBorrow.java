// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.TaskGroup;
import dev.espalier.benchmarks.pools.Borrower;
import dev.espalier.benchmarks.pools.Things;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A thing is borrowed from a pool of eight and returned, by 1, 2 and 64 tasks on virtual threads; with more than one, each lets the others run while it has a thing. {@code raw} is a blocking queue of things. */
public class PoolBorrow extends Workload {
    static final int TIMES = 64 * 300;
    private static final int SIZE = 8;

    /** Whose pool it is. */
    @Param({"raw", "espalier", "hikari", "stormpot"})
    public String contender = "";

    /** How many tasks borrow at once. */
    @Param({"1", "2", "64"})
    public int users;

    private Things things = new Things(SIZE, /* shared= */ false);
    private Borrower pool = Borrower.named("raw", things);
    private long expected;

    /** Opens the pool. */
    @Setup
    public void open() {
        pool.close();
        things = new Things(SIZE, /* shared= */ users > 1);
        pool = Borrower.named(contender, things);
        expected = 0;
    }

    /** All users borrow and return. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void borrow() throws Exception {
        owner.run(() -> TaskGroup.run(group -> {
            for (int user = 0; user < users; user++) {
                var _ = group.fork(() -> {
                    for (int i = 0; i < TIMES / users; i++) {
                        pool.once();
                    }
                });
            }
        }));
        expected += TIMES;
    }

    /** Checks that each use was of a thing of the pool, and of no thing two at once. */
    @TearDown(Level.Iteration)
    public void check() {
        if (things.uses() != expected) {
            throw new IllegalStateException(expected + " uses, and the things know of " + things.uses());
        }
    }

    /** Closes the pool. */
    @TearDown(Level.Trial)
    public void close() {
        pool.close();
    }
}
