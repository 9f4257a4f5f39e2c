// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.spi.Backend;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What stands in the right-hand cells of the table for Kotlin in docs/coming-from.md. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // a group awaits its tasks and throws their failures
class ComingFromKotlinExamples {
    private static final ScopedValue<String> NAME = ScopedValue.newInstance();

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private String a() {
        log.add("a");
        return "a";
    }

    private String b() {
        log.add("b");
        return "b";
    }

    private static String fail() throws IOException {
        throw new IOException("no");
    }

    @Test
    @DisplayName("Kotlin: scopes, launch, async")
    void scopes() throws Exception {
        TaskGroup.run(group -> {
            group.fork(() -> a());
            var job = group.fork(() -> b());
            assertThat(job.await()).isEqualTo("b");
            job.onDone(task -> log.add("completed"));
            group.join();
        });
        assertThat(log).contains("a", "b", "completed");
        var sum = TaskGroup.call(group -> {
            var left = group.fork(() -> a());
            var right = group.fork(() -> b());
            return left.await() + right.await();
        });
        assertThat(sum).isEqualTo("ab");
        var all = Tasks.gather(() -> a(), () -> b());
        assertThat(all).containsExactly("a", "b");
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            group.fork(() -> fail()).onDone(task -> log.add(task.exceptionNow().getMessage()));
            group.fork(() -> b());
        });
        assertThat(log).contains("no");
        TaskGroup.run(o -> o.limit(8), group -> group.fork(() -> a()));
        TaskGroup.run(o -> o.backend(Backend.platformThreads()), group -> group.fork(() -> a()));
        var first = Tasks.race(() -> a(), () -> b());
        assertThat(first).isIn("a", "b");
    }

    @Test
    @DisplayName("Kotlin: cancellation and timeouts")
    void cancelling() throws Exception {
        TaskGroup.run(group -> {
            var job = group.fork(() -> Tasks.sleep(Duration.ofDays(1)));
            job.cancel("not needed");
            Tasks.await(List.of(job), WaitUntil.ALL_DONE);
            assertThat(job.isCancelled()).isTrue();
        });
        TaskGroup.run(group -> {
            group.fork(() -> Tasks.sleep(Duration.ofDays(1)));
            group.cancel();
            assertThat(group.isCancelled()).isTrue();
        });
        var value = CancelScope.failAfter(Duration.ofSeconds(1), () -> a());
        var maybe = CancelScope.moveOnAfter(Duration.ofSeconds(1), () -> a());
        assertThat(maybe).contains(value);
        CancelScope.create().run(() -> {
            CancelScope.current().cancel();
            CancelScope.shielded(Duration.ofSeconds(5), () -> b());
            CancelScope.checkpoint();
        });
        assertThat(log).contains("b");
        try {
            TaskGroup.run(group -> group.fork(() -> fail()));
        } catch (TaskGroupException e) {
            log.add(e.getCause().getMessage());
        }
        assertThat(log).contains("no");
    }

    @Test
    @DisplayName("Kotlin: context, sharing, flows")
    void more() throws Exception {
        ScopedValue.where(NAME, "ada").call(() -> {
            TaskGroup.run(o -> o.inherit(NAME), group -> group.fork(() -> log.add(NAME.get())));
            return 1;
        });
        assertThat(log).contains("ada");
        var mutex = new Lock();
        try (var _ = mutex.acquire()) {
            a();
        }
        var semaphore = new Semaphore(3);
        try (var _ = semaphore.acquire()) {
            b();
        }
        var ordered =
                Stream.of(1, 2, 3).gather(Tasks.mapConcurrent(8, i -> i * i)).toList();
        var unordered = Stream.of(1, 2, 3)
                .gather(Tasks.mapConcurrentUnordered(8, i -> i * i))
                .toList();
        assertThat(ordered).containsExactly(1, 4, 9);
        assertThat(unordered).containsExactlyInAnyOrderElementsOf(ordered);
        var retried = Retry.attempts(3).call(() -> a());
        assertThat(retried).isEqualTo("a");
    }
}
