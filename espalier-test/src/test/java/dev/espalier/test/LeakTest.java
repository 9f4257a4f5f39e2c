// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What a test leaves behind is an error, in a simulation and, with {@link LeakCheck}, in any test. */
class LeakTest {
    private static volatile CountDownLatch release;
    private static Registration left;

    private static void fails(String message, VoidBody<Exception> body) {
        assertThatThrownBy(() -> SimulatedBackend.run(1, _ -> {
                    body.call();
                    return null;
                }))
                .isInstanceOf(LeakError.class)
                .hasMessageContaining("seed 1")
                .hasMessageContaining(message);
    }

    @Test
    void inASimulationAThreadIsALeak() {
        fails("t1 left over waits", () -> Thread.ofVirtual().name("left over").start(LockSupport::park));
    }

    @Test
    void inASimulationATimerIsALeak() throws Exception {
        assertThatThrownBy(() -> SimulatedBackend.run(1, sim -> {
                    var _ = sim.backend().schedule(() -> {}, 1_000);
                    return null;
                }))
                .isInstanceOf(LeakError.class)
                .hasMessageContaining("a timer that is due in PT0.000001S");
        SimulatedBackend.run(1, sim -> {
            sim.backend().schedule(() -> {}, 1_000).close();
            return null;
        });
    }

    @Test
    void inASimulationAnInterruptStatusIsALeak() {
        fails("interrupt status set", () -> Thread.currentThread().interrupt());
    }

    @Test
    void whatTheTestThrowsCountsMoreThanWhatItLeaves() {
        assertThatThrownBy(() -> SimulatedBackend.run(1, _ -> {
                    var _ = Thread.startVirtualThread(LockSupport::park);
                    throw new IllegalStateException("first");
                }))
                .isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasAtLeastOneElementOfType(LeakError.class));
    }

    @Test
    void inASimulationAThreadThatStillEndsIsNoLeak() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            SimulatedBackend.run(seed, _ -> Thread.startVirtualThread(Thread::yield));
        }
    }

    /** Run by the tests below only. */
    @ExtendWith(LeakCheck.class)
    static class Given {
        @Test
        void leavesNothing() throws Exception {
            TaskGroup.run(group -> {
                var _ = group.fork(() -> CancelScope.failAfter(Duration.ofHours(1), () -> {}));
            });
            Thread.startVirtualThread(() -> {}).join();
            CancelScope.runOrMoveOnAfter(Duration.ofMillis(1), () -> Tasks.sleep(Duration.ofHours(1)));
        }

        @Test
        void leavesWhatIsEnding() {
            Thread.startVirtualThread(() -> {});
            Thread.ofPlatform().start(() -> {});
        }

        @Test
        void leavesAThread() {
            Thread.ofPlatform().daemon().name("left over").start(() -> awaitUninterruptibly());
        }

        @Test
        void leavesAVirtualThread() {
            Thread.ofVirtual().name("left over").start(() -> awaitUninterruptibly());
        }

        @Test
        void leavesAGroup() {
            left = TaskGroup.open()::close;
        }

        @Test
        void leavesATimer() {
            left = Backend.virtualThreads()
                    .schedule(() -> {}, Duration.ofHours(1).toNanos());
        }

        @Test
        void leavesAnInterruptStatus() {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitUninterruptibly() {
        var latch = release;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // goes on until the test has looked
            }
        }
    }

    private static Throwable thrownBy(String method) {
        release = new CountDownLatch(1);
        try {
            var results = EngineTestKit.engine("junit-jupiter")
                    .selectors(selectMethod(Given.class, method))
                    .execute();
            results.testEvents().assertStatistics(s -> s.started(1));
            return results.testEvents().finished().stream()
                    .map(e -> e.getRequiredPayload(TestExecutionResult.class))
                    .findFirst()
                    .orElseThrow()
                    .getThrowable()
                    .orElse(null);
        } finally {
            release.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"leavesNothing", "leavesWhatIsEnding"})
    void whatEndsIsNoLeak(String method) {
        assertThat(thrownBy(method)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"leavesAThread", "leavesAVirtualThread"})
    void aThreadIsALeakAndItsStackIsShown(String method) {
        assertThat(thrownBy(method))
                .isInstanceOf(LeakError.class)
                .hasMessageContainingAll("a thread", "left over", "awaitUninterruptibly");
    }

    @Test
    void anOpenGroupIsALeak() {
        try {
            assertThat(thrownBy("leavesAGroup")).isInstanceOf(LeakError.class).hasMessageContaining("an open group");
        } finally {
            left.close();
        }
    }

    @Test
    void aTimerIsALeak() {
        try {
            assertThat(thrownBy("leavesATimer")).isInstanceOf(LeakError.class).hasMessageContaining("1 timer");
        } finally {
            left.close();
        }
    }

    @Test
    void anInterruptStatusIsALeakAndIsCleared() {
        assertThat(thrownBy("leavesAnInterruptStatus"))
                .isInstanceOf(LeakError.class)
                .hasMessageContaining("the interrupt status of the test's thread is set");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
