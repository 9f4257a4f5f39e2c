// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;

/** Waits for what others do, without sleeping for a while; the test's own timeout ends it. */
final class Await {
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    private Await() {}

    static void until(Condition condition) throws Exception {
        while (!condition.holds()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("while waiting for a condition");
            }
            Thread.yield();
        }
    }

    static void waiting(Event event, int tasks) throws Exception {
        until(() -> event.statistics().waiting().size() == tasks);
    }

    static void waiting(Lock lock, int tasks) throws Exception {
        until(() -> lock.statistics().waiting().size() == tasks);
    }
}
