// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** All requests that are open. Cuts short what is left when the web server has waited for them long enough. */
public final class Requests implements SmartLifecycle, DisposableBean {
    /*
     * Requests are an application of their own, beside that of the background tasks, and not groups of that one: they end first, while a request that is still in flight may give
     * work to the other, which has not stopped its intake.
     *
     * How long requests have to end by themselves is Spring Boot's matter (spring.lifecycle.timeout-per-shutdown-phase, server.shutdown), so the grace here is zero: when stop is called, that time is over. The
     * connections are still there: what was cancelled can answer.
     *
     * It is started when it is made, as a bean of the filter: before any request.
     *
     * An answer that is written for a request that was cancelled comes after its group has ended. So the answers are counted by themselves, and the end waits for them too, before the server closes the
     * connections. A wake-up is not missed: `waiter` is written before `answering` is read; who leaves counts down, and then reads `waiter`.
     *
     * Fields: answering: counted by the threads of requests. waiter: written by the thread that closes the context, read by those.
     */
    /** In which the web server starts, and stops. */
    static final int WEB_SERVER_PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE;

    private final ApplicationScope scope;
    private final Backend backend;
    private final long hardLimitNanos;
    private final AtomicInteger answering = new AtomicInteger();
    private volatile @Nullable Thread waiter;

    /**
     * Starts.
     *
     * @param options of the application of background tasks
     */
    public Requests(AppOptions options) {
        Backend given = options.taskOptions().backend();
        this.backend = given != null ? given : Backend.virtualThreads();
        this.hardLimitNanos = saturatedNanos(options.hardLimit());
        this.scope = ApplicationScope.create(
                _ -> options.name(options.name() + " requests").grace(Duration.ZERO));
        try {
            scope.start();
        } catch (InterruptedException e) { // it has no hooks in which it could wait
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the start of the application was interrupted", e);
        }
    }

    /** Where groups of requests are opened. */
    ApplicationScope scope() {
        return scope;
    }

    /** Before a request's group; {@link #leave} has to follow, when it has been answered. */
    void enter() {
        answering.incrementAndGet();
    }

    void leave() {
        if (answering.decrementAndGet() == 0) {
            Thread waiting = waiter;
            if (waiting != null) {
                backend.unpark(waiting);
            }
        }
    }

    @Override
    public void start() {
        // since it was made
    }

    @Override
    public void stop() {
        long began = backend.nanoTime();
        scope.shutdown("the Spring context closes");
        scope.close();
        awaitAnswers(began);
    }

    private void awaitAnswers(long began) {
        boolean interrupted = false;
        waiter = Thread.currentThread();
        try {
            long left = hardLimitNanos - (backend.nanoTime() - began);
            while (answering.get() != 0 && left > 0) {
                interrupted |= Thread.interrupted(); // or the park would not wait
                backend.parkNanos(this, left);
                left = hardLimitNanos - (backend.nanoTime() - began);
            }
        } finally {
            waiter = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long saturatedNanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1).toNanos() : duration.toNanos();
    }

    @Override
    public boolean isRunning() {
        return !scope.isShuttingDown();
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE - 1;
    }

    /** Where the context has not come to its lifecycles. */
    @Override
    public void destroy() {
        stop();
    }
}
