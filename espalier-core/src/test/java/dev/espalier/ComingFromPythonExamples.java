// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What stands in the right-hand cells of the tables for Python in docs/coming-from.md. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // a group awaits its tasks and throws their failures
class ComingFromPythonExamples {
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

    private void cleanUp() throws InterruptedException {
        CancelScope.checkpoint();
        log.add("clean");
    }

    @Test
    @DisplayName("asyncio: running things at once")
    void atOnce() throws Exception {
        var both = Tasks.gather(() -> a(), () -> b());
        var outcomes = Tasks.gatherSettled(() -> a(), () -> fail());
        assertThat(both).containsExactly("a", "b");
        assertThat(outcomes.getLast()).isInstanceOf(Outcome.Failure.class);
        log.clear();
        TaskGroup.run(group -> {
            group.fork(() -> a());
            group.fork(() -> b());
        });
        assertThat(log).containsExactlyInAnyOrder("a", "b");
        TaskGroup.run(group -> {
            Task<String> task = group.fork(() -> a());
            assertThat(task.await()).isEqualTo("a");
            assertThat(task.isDone()).isTrue();
            task.onDone(t -> log.add(t.name()));
        });
        var blocking = new ArrayList<Integer>();
        TaskGroup.run(o -> o.limit(10), group -> group.fork(() -> blocking.add(1)));
        assertThat(blocking).hasSize(1);
        var pages = Tasks.map(List.of("x", "y"), 10, name -> name + a());
        assertThat(pages).containsExactly("xa", "ya");
    }

    @Test
    @DisplayName("asyncio: waiting for some of many")
    void waiting() throws Exception {
        TaskGroup.run(group -> {
            var tasks = List.of(group.fork(() -> a()), group.fork(() -> b()));
            var first = Tasks.await(tasks, WaitUntil.FIRST_DONE);
            assertThat(first.done()).isNotEmpty();
            var failed = Tasks.await(tasks, WaitUntil.FIRST_FAILED);
            assertThat(failed.pending()).isEmpty();
            var inTime = Tasks.await(tasks, WaitUntil.ALL_DONE, Duration.ofSeconds(1));
            assertThat(inTime.done()).hasSize(2);
            for (var task : Tasks.asCompleted(tasks)) {
                log.add(task.await());
            }
        });
        assertThat(log).hasSize(4);
    }

    @Test
    @DisplayName("asyncio: timeouts, cancellation, shield")
    void cancelling() throws Exception {
        var value = CancelScope.failAfter(Duration.ofSeconds(1), () -> a());
        assertThat(value).isEqualTo("a");
        assertThatThrownBy(() -> CancelScope.failAfter(Duration.ofMillis(1), () -> {
                    CancelScope.current().deadline(Deadline.after(Duration.ofMillis(2)));
                    Tasks.sleep(Duration.ofDays(1));
                }))
                .isInstanceOf(DeadlineExceededException.class);
        Tasks.sleep(Duration.ofMillis(1));
        TaskGroup.run(group -> {
            var task = group.fork(() -> {
                try {
                    Tasks.sleep(Duration.ofDays(1));
                } catch (InterruptedException e) {
                    log.add("cancelled");
                    throw e;
                }
            });
            task.cancel("no longer needed");
        });
        assertThat(log).containsExactly("a", "cancelled");
        var shielded = CancelScope.shielded(Duration.ofSeconds(5), () -> a());
        assertThat(shielded).isEqualTo("a");
    }

    @Test
    @DisplayName("asyncio: locks and the like")
    void sharing() throws Exception {
        var lock = new Lock();
        var semaphore = new Semaphore(10);
        try (var _ = lock.acquire()) {
            a();
        }
        try (var _ = semaphore.acquire()) {
            b();
        }
        var event = new Event();
        event.set();
        event.await();
        assertThat(log).containsExactly("a", "b");
        assertThat(semaphore.availablePermits()).isEqualTo(10);
    }

    private void serve(Status<Integer> status) {
        status.started(8080);
        log.add("serving");
    }

    @Test
    @DisplayName("Trio and AnyIO: task groups")
    void nurseries() throws Exception {
        TaskGroup.run(group -> {
            group.fork(() -> a());
            int port = group.start((Status<Integer> status) -> serve(status)).value();
            assertThat(port).isEqualTo(8080);
            group.join();
            group.fork(() -> Tasks.sleep(Duration.ofDays(1)));
            group.cancel("that is enough");
        });
        assertThat(log).containsExactlyInAnyOrder("a", "serving");
        TaskGroup.run(group -> group.forkDaemon("heartbeat", () -> Tasks.sleep(Duration.ofDays(1))));
        try {
            TaskGroup.run(group -> group.fork(() -> fail()));
        } catch (TaskGroupException e) {
            e.on(IOException.class, io -> log.add(io.getMessage()));
        }
        assertThat(log).contains("no");
    }

    @Test
    @DisplayName("Trio and AnyIO: cancel scopes")
    void scopes() throws Exception {
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel("not needed");
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(scope.cancelledCaught()).isTrue();
        var maybe = CancelScope.moveOnAfter(Duration.ofSeconds(1), () -> a());
        assertThat(maybe).contains("a");
        var value = CancelScope.failAfter(Duration.ofSeconds(1), () -> b());
        assertThat(value).isEqualTo("b");
        var moving = CancelScope.withTimeout(Duration.ofSeconds(1));
        moving.run(() -> {
            moving.deadline(Deadline.after(Duration.ofSeconds(2)));
            assertThat(CancelScope.currentDeadline().remaining()).isGreaterThan(Duration.ofSeconds(1));
        });
        CancelScope.create().run(() -> {
            CancelScope.current().cancel();
            CancelScope.shielded(Duration.ofSeconds(5), () -> cleanUp());
        });
        assertThat(log).contains("clean");
        CancelScope.create().run(() -> {
            var registration = CancelScope.current().onCancel(reason -> log.add(reason.message()));
            assertThat(CancelScope.current().reason()).isEmpty();
            registration.close();
        });
    }

    @Test
    @DisplayName("Trio and AnyIO: limiters")
    void limiters() throws Exception {
        var limiter = new CapacityLimiter(10);
        try (var _ = limiter.acquire()) {
            a();
        }
        try (var _ = limiter.acquireOnBehalfOf("tenant")) {
            b();
        }
        limiter.totalTokens(20);
        assertThat(limiter.statistics().borrowers()).isEmpty();
        assertThat(limiter.availableTokens()).isEqualTo(20);
    }
}
