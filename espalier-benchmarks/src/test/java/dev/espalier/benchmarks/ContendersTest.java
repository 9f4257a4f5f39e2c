// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.benchmarks.contenders.Body;
import dev.espalier.benchmarks.contenders.Contender;
import dev.espalier.benchmarks.contenders.Disaster;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each contender does the work that the benchmarks time: all of it, with the right results, within the limit, and to the end. */
class ContendersTest {
    /** Its tasks take their time to end: a group that does not wait for them is found out. */
    private static final class Lingering extends Disaster {
        Lingering(int tasks) {
            super(tasks);
        }

        @Override
        protected void beforeEnd() {
            for (int i = 0; i < 100; i++) {
                Thread.yield();
            }
        }
    }

    @ParameterizedTest(name = "{0}, size {1}")
    @DisplayName("W1 W2 every task of every group has run when the groups are over")
    @CsvSource({
        "espalier, 1", "raw, 1", "jdkScope, 1", "jox, 1", "futures, 1", "kotlin, 1", "mug, 1",
        "espalier, 16", "raw, 16", "jdkScope, 16", "jox, 16", "futures, 16", "kotlin, 16", "mug, 16"
    })
    void groups(String name, int size) throws Exception {
        var contender = Contender.named(name);
        var count = new Trivial.Count();
        Owner.VIRTUAL.run(() -> contender.groups(20, size, count.body()));
        Owner.PLATFORM.run(() -> contender.groups(20, size, count.body()));
        count.expect(40 * size, size);
    }

    @ParameterizedTest
    @DisplayName("W3 a tree of groups counts its nodes")
    @ValueSource(strings = {"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    void tree(String name) throws Exception {
        var contender = Contender.named(name);
        Owner.VIRTUAL.run(() -> {
            assertThat(contender.tree(0)).isEqualTo(1);
            assertThat(contender.tree(6)).isEqualTo(127);
        });
    }

    @ParameterizedTest
    @DisplayName("W4 W5 a failure ends the parked tasks, and the group is over when they have ended")
    @ValueSource(strings = {"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    void park(String name) throws Exception {
        var contender = Contender.named(name);
        var disaster = new Lingering(500);
        Owner.VIRTUAL.run(() -> contender.park(disaster));
        assertThat(disaster.nanos()).isPositive();
    }

    @ParameterizedTest
    @DisplayName("W9 one of the sleepers fails, and the group is over when all have ended")
    @ValueSource(strings = {"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    void sleep(String name) throws Exception {
        var contender = Contender.named(name);
        var disaster = new Lingering(100);
        Owner.VIRTUAL.run(() -> contender.sleep(disaster));
        assertThat(disaster.nanos()).isPositive();
    }

    @ParameterizedTest
    @DisplayName("W6 the code within a timeout runs each time")
    @ValueSource(strings = {"espalier", "raw", "jdkScope", "jox", "futures", "kotlin"})
    void timeouts(String name) throws Exception {
        var contender = Contender.named(name);
        var count = new Trivial.Count();
        Owner.VIRTUAL.run(() -> contender.timeouts(50, count.body()));
        count.expect(50, 1);
    }

    @ParameterizedTest
    @DisplayName("W8 every task runs, and not more at once than the limit says")
    @ValueSource(strings = {"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    void limited(String name) throws Exception {
        var contender = Contender.named(name);
        var count = new Trivial.Count();
        Owner.VIRTUAL.run(() -> contender.limited(500, 3, count.body()));
        count.expect(500, 3);
    }

    @ParameterizedTest
    @DisplayName("W8 a contender that kept to no limit would be found out")
    @ValueSource(strings = {"raw", "kotlin"})
    void notLimited(String name) throws Exception {
        var contender = Contender.named(name);
        var count = new Trivial.Count();
        Owner.VIRTUAL.run(() -> contender.limited(500, 400, count.body()));
        org.assertj.core.api.Assertions.assertThatIllegalStateException()
                .isThrownBy(() -> count.expect(500, 1))
                .withMessageContaining("at most 1 at once");
    }

    @ParameterizedTest
    @DisplayName("map gives every result, in the order of the items")
    @ValueSource(strings = {"espalier", "raw", "jdkScope", "jox", "futures", "kotlin", "mug"})
    void map(String name) throws Exception {
        var contender = Contender.named(name);
        List<Integer> items = IntStream.range(0, 1_000).boxed().toList();
        Owner.VIRTUAL.run(() -> assertThat(contender.map(items, 7))
                .isEqualTo(items.stream().map(Body::map).toList()));
    }
}
