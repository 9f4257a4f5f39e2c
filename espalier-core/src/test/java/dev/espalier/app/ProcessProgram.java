// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import dev.espalier.Action;
import dev.espalier.CancelScope;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** Programs that {@link ApplicationProcessTest} runs in processes of their own. Each prints what it does, and exits as its argument says. */
final class ProcessProgram {
    private static final Duration SHORT = Duration.ofMillis(300);

    private ProcessProgram() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "server" -> run(o -> o, _ -> {});
            case "hangs" ->
                run(
                        o -> o.hookLimit(Duration.ofDays(1)),
                        app -> app.manage("hanging", () -> {
                            say("hanging");
                            forever();
                        }));
            case "hangs, with a log" -> {
                System.getLogger("test").log(System.Logger.Level.WARNING, "there is a log");
                run(o -> o.hookLimit(SHORT), app -> app.manage("hanging", ProcessProgram::deaf));
            }
            case "hangs for a while" ->
                run(o -> o.hookLimit(SHORT), app -> app.manage("hanging", ProcessProgram::deaf));
            case "computes" ->
                run(o -> o.grace(SHORT).hardLimit(SHORT), app -> {
                    int carriers = 2 * Runtime.getRuntime().availableProcessors();
                    var computing = new CountDownLatch(Runtime.getRuntime().availableProcessors());
                    for (int i = 0; i < carriers; i++) {
                        var _ = app.fork("computes", () -> {
                            computing.countDown();
                            while (true) {
                                Thread.onSpinWait();
                            }
                        });
                    }
                    computing.await();
                });
            case "failing startup" ->
                run(o -> o, _ -> {
                    throw new IOException("no port");
                });
            case "failing task" ->
                run(
                        o -> o,
                        app -> app.fork("consumer", () -> {
                            throw new IOException("queue gone");
                        }));
            case "failing close" ->
                run(o -> o, app -> {
                    app.manage("bad", () -> {
                        throw new IOException("cannot close");
                    });
                    app.shutdown();
                });
            case "ends" -> run(o -> o, ApplicationScope::shutdown);
            case "exit in a task" ->
                run(o -> o.grace(SHORT).hardLimit(SHORT), app -> app.fork("exits", () -> System.exit(5)));
            case "exit in a hook" ->
                run(o -> o.hookLimit(SHORT), app -> {
                    app.onShutdown("exits", () -> System.exit(6));
                    app.shutdown();
                });
            case "exit in startup" -> run(o -> o.hardLimit(SHORT), _ -> System.exit(7));
            case "main returns" -> {
                var app = ApplicationScope.create();
                app.onShutdown("first", () -> say("closed"));
                app.start();
            }
            case "global" -> {
                ApplicationScope.global()
                        .onShutdown(
                                "first",
                                () -> say("closed " + ApplicationScope.global().name()));
            }
            case "global, too late" ->
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        ApplicationScope.global().run(_ -> say("runs"));
                    } catch (ApplicationShutdownException | InterruptedException e) {
                        say(e.getMessage());
                    }
                }));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void run(UnaryOperator<AppOptions> options, ApplicationAction startup) throws InterruptedException {
        int status = ApplicationScope.runApplication(
                o -> options.apply(o.name("test")),
                app -> {
                    app.onStopIntake("server", () -> say("intake stopped"));
                    app.manage("pool", () -> say("pool closed"));
                    startup.run(app);
                    var _ = app.forkDaemon("poller", cleaning());
                    say("up");
                },
                _ -> say("cleanup"));
        System.exit(status);
    }

    private static Action cleaning() {
        return () -> {
            try {
                forever();
            } finally {
                say("poller ended: "
                        + CancelScope.current().reason().orElseThrow().kind());
            }
        };
    }

    private static void forever() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    private static void deaf() {
        while (true) {
            try {
                forever();
            } catch (InterruptedException e) {
                say("deaf");
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
