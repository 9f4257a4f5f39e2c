// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;
import java.util.concurrent.locks.ReentrantLock;

/** Two transfers lock two accounts, each its own first. */
@SuppressWarnings("UnusedVariable") // what is moved does not matter
public final class LockOrder {
    private static final class Account {
        private final ReentrantLock lock = new ReentrantLock();
        private int balance = 100;

        void transfer(Account to, int amount) {
            lock.lock();
            try {
                to.lock.lock();
                try {
                    balance -= amount;
                    to.balance += amount;
                } finally {
                    to.lock.unlock();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Deadlocks. */
    public static void run(Simulation simulation) throws Exception {
        var a = new Account();
        var b = new Account();
        TaskGroup.run(group -> {
            var _ = group.fork("a to b", () -> a.transfer(b, 10));
            var _ = group.fork("b to a", () -> b.transfer(a, 20));
        });
    }
}
