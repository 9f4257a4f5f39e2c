// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Party;
import dev.espalier.sync.Permit;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A primitive of which one thread at a time may have a permit, so that one test checks all of them. */
record Gate(
        String name,
        Acquire acquiring,
        Timed timed,
        Supplier<Optional<Permit>> trying,
        Supplier<List<Party>> waitingParties,
        Supplier<Boolean> free) {
    interface Acquire {
        Permit acquire() throws InterruptedException;
    }

    interface Timed {
        Permit acquire(Duration timeout) throws InterruptedException;
    }

    interface Check {
        void on(Gate gate) throws Exception;
    }

    static Gate lock() {
        var lock = new Lock("gate");
        return new Gate(
                "Lock",
                lock::acquire,
                lock::acquire,
                lock::tryAcquire,
                () -> lock.statistics().waiting(),
                () -> !lock.statistics().isLocked());
    }

    static Gate semaphore() {
        var semaphore = new Semaphore("gate", 1);
        return new Gate(
                "Semaphore",
                semaphore::acquire,
                semaphore::acquire,
                semaphore::tryAcquire,
                () -> semaphore.statistics().waiting(),
                () -> semaphore.availablePermits() == 1);
    }

    static Gate limiter() {
        var limiter = new CapacityLimiter("gate", 1);
        return new Gate(
                "CapacityLimiter",
                limiter::acquire,
                limiter::acquire,
                limiter::tryAcquire,
                () -> limiter.statistics().waiting(),
                () -> limiter.availableTokens() == 1
                        && limiter.statistics().borrowers().isEmpty());
    }

    static void each(Check check) throws Exception {
        for (var gate : List.of(lock(), semaphore(), limiter())) {
            try {
                check.on(gate);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(gate.name() + ": " + e.getMessage(), e);
            }
        }
    }

    Permit acquire() throws InterruptedException {
        return acquiring.acquire();
    }

    Permit acquire(Duration timeout) throws InterruptedException {
        return timed.acquire(timeout);
    }

    Optional<Permit> tryAcquire() {
        return trying.get();
    }

    boolean isFree() {
        return free.get();
    }

    int waiting() {
        return waitingParties.get().size();
    }

    /** Returns when so many wait. */
    void awaitWaiting(int count) {
        Threads.until(() -> waiting() == count);
    }
}
