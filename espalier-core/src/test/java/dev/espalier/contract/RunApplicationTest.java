// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.app.ApplicationScope;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;

/** S5: an application from its startup to the exit status, in one call. */
class RunApplicationTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    private AutoCloseable closing(String what) {
        return () -> log.add("close " + what);
    }

    @BackendTest
    @DisplayName("S5 runApplication starts, waits, cleans up last, and tells the exit status")
    void runApplication() throws Exception {
        int status = ApplicationScope.runApplication(
                o -> o.signals(false),
                app -> {
                    log.add("startup");
                    app.manage("server", closing("server"));
                    var _ = app.fork("work", () -> {
                        log.add("work");
                        app.shutdown();
                    });
                },
                _ -> log.add("cleanup"));
        assertThat(status).isZero();
        assertThat(log).contains("startup", "work").endsWith("close server", "cleanup");
    }

    @BackendTest
    @DisplayName(
            "S5 the exit status is 1 for a failed startup or task, 3 for trouble in the shutdown, 0 when the startup"
                    + " shut down")
    void exitStatus() throws Exception {
        try (var warnings = LogCapture.start()) {
            assertThat(status(_ -> {
                        throw new IOException("no port");
                    }))
                    .isEqualTo(1);
            assertThat(warnings.messages()).anySatisfy(m -> assertThat(m).contains("no port"));
            assertThat(status(app -> {
                        var _ = app.fork("broken", () -> {
                            throw new IOException("broken");
                        });
                    }))
                    .isEqualTo(1);
            assertThat(status(app -> {
                        app.manage("bad", () -> {
                            throw new IOException("cannot close");
                        });
                        app.shutdown();
                    }))
                    .isEqualTo(3);
            assertThat(status(ApplicationScope::shutdown)).isZero();
        }
        assertThat(log).containsExactly("cleanup", "cleanup", "cleanup", "cleanup");
    }

    private int status(dev.espalier.app.ApplicationAction startup) throws InterruptedException {
        return ApplicationScope.runApplication(o -> o.signals(false), startup, _ -> log.add("cleanup"));
    }

    @BackendTest
    @DisplayName("S5 runApplication shuts down when its caller is cancelled")
    void runApplicationIsCancelled() throws Exception {
        var scope = CancelScope.create();
        assertThat(scope.run(() -> {
                    int _ = ApplicationScope.runApplication(
                            o -> o.signals(false),
                            app -> {
                                var _ = app.fork("cancels", () -> scope.cancel());
                            },
                            _ -> log.add("cleanup"));
                }))
                .isFalse();
        assertThat(log).containsExactly("cleanup");
    }
}
