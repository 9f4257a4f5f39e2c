// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ShutdownReport;
import dev.espalier.spring.boot.EspalierProperties.WhenEnded;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Starts the application with the context, ends it with the context, and ends the context with it. */
public final class AppLifecycle implements SmartLifecycle {
    /*
     * Phases of a context that closes, the highest first:
     *   2147483647  listeners of queues, schedulers: Spring's default
     *   2147482623  the web server stops its intake and waits for requests (spring.lifecycle.timeout-per-shutdown-phase)
     *   2147482622  Requests: what is still open is cancelled, and answers 503 over connections that are still there
     *   2147481599  the web server stops
     *   2147480575  this: background tasks may end, are cancelled, are named; hooks and resources
     *   then beans are destroyed
     * The start is in the reverse order, so that the first request finds a started application.
     *
     * States: running is false until start has returned, and after stop has begun.
     *
     * Who ends first. The context: stop sets stopping, then shuts the application down. The application: its first hook, on a thread of its shutdown, finds stopping unset, and has the context closed on
     * a thread of its own, since closing waits for the application, which waits for its hooks. If it ends while the context still starts, running is unset when the hook looks; then start
     * looks when it has set running. The application is shutting down before its hook runs, so one of the two sees it; closing makes it once.
     *
     * stop blocks, and does not use the callback: a context does not destroy beans under tasks that use them because a timeout per phase is shorter than the
     * application's own limits, which bound this.
     *
     * It cannot be started again after a stop, as an application cannot; and it is not pauseable: a context that the tests' cache pauses keeps its background tasks.
     *
     * Fields: running, stopping: written by the thread that starts or stops the context, read by any. closing: set once by either.
     */
    static final int PHASE = Requests.WEB_SERVER_PHASE - 1024;

    private static final Log LOG = LogFactory.getLog(AppLifecycle.class);

    private final ApplicationScope app;
    private final ConfigurableApplicationContext context;
    private final WhenEnded whenEnded;
    private final IntConsumer exit;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean running;
    private volatile boolean stopping;

    /**
     * Registers itself with the application.
     *
     * @param app not started
     * @param context which it is for
     * @param whenEnded what becomes of the context when the application ends first
     */
    public AppLifecycle(ApplicationScope app, ConfigurableApplicationContext context, WhenEnded whenEnded) {
        this(app, context, whenEnded, System::exit);
    }

    AppLifecycle(ApplicationScope app, ConfigurableApplicationContext context, WhenEnded whenEnded, IntConsumer exit) {
        this.app = app;
        this.context = context;
        this.whenEnded = whenEnded;
        this.exit = exit;
        app.onStopIntake("close the Spring context", this::ended);
    }

    @Override
    public void start() {
        try {
            app.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the start of " + app + " was interrupted", e);
        }
        running = true;
        if (app.isShuttingDown()) {
            ended();
        }
    }

    @Override
    public void stop() {
        stopping = true;
        running = false;
        app.shutdown("the Spring context closes");
        app.close();
        report();
    }

    private void report() {
        try {
            ShutdownReport report = app.awaitShutdown(); // returns at once after close
            if (!report.isInOrder()) {
                LOG.warn(report.reason().message() + ": not in order, "
                        + report.troubles().size()
                        + " things failed or hung, and " + report.stragglers().size()
                        + " tasks were left behind; see the warnings above");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // somebody else's; the warnings have been logged
        }
    }

    private void ended() {
        if (stopping || !running || !closing.compareAndSet(false, true)) {
            return;
        }
        if (whenEnded == WhenEnded.NOTHING) {
            LOG.warn(app + " has shut down by itself, and the Spring context goes on without it");
            return;
        }
        // no daemon: with EXIT, nothing else may keep the JVM until its status is set
        Thread.ofPlatform().name("espalier-close-context").daemon(false).start(this::closeContext);
    }

    private void closeContext() {
        LOG.warn(app + " shuts down by itself; the Spring context closes");
        if (whenEnded == WhenEnded.CLOSE_CONTEXT) {
            context.close();
            return;
        }
        int status = ShutdownReport.NOT_IN_ORDER;
        try {
            int ofContext = SpringApplication.exit(context);
            status = ofContext != 0 ? ofContext : app.awaitShutdown().exitStatus();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody has this thread
        } finally {
            exit.accept(status); // in any case: nobody watches a process that hangs half-closed
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
