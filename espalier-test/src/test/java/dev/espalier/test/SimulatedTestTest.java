// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What JUnit makes of {@link SimulatedTest}. */
class SimulatedTestTest {
    private static final List<String> LOG = new ArrayList<>();

    @BeforeEach
    void empty() {
        LOG.clear();
    }

    /** Run by the tests below only. */
    static class Given {
        private final List<String> state = new ArrayList<>();

        @BeforeEach
        void before() {
            state.add("before");
        }

        @AfterEach
        void after() {
            LOG.add(String.join(" ", state) + " after");
        }

        @SimulatedTest(seeds = 7, from = 3)
        void passes(Simulation simulation) throws Exception {
            Tasks.sleep(Duration.ofHours(1));
            state.add("seed " + simulation.seed() + " at " + simulation.elapsed());
        }

        @SimulatedTest
        void takesNothing() throws Exception {
            Tasks.sleep(Duration.ofDays(1));
        }

        @SimulatedTest(seeds = 2)
        void takesMore(TestInfo info, Simulation simulation) {
            state.add(info.getDisplayName() + " " + simulation.seed());
        }

        @SimulatedTest(seeds = 1_000)
        void fails(Simulation simulation) throws Exception {
            assertThat(state).containsExactly("before"); // on new instances too
            state.add("seed " + simulation.seed());
            var order = new ArrayList<String>();
            TaskGroup.run(group -> {
                for (String letter : List.of("a", "b", "c")) {
                    var _ = group.fork(() -> {
                        simulation.point();
                        order.add(letter);
                    });
                }
            });
            if (order.equals(List.of("c", "b", "a"))) {
                throw new IllegalStateException("backwards");
            }
        }

        @SimulatedTest(seeds = 0)
        void hasNoSeeds() {}

        @SimulatedTest(seeds = 5, strictTime = true)
        void waits() throws Exception {
            Thread.sleep(1);
        }

        @SimulatedTest(seeds = 50, cancel = 0.5)
        void isCancelled() throws Exception {
            TaskGroup.run(group -> {
                var task = group.fork(() -> Tasks.sleep(Duration.ofSeconds(1)));
                group.join();
                if (group.cancelledTasks().contains(task)) {
                    throw new IllegalStateException("cancelled");
                }
            });
        }
    }

    /** Cannot be made again, since its state comes from JUnit. */
    static class GivenByJUnit {
        private int runs;

        GivenByJUnit(TestInfo info) {
            assertThat(info).isNotNull();
        }

        @SimulatedTest
        void failsInTheFirstRun() {
            if (runs++ == 0) {
                throw new IllegalStateException("first");
            }
        }
    }

    private static EngineExecutionResults run(Class<?> type, String method, Class<?>... parameters) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(type, method, parameters))
                .execute();
    }

    private static EngineExecutionResults with(String property, String value, String method) {
        System.setProperty(property, value);
        try {
            return run(Given.class, method, Simulation.class);
        } finally {
            System.clearProperty(property);
        }
    }

    private static Throwable thrown(EngineExecutionResults results) {
        return results.testEvents().failed().stream()
                .map(e -> e.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class))
                .map(r -> r.getThrowable().orElseThrow())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachSeedIsAnInvocationOnANewInstanceWithBeforeAndAfter() {
        run(Given.class, "passes", Simulation.class)
                .testEvents()
                .assertStatistics(s -> s.started(7).succeeded(7));
        assertThat(LOG).hasSize(7).startsWith("before seed 3 at PT1H after").endsWith("before seed 9 at PT1H after");
    }

    @Test
    void parametersAreTheSimulationJUnitsOrNone() {
        run(Given.class, "takesNothing").testEvents().assertStatistics(s -> s.succeeded(100));
        LOG.clear();
        run(Given.class, "takesMore", TestInfo.class, Simulation.class)
                .testEvents()
                .assertStatistics(s -> s.succeeded(2));
        assertThat(LOG).containsExactly("before seed 1 1 after", "before seed 2 2 after");
    }

    @Test
    void itStopsAfterTheFirstFailureAndSaysHowToReplayIt() {
        var results = run(Given.class, "fails", Simulation.class);
        var seeds = results.testEvents().started().count();
        results.testEvents().assertStatistics(s -> s.failed(1).succeeded(seeds - 1));
        assertThat(seeds).isLessThan(1_000);
        var thrown = thrown(results);
        assertThat(thrown)
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("failed under seed " + seeds + ": java.lang.IllegalStateException: backwards")
                .hasMessageContaining("-Despalier.seed=" + seeds + " ")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(thrown.getMessage()).doesNotContain("not shrunk", "may not replay");
        assertThat(LOG.size()).as("new instances for the shrinking").isGreaterThan((int) seeds);

        var schedule = Pattern.compile("-Despalier.schedule=(\\S+)").matcher(thrown.getMessage());
        assertThat(schedule.find()).isTrue();
        var bySeed = with("espalier.seed", "" + seeds, "fails");
        bySeed.testEvents().assertStatistics(s -> s.started(1).failed(1));
        assertThat(thrown(bySeed)).hasMessageStartingWith("failed under seed " + seeds + ":");
        var bySchedule = with("espalier.schedule", schedule.group(1), "fails");
        bySchedule.testEvents().assertStatistics(s -> s.started(1).failed(1));
        assertThat(thrown(bySchedule)).isInstanceOf(IllegalStateException.class).hasMessage("backwards");
        with("espalier.seed", "1", "passes")
                .testEvents()
                .assertStatistics(s -> s.started(1).succeeded(1));
    }

    @Test
    void thePropertyOfSeedsCountsMoreThanTheAnnotation() {
        with("espalier.seeds", "2", "passes")
                .testEvents()
                .assertStatistics(s -> s.started(2).succeeded(2));
    }

    @Test
    void noSeedIsRefused() {
        run(Given.class, "hasNoSeeds").containerEvents().assertStatistics(s -> s.failed(1));
    }

    @Test
    void aPropertyThatIsNoNumberIsRefused() {
        for (String property : List.of("espalier.seed", "espalier.seeds", "espalier.schedule")) {
            var results = with(property, "many", "passes");
            results.testEvents().assertStatistics(s -> s.started(0));
            results.containerEvents().assertStatistics(s -> s.failed(1));
        }
    }

    @Test
    void strictTimeAndFaultsAreTakenFromTheAnnotation() {
        assertThat(thrown(run(Given.class, "waits"))).hasMessageContaining("strict time");
        assertThat(thrown(run(Given.class, "isCancelled"))).hasMessageContaining("!cancel");
    }

    @Test
    void aClassThatCannotBeMadeAgainIsNotShrunkAndSaysSo() {
        var results = run(GivenByJUnit.class, "failsInTheFirstRun");
        results.testEvents().assertStatistics(s -> s.started(1).failed(1));
        assertThat(thrown(results)).hasMessageContaining("first").hasMessageContaining("not shrunk");
    }
}
