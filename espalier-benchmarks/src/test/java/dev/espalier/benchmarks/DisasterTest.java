// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.espalier.benchmarks.contenders.Disaster;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DisasterTest {
    private final Disaster disaster = new Disaster(2);

    @Test
    @DisplayName("W4 W9 a group that is over before its tasks have ended is an error")
    void leftBehind() {
        var failure = disaster.strike();
        disaster.end();
        assertThatIllegalStateException()
                .isThrownBy(() -> disaster.over(failure))
                .withMessageContaining("1 of 2 tasks ran on");
        disaster.end();
        disaster.over(failure);
        assertThat(disaster.nanos()).isPositive();
    }

    @Test
    @DisplayName("W4 W9 a group that ends by something else than the failure is an error")
    void somethingElse() {
        disaster.end();
        disaster.end();
        var other = new IllegalArgumentException("other");
        assertThatIllegalStateException().isThrownBy(() -> disaster.over(other)).withCause(other);
        assertThatIllegalStateException().isThrownBy(() -> disaster.over(null));
    }

    @Test
    @DisplayName("W4 W9 without an end there is no time")
    void noEnd() {
        assertThatIllegalStateException().isThrownBy(disaster::nanos).withMessageContaining("over()");
    }

    @Test
    @DisplayName("W4 all have arrived when each has")
    void arrivals() {
        disaster.arrive();
        assertThat(disaster.allArrived()).isFalse();
        disaster.arrive();
        assertThat(disaster.allArrived()).isTrue();
    }
}
