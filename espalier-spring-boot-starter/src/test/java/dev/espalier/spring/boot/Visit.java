// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Code of a request or task that a test lets wait. */
final class Visit {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    /** Waits until the test lets it go, or it is cancelled. */
    String await() throws InterruptedException {
        entered.countDown();
        try {
            leave.await();
            outcome.complete("left");
            return "left";
        } catch (InterruptedException e) {
            outcome.complete(CancelScope.current()
                    .reason()
                    .map(reason -> reason.root().kind() + ": " + reason.root().message())
                    .orElse("interrupted by " + (e instanceof CancelledException c ? c.reason() : "nobody known")));
            throw e;
        }
    }

    /** Waits whatever happens. */
    String awaitDeaf() {
        entered.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                leave.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // a straggler
            }
        }
        outcome.complete(interrupted ? "deaf" : "left");
        return "left";
    }

    void awaitEntered() throws InterruptedException {
        if (!entered.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody has entered");
        }
    }

    void leave() {
        leave.countDown();
    }

    /** How the wait ended. */
    String outcome() throws Exception {
        return outcome.get(20, TimeUnit.SECONDS);
    }

    boolean isOver() {
        return outcome.isDone();
    }
}
