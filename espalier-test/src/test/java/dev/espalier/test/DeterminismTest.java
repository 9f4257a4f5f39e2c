// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** A seed is a run: in this JVM and in any other, whatever ran before it. */
class DeterminismTest {
    private static final int SEEDS = 1_000;

    @Test
    void inOneJvmAThousandSeedsGiveTheSameTraceTwice() throws Exception {
        var runs = new HashSet<String>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var first = Digests.of(seed);
            assertThat(first).doesNotContain("Error", "Exception", "outside");
            assertThat(Digests.of(seed)).isEqualTo(first);
            runs.add(first);
        }
        assertThat(runs).hasSizeGreaterThan(SEEDS * 9 / 10);
    }

    @Test
    void inTwoJvmsTheSameSeedsInOtherOrdersGiveTheSameTraces() throws Exception {
        var up = Jvm.start(Digests.class, "1", "" + SEEDS);
        var down = Jvm.start(Digests.class, "" + SEEDS, "1");
        var ups = Jvm.lines(up);
        assertThat(ups).hasSize(SEEDS);
        assertThat(Jvm.lines(down).reversed()).isEqualTo(ups);
    }
}
