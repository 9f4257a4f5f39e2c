// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.test.DeadlockError;
import dev.espalier.test.Exploration;
import dev.espalier.test.LeakCheck;
import dev.espalier.test.SimulatedBackend;
import dev.espalier.test.SimulatedTest;
import dev.espalier.test.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The examples of the Javadoc and the guide: what is shown is what runs here. */
class SimulationExamples {
    interface Account {
        boolean withdraw(int amount);

        int balance();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the mistake of the example
    // @start region="broken"
    static final class BrokenAccount implements Account {
        private volatile int balance = 100;

        @Override
        public boolean withdraw(int amount) {
            if (balance < amount) {
                return false;
            }
            balance -= amount;
            return true;
        }

        @Override
        public int balance() {
            return balance;
        }
    }
    // @end

    // @start region="mended"
    static final class MendedAccount implements Account {
        private final AtomicInteger balance = new AtomicInteger(100);

        @Override
        public boolean withdraw(int amount) {
            int before = balance.get();
            while (before >= amount) {
                if (balance.compareAndSet(before, before - amount)) {
                    return true;
                }
                before = balance.get();
            }
            return false;
        }

        @Override
        public int balance() {
            return balance.get();
        }
    }
    // @end

    private static Account newAccount() {
        return new MendedAccount();
    }

    // @start region="test"
    @SimulatedTest(seeds = 1_000)
    void isNeverOverdrawn() throws Exception {
        Account account = newAccount();
        TaskGroup.run(group -> {
            for (int i = 0; i < 3; i++) {
                var _ = group.fork(() -> account.withdraw(60));
            }
        });
        assertThat(account.balance()).isNotNegative();
    }
    // @end

    @Test
    void theBrokenAccountIsFound() throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1_000), _ -> {
            var account = new BrokenAccount();
            TaskGroup.run(group -> {
                for (int i = 0; i < 3; i++) {
                    var _ = group.fork(() -> account.withdraw(60));
                }
            });
            assertThat(account.balance()).isNotNegative();
        });
        assertThat(findings.failures()).hasSize(1);
        assertThatThrownBy(findings::orThrow).hasMessageContaining("-Despalier.schedule=");
    }

    // @start region="clock"
    @SimulatedTest(seeds = 10)
    void retriesForAnHour(Simulation simulation) throws Exception {
        var attempts = new AtomicInteger();
        boolean ended = CancelScope.runOrMoveOnAfter(Duration.ofHours(1), () -> {
            while (true) {
                attempts.incrementAndGet();
                Tasks.sleep(Duration.ofMinutes(10));
            }
        });
        assertThat(ended).isFalse();
        assertThat(simulation.elapsed()).isEqualTo(Duration.ofHours(1));
        assertThat(attempts.get()).isBetween(6, 7); // the seventh races with the deadline
    }
    // @end

    // @start region="deadlock"
    @Test
    void aReaderWithoutAWriterIsADeadlock() {
        assertThatThrownBy(() -> SimulatedBackend.run(1, _ -> {
                    var queue = new ArrayBlockingQueue<String>(1);
                    return TaskGroup.call(
                            group -> group.fork("reader", () -> queue.take()).await());
                }))
                .isInstanceOf(DeadlockError.class)
                .hasMessageContaining("reader");
    }
    // @end

    // @start region="faults"
    @SimulatedTest(seeds = 200)
    void noPermitIsLostWhenTasksAreCancelled(Simulation simulation) throws Exception {
        simulation.faults().cancel(0.1).delay(0.1, Duration.ofSeconds(5));
        var permits = new Semaphore(2);
        TaskGroup.run(group -> {
            for (int i = 0; i < 5; i++) {
                var _ = group.fork(() -> {
                    permits.acquire();
                    try {
                        Tasks.sleep(Duration.ofSeconds(1));
                    } finally {
                        permits.release();
                    }
                });
            }
        });
        assertThat(permits.availablePermits()).isEqualTo(2);
    }
    // @end

    @Test
    void withoutJunit() throws Exception {
        // @start region="run"
        Duration took = SimulatedBackend.run(42, simulation -> {
            TaskGroup.run(group -> {
                for (int i = 1; i <= 3; i++) {
                    int hours = i;
                    var _ = group.fork(() -> Tasks.sleep(Duration.ofHours(hours)));
                }
            });
            return simulation.elapsed();
        });
        assertThat(took).isEqualTo(Duration.ofHours(3));
        // @end
    }

    @Test
    void explores() throws Exception {
        // @start region="explore"
        var fewPreemptions = new Exploration.Strategy.Priorities(/* depth= */ 3, /* length= */ 200);
        var findings = SimulatedBackend.explore(Exploration.seeds(200).strategy(fewPreemptions), _ -> {
            var account = new MendedAccount();
            TaskGroup.run(group -> {
                var _ = group.fork(() -> account.withdraw(60));
                var _ = group.fork(() -> account.withdraw(60));
            });
            assertThat(account.balance()).isEqualTo(40);
        });
        findings.orThrow();
        // @end
        assertThat(findings.runs()).isEqualTo(200);
    }

    // @start region="leakCheck"
    @Nested
    @ExtendWith(LeakCheck.class)
    class RealThreads {
        @Test
        void leavesNothingBehind() throws Exception {
            try (var group = TaskGroup.open()) {
                var _ = group.fork(() -> "done");
                group.join();
            }
        }
    }
    // @end

    /** What a failing test says: shown in the guide. */
    @Test
    void report() throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1_000), _ -> {
            var account = new BrokenAccount();
            TaskGroup.run(group -> {
                for (int i = 0; i < 3; i++) {
                    var _ = group.fork(() -> account.withdraw(60));
                }
            });
            if (account.balance() < 0) {
                throw new IOException("overdrawn: " + account.balance());
            }
        });
        assertThatThrownBy(findings::orThrow)
                .hasMessageContaining("overdrawn: -20")
                .hasMessageContaining("preempted");
    }
}
