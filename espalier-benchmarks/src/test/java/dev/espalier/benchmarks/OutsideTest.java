// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OutsideTest {
    @Test
    @DisplayName("what a program prints in each round becomes the rounds of a contender")
    void rounds() throws Exception {
        var outside = new Outside("echo", "RESULT go W2-4 1083.5");
        outside.round();
        outside.round();
        var measured = outside.measured();
        assertThat(measured).hasSize(1);
        assertThat(measured.getFirst().contender()).isEqualTo("go");
        assertThat(measured.getFirst().key()).isEqualTo("W2-4");
        assertThat(measured.getFirst().figures()).containsExactly(1083.5, 1083.5);
    }

    @Test
    @DisplayName("a program that fails, or prints something else, is no result")
    void failures() {
        assertThatThrownBy(() -> new Outside("false").round())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended with status 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Outside("echo", "panic: something").round())
                .withMessageContaining("expected RESULT contender workload number, and got: panic: something");
    }
}
