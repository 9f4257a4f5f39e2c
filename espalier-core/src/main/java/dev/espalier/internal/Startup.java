// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Cancellation;
import dev.espalier.app.ShutdownReport.Trouble;
import dev.espalier.app.StartupFailedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The start of an application: runs its startup hooks, on the thread that starts it. */
final class Startup {
    /*
     * The starting thread is in the intake and in a scope of this start's own until its hooks have run, so that a shutdown can cancel it, waits for it, and names it. It
     * leaves both before it waits for the end of the shutdown: neither waits for the other.
     *
     * A cancellation by the shutdown is absorbed by the scope; one from around passes, and begins the shutdown. `thread` is written by that thread, and read by those who
     * ask whether they are it, or name stragglers.
     */
    private final Application app;
    private final PlainScope scope = PlainScope.create(null, null);
    private volatile @Nullable Thread thread;

    Startup(Application app) {
        this.app = app;
    }

    /** The thread that is starting it; null if none is. */
    @Nullable
    Thread thread() {
        return thread;
    }

    void cancel(CancelReason reason) {
        boolean _ = scope.cancelWith(scope.reasonOf(Kind.SHUTDOWN, reason.message(), reason.exception()));
    }

    void run() throws InterruptedException {
        Lifetime lifetime = app.lifetime;
        lifetime.beginStart();
        Throwable thrown = null; // when what was started has been shut down
        thread = Thread.currentThread();
        try {
            Strands.addThreadless(app.strand);
            app.managed.begin();
            lifetime.opened();
            arm();
            boolean _ = scope.run(this::runHooks);
        } catch (InterruptedException e) {
            thrown = e;
            boolean _ = lifetime.stop("its start was interrupted", null, Duration.ZERO);
        } catch (Throwable t) {
            thrown = t;
            if (!lifetime.stop("its start failed: " + t.getMessage(), t, Duration.ZERO)) {
                lifetime.trouble("the start of " + app.describe(), t);
            }
        } finally {
            thread = null;
            app.intake.leave();
        }
        if (lifetime.endStart()) {
            return;
        }
        lifetime.awaitUninterruptibly();
        throwFrom(thrown);
    }

    /** From now on, the exit of the JVM is a shutdown. */
    private void arm() {
        if (!app.options.signals()) {
            return;
        }
        JvmExit installed = JvmExit.install(app);
        if (installed == null) {
            boolean _ = app.lifetime.stop(JvmExit.WHY, null, Duration.ZERO);
        } else if (!app.lifetime.remember(installed)) {
            installed.remove();
        }
    }

    private void runHooks() throws InterruptedException {
        Lifetime lifetime = app.lifetime;
        for (AppPart hook = lifetime.nextHook(); hook != null; hook = lifetime.nextHook()) {
            try {
                hook.action().run();
            } catch (Exception | Error e) {
                if (e instanceof InterruptedException || (scope.cause != null && Cancellation.isCancellation(e))) {
                    throw Sneaky.<InterruptedException>rethrow(e); // the scope knows what to do with it
                }
                if (lifetime.isRefusal(e)) {
                    return;
                }
                throw new StartupFailedException(
                        hook.describe() + " of " + app.describe() + " failed: " + Shown.of(e), e);
            }
        }
    }

    private void throwFrom(@Nullable Throwable thrown) throws InterruptedException {
        if (thrown == null) {
            throw app.lifetime.refused("the start of " + app.describe());
        }
        if (thrown instanceof StartupFailedException) {
            Failures.attach(
                    thrown,
                    app.lifetime.report().troubles().stream()
                            .map(Trouble::exception)
                            .toList());
        }
        throw Sneaky.<InterruptedException>rethrow(thrown);
    }
}
