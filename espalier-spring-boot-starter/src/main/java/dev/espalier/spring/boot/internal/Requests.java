// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import java.time.Duration;
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
     */
    /** In which the web server starts, and stops. */
    static final int WEB_SERVER_PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE;

    private final ApplicationScope scope;

    /**
     * Starts.
     *
     * @param options of the application of background tasks
     */
    public Requests(AppOptions options) {
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

    @Override
    public void start() {
        // since it was made
    }

    @Override
    public void stop() {
        scope.shutdown("the Spring context closes");
        scope.close();
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
