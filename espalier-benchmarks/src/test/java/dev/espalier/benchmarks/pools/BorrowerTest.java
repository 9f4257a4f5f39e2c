// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BorrowerTest {
    @ParameterizedTest
    @DisplayName("more users than things: each use is of a thing of the pool, and of no thing two at once")
    @ValueSource(strings = {"raw", "espalier", "hikari", "stormpot"})
    void uses(String name) throws Exception {
        var things = new Things(3, /* shared= */ true);
        try (Borrower pool = Borrower.named(name, things)) {
            TaskGroup.run(group -> {
                for (int user = 0; user < 10; user++) {
                    var _ = group.fork(() -> {
                        for (int i = 0; i < 50; i++) {
                            pool.once();
                        }
                    });
                }
            });
        }
        assertThat(things.uses()).isEqualTo(500);
    }
}
