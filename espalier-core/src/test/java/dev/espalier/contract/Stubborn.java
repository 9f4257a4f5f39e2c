// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;
import dev.espalier.CancelScope;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Work that swallows interrupts, and counts them, until it is released; as a body it then ends at a checkpoint. */
final class Stubborn implements Action {
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger interrupts = new AtomicInteger();
    private volatile @Nullable Thread thread;
    private volatile boolean ended;

    @Override
    public void run() throws InterruptedException {
        hold();
        CancelScope.checkpoint();
    }

    /** Blocks the calling thread until {@link #release}; gives up where a test that has failed never releases it. */
    void hold() {
        thread = Thread.currentThread();
        while (true) {
            try {
                if (!release.await(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("never released");
                }
                break;
            } catch (InterruptedException e) {
                interrupts.incrementAndGet();
            }
        }
        ended = true;
    }

    /** Lets it go on. */
    void release() {
        release.countDown();
    }

    /** Whether it was released and has noticed. */
    boolean hasEnded() {
        return ended;
    }

    /** Returns its thread when it is blocked, with no interrupt on its way to it. */
    Thread awaitHolding() {
        Threads.untilRegardless(() -> {
            var t = thread;
            return t != null && !t.isInterrupted() && t.getState() == Thread.State.TIMED_WAITING;
        });
        return Objects.requireNonNull(thread);
    }

    /** How many interrupts it got, once it has dealt with those that were sent. */
    int interrupts() {
        var _ = awaitHolding();
        return interrupts.get();
    }

    /** Blocks the calling thread until it is interrupted. */
    static void forever() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
