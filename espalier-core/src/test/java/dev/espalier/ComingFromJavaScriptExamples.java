// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What stands in the right-hand cells of the table for JavaScript in docs/coming-from.md. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // a group awaits its tasks and throws their failures
class ComingFromJavaScriptExamples {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private static String a() {
        return "a";
    }

    private static String b() {
        return "b";
    }

    private static String fail() throws IOException {
        throw new IOException("no");
    }

    @Test
    @DisplayName("promises: all, allSettled, any, race")
    void combinators() throws Exception {
        var all = Tasks.gather(() -> a(), () -> b());
        var settled = Tasks.gatherSettled(() -> a(), () -> fail());
        var any = Tasks.any(() -> fail(), () -> b());
        var race = Tasks.race(() -> a(), () -> b());
        assertThat(all).containsExactly("a", "b");
        for (var outcome : settled) {
            log.add(
                    switch (outcome) {
                        case Outcome.Success(var value) -> value;
                        case Outcome.Failure(var exception) -> exception.getMessage();
                        case Outcome.Cancelled(var reason) -> reason.message();
                    });
        }
        assertThat(log).containsExactly("a", "no");
        assertThat(any).isEqualTo("b");
        assertThat(race).isIn("a", "b");
        var mapped = Tasks.map(List.of("x", "y"), 4, x -> x + a());
        assertThat(mapped).containsExactly("xa", "ya");
    }

    @Test
    @DisplayName("promises: one of them")
    void one() throws Exception {
        TaskGroup.run(group -> {
            var promise = group.fork(() -> a());
            var value = promise.await();
            assertThat(value).isEqualTo("a");
            promise.onDone(task -> log.add("done"));
        });
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var promise = group.fork(() -> fail());
            try {
                promise.await();
            } catch (TaskFailedException e) {
                log.add(e.getCause().getMessage());
            } finally {
                log.add("finally");
            }
        });
        assertThat(log).containsExactly("done", "no", "finally");
        TaskGroup.run(group -> group.fork(() -> {
            Tasks.sleep(Duration.ofMillis(1));
            log.add("later");
        }));
        assertThat(log).contains("later");
        TaskGroup.run(group -> {
            var future = group.fork(() -> a()).toCompletableFuture();
            assertThat(future.join()).isEqualTo("a");
        });
    }

    @Test
    @DisplayName("AbortController and timeouts")
    void aborting() throws Exception {
        var controller = CancelScope.create();
        boolean ended = controller.run(() -> {
            var listener = CancelScope.current().onCancel(reason -> log.add(reason.message()));
            listener.close();
            controller.cancel("no longer wanted");
            assertThat(controller.cancelCalled()).isTrue();
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        var value = CancelScope.failAfter(Duration.ofSeconds(1), () -> a());
        var maybe = CancelScope.moveOnAfter(Duration.ofSeconds(1), () -> a()).orElse("too late");
        assertThat(value).isEqualTo(maybe);
        assertThatThrownBy(() -> CancelScope.failAfter(Duration.ZERO, () -> CancelScope.checkpoint()))
                .isInstanceOf(DeadlineExceededException.class);
    }
}
