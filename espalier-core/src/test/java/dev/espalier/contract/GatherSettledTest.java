// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Outcome;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;

/** Rule K3: the settled form of gather, and callables that cancel themselves. */
public class GatherSettledTest {
    @BackendTest
    @DisplayName("K2 all cancel themselves: gather throws, gatherSettled tells")
    void allCancelled() throws Exception {
        Callable<String> cancelsItself = () -> {
            CancelScope.current().cancel("no");
            CancelScope.checkpoint();
            return "never";
        };
        assertThatThrownBy(() -> Tasks.gather(cancelsItself, cancelsItself))
                .isInstanceOf(TaskGroupException.class)
                .hasCauseInstanceOf(TaskCancelledException.class);
        assertThat(Tasks.gatherSettled(cancelsItself, cancelsItself))
                .hasSize(2)
                .allSatisfy(outcome -> assertThat(outcome)
                        .isInstanceOfSatisfying(
                                Outcome.Cancelled.class,
                                cancelled ->
                                        assertThat(cancelled.reason().message()).isEqualTo("no")));
    }

    @BackendTest
    @DisplayName("K3 gatherSettled returns every outcome in order; a failure cancels nothing, and none is logged")
    void settled() throws Exception {
        var failure = new IOException("down");
        var failed = new CountDownLatch(1);
        try (var logs = LogCapture.start()) {
            List<Outcome<String>> outcomes = Tasks.gatherSettled(
                    () -> {
                        failed.await();
                        CancelScope.checkpoint();
                        return "a";
                    },
                    () -> {
                        try {
                            throw failure;
                        } finally {
                            failed.countDown();
                        }
                    },
                    () -> null);
            assertThat(outcomes)
                    .containsExactly(
                            new Outcome.Success<>("a"), new Outcome.Failure<>(failure), new Outcome.Success<>(null));
            List<Callable<String>> many = Collections.nCopies(2_000, () -> {
                throw failure;
            });
            assertThat(Tasks.gatherSettled(many)).hasSize(2_000).containsOnly(new Outcome.Failure<>(failure));
            assertThat(logs.warnings()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName("K3 gatherSettled fails by the cancellation of the caller, and then all have ended")
    void settledCancelled() throws Exception {
        var scope = CancelScope.create();
        var blocker = new Blocker();
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            scope.cancel();
        })) {
            assertThat(scope.run(() -> {
                        assertThatThrownBy(() -> Tasks.gatherSettled(() -> {
                                    blocker.run();
                                    return 1;
                                }))
                                .isInstanceOf(CancelledException.class);
                        assertThat(blocker.ended()).isTrue();
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
        }
    }
}
