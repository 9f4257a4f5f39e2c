// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NeighbourTest {
    @Test
    @DisplayName("a neighbour takes processor time, says how far it is, and is gone when it is closed")
    void works() throws Exception {
        Neighbour neighbour = Neighbour.start();
        Neighbour.Progress before = neighbour.progress();
        Duration used = neighbour.processorTime();
        // Until it has worked for as long as it takes: no time of ours.
        while (neighbour.progress().units() < before.units() + 1_000) {
            Thread.onSpinWait();
        }
        assertThat(neighbour.unitsPerSecondSince(before)).isPositive();
        // A unit is ten thousand dependent rounds of three shifts: no processor does 1,000 of them in 5 ms.
        assertThat(neighbour.processorTime().minus(used)).isGreaterThan(Duration.ofMillis(5));
        neighbour.close();
        assertThat(neighbour.isAlive()).isFalse();
    }
}
