// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;

/** Withdraws after having looked, and somebody else withdraws in between. */
public final class CheckThenAct {
    @SuppressWarnings("NonAtomicVolatileUpdate") // the planted bug
    private static final class Account {
        private volatile int balance = 100;

        boolean withdraw(int amount) {
            if (balance < amount) {
                return false;
            }
            balance -= amount;
            return true;
        }
    }

    /** Overdraws. */
    public static void run(Simulation simulation) throws Exception {
        var account = new Account();
        TaskGroup.run(group -> {
            for (int i = 0; i < 3; i++) {
                var _ = group.fork(() -> account.withdraw(60));
            }
        });
        assertThat(account.balance).isNotNegative();
    }
}
