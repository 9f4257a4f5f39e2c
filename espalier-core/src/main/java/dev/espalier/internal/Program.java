// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationAction;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.StartupFailedException;
import dev.espalier.spi.Backend;
import java.util.Objects;

/** An application as a whole program: one that runs until it ends, and the one that a JVM always has. */
public final class Program {
    private Program() {}

    private static final class Global {
        static final Application APP = started();

        private Global() {}

        private static Application started() {
            var app = new Application(
                    AppOptions.DEFAULT.name("global").taskOptions(o -> o.backend(Backend.virtualThreads())));
            try {
                app.start();
            } catch (ApplicationShutdownException e) {
                // the JVM is exiting: it refuses all work, and says why
            } catch (InterruptedException e) {
                throw new AssertionError("without hooks nothing blocks", e);
            }
            return app;
        }
    }

    /**
     * The one of this JVM.
     *
     * @return always the same
     */
    public static Application global() {
        return Global.APP;
    }

    /**
     * Runs a program.
     *
     * @param options its options
     * @param startup what it starts
     * @param cleanup its last hook
     * @return its exit status
     * @throws InterruptedException if the caller is cancelled or interrupted
     */
    public static int run(AppOptions options, ApplicationAction startup, ApplicationAction cleanup)
            throws InterruptedException {
        Objects.requireNonNull(startup, "startup");
        Objects.requireNonNull(cleanup, "cleanup");
        var app = new Application(options);
        app.onShutdown("cleanup", () -> cleanup.run(app));
        app.onStartup("startup", () -> startup.run(app));
        try (app) {
            try {
                app.start();
            } catch (StartupFailedException | ApplicationShutdownException e) {
                return app.lifetime.report().exitStatus(); // it has been logged
            }
            return app.awaitShutdown().exitStatus();
        }
    }
}
