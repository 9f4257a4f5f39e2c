// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Census;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Looks at what lives, when a meter is read. */
final class Readings {
    /*
     * A scrape reads each meter, one after the other; the first one takes a reading, and the others show it while it is young. One thread takes it; those that come meanwhile wait.
     *
     * The age of a reading is real time, and not that of a backend: it is the registry that asks.
     *
     * Lock order: the lock is held while the walk goes on, under which the mapping of names is called, which is the user's; no registry is called under it. A mapping that reads a
     * meter gets the figures of before.
     */
    private final Accounts accounts;
    private final long maxAge;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock for writing; read by anyone. */
    private volatile long taken;

    private volatile boolean any;

    Readings(Accounts accounts, Duration maxAge) {
        this.accounts = accounts;
        this.maxAge = maxAge.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : maxAge.toNanos();
    }

    /** What is to be said of an account now. */
    Figures of(Account account) {
        refresh();
        return account.figures;
    }

    /** Takes a reading, unless there is a young one. */
    void refresh() {
        if (isYoung() || lock.isHeldByCurrentThread()) {
            return;
        }
        lock.lock();
        try {
            if (isYoung()) {
                return;
            }
            take();
            taken = System.nanoTime();
            any = true;
        } finally {
            lock.unlock();
        }
        accounts.all().forEach(accounts::announce);
    }

    private boolean isYoung() {
        return any && System.nanoTime() - taken < maxAge;
    }

    private void take() {
        var walk = new Walk();
        Census.walk(walk);
        walk.tallies.forEach(
                (account, tally) -> account.figures = tally.figures().notBelow(account.figures));
    }

    private final class Walk implements Census.Visitor {
        final IdentityHashMap<Account, Tally> tallies = new IdentityHashMap<>();
        private final Deque<Account> way = new ArrayDeque<>();

        Walk() {
            for (Account account : accounts.all()) { // what closed groups have left, before any open one is looked at
                tallies.put(account, account.tally());
            }
        }

        private Tally tally(Account account) {
            return tallies.computeIfAbsent(account, Account::tally);
        }

        @Override
        public boolean enter(Opened opened) {
            Account account = accounts.of(opened);
            way.push(account);
            tally(account).add(opened);
            return true;
        }

        @Override
        public void leave(Opened opened) {
            way.pop();
        }

        @Override
        public boolean enter(Occupant occupant) {
            if (occupant.isStuck()) {
                tally(innermost(occupant)).addStuck();
            }
            return true;
        }

        /** Of the group whose body it is in, or whose task it is. */
        private Account innermost(Occupant occupant) {
            for (CancelScope scope : occupant.scopes()) {
                if (scope instanceof TaskGroup group) {
                    return accounts.of(Opened.of(group));
                }
            }
            return way.isEmpty() ? accounts.unnamed() : way.element();
        }
    }
}
