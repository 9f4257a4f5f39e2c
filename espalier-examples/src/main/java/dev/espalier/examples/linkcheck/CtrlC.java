// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import dev.espalier.CancelScope;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes a signal cancel a scope. The JVM meets SIGINT and SIGTERM by running its shutdown hooks, and ends when they
 * have ended: so this one cancels, and then waits until the report is out, which {@link #close} tells it.
 */
final class CtrlC implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook;

    private CtrlC(Runnable action) {
        hook = Thread.ofPlatform().name("ctrl-c").unstarted(() -> {
            action.run();
            awaitReport();
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now until it is closed, a signal cancels the scope. */
    static CtrlC cancels(CancelScope scope) {
        return new CtrlC(() -> scope.cancel("stopped by a signal"));
    }

    private void awaitReport() {
        try {
            if (!reported.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("linkcheck: gave up waiting for the report after " + PATIENCE.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts a shutdown hook; then the JVM may end
        }
    }

    @Override
    public void close() {
        reported.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the hook is running: it ends by the line above
        }
    }
}
