// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;
import java.util.concurrent.CountDownLatch;

/** A task that blocks until it is released or interrupted, and remembers what happened to it. */
final class Blocker implements Action {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final boolean stubborn;
    private volatile boolean ended;

    /** One that ends when it is interrupted, with the exception. */
    Blocker() {
        this(false);
    }

    private Blocker(boolean stubborn) {
        this.stubborn = stubborn;
    }

    /** One that ignores interrupts: it ends only when it is released, and then returns. */
    static Blocker stubborn() {
        return new Blocker(true);
    }

    @Override
    public void run() throws InterruptedException {
        entered.countDown();
        try {
            while (true) {
                try {
                    gate.await();
                    return;
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    if (!stubborn) {
                        throw e;
                    }
                }
            }
        } finally {
            ended = true;
        }
    }

    void awaitEntered() throws InterruptedException {
        entered.await();
    }

    void awaitInterrupted() throws InterruptedException {
        interrupted.await();
    }

    void release() {
        gate.countDown();
    }

    boolean hasEntered() {
        return entered.getCount() == 0;
    }

    boolean wasInterrupted() {
        return interrupted.getCount() == 0;
    }

    /** Whether its last statement has run. */
    boolean ended() {
        return ended;
    }
}
