// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.test.SimulatedBackend.SimulatedAction;
import dev.espalier.test.planted.Aba;
import dev.espalier.test.planted.CheckThenAct;
import dev.espalier.test.planted.DoubleClose;
import dev.espalier.test.planted.LeakedInterrupt;
import dev.espalier.test.planted.LeakedPermit;
import dev.espalier.test.planted.LockOrder;
import dev.espalier.test.planted.LostWakeUp;
import dev.espalier.test.planted.MissedNotify;
import dev.espalier.test.planted.SwallowedCancellation;
import dev.espalier.test.planted.TimeoutAgainstAcquisition;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bugs of ten kinds, each in a small class: found within a thousand seeds, replayed by the seed, shrunk to a few decisions. */
class PlantedBugsTest {
    static Stream<Arguments> bugs() {
        return Stream.of(
                bug("lost wake-up", LostWakeUp::run),
                bug("check, then act", CheckThenAct::run),
                bug("a permit leaked on cancellation", LeakedPermit::run),
                bug("lock order", LockOrder::run),
                bug("an interrupt leaked out of a scope", LeakedInterrupt::run),
                bug("a swallowed cancellation", SwallowedCancellation::run),
                bug("a double close", DoubleClose::run),
                bug("a missed notify", MissedNotify::run),
                bug("ABA", Aba::run),
                bug("a timeout that races with an acquisition", TimeoutAgainstAcquisition::run));
    }

    private static Arguments bug(String name, SimulatedAction test) {
        return Arguments.of(name, test);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void isFoundAndReplays(String name, SimulatedAction test) throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1_000), test);
        assertThat(findings.failures()).as(name).hasSize(1);
        var finding = findings.failures().getFirst();
        System.out.printf(
                "%s: seed %d, %d decisions, shrunk to %d in %d ms: %s%n",
                name,
                finding.seed(),
                finding.original().decisions().size(),
                finding.schedule().decisions().size(),
                findings.took().toMillis(),
                finding.schedule());
        var again = catchThrowable(() -> SimulatedBackend.run(finding.seed(), sim -> {
            test.run(sim);
            return null;
        }));
        assertThat(again).hasSameClassAs(finding.thrown());
        var replayed = catchThrowable(() -> SimulatedBackend.replay(finding.schedule(), sim -> {
            test.run(sim);
            return null;
        }));
        assertThat(replayed).hasSameClassAs(finding.thrown());
        assertThat(finding.schedule().decisions().size())
                .isLessThanOrEqualTo(finding.original().decisions().size());
    }
}
