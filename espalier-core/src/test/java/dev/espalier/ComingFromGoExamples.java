// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Lock;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What stands in the right-hand cells of the tables for Go in docs/coming-from.md. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // a group awaits its tasks and throws their failures
class ComingFromGoExamples {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private String f() {
        log.add("f");
        return "f";
    }

    private void handle(String job) {
        log.add(job);
    }

    private static String fail() throws IOException {
        throw new IOException("no");
    }

    @Test
    @DisplayName("Go: goroutines, WaitGroup, errgroup")
    void groups() throws Exception {
        TaskGroup.run(group -> {
            group.fork(() -> f());
            group.join();
            assertThat(log).containsExactly("f");
            Task<String> result = group.fork(() -> f());
            assertThat(result.await()).isEqualTo("f");
        });
        TaskGroup.run(o -> o.limit(8), group -> {
            group.fork(() -> f());
            var maybe = group.tryFork(() -> f());
            assertThat(maybe).isPresent();
        });
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var task = group.fork(() -> fail());
            group.join();
            assertThat(task.exceptionNow()).hasMessage("no");
            assertThat(group.failures()).hasSize(1);
        });
        try {
            TaskGroup.run(group -> group.fork(() -> fail()));
        } catch (TaskGroupException e) {
            log.add(e.getCause().getMessage());
        }
        assertThat(log).contains("no");
        var all = Tasks.map(List.of("x", "y"), 8, name -> name + f());
        assertThat(all).containsExactly("xf", "yf");
    }

    @Test
    @DisplayName("Go: context")
    void contexts() throws Exception {
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            var registration = CancelScope.current().onCancel(reason -> log.add("stopping"));
            registration.close();
            scope.cancel("client is gone");
            assertThat(CancelScope.current().reason()).isPresent();
            CancelScope.shielded(Duration.ofSeconds(5), () -> f());
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
        assertThat(scope.reason())
                .hasValueSatisfying(r -> assertThat(r.message()).isEqualTo("client is gone"));
        var value = CancelScope.failAfter(Duration.ofSeconds(2), () -> f());
        assertThat(value).isEqualTo("f");
        CancelScope.withTimeout(Duration.ofSeconds(2))
                .run(() -> assertThat(CancelScope.currentDeadline().remaining()).isPositive());
        ScopedValue.where(USER, "ada").call(() -> {
            TaskGroup.run(o -> o.inherit(USER), group -> group.fork(() -> log.add(USER.get())));
            return 1;
        });
        assertThat(log).contains("ada");
        Tasks.sleep(Duration.ofMillis(1));
    }

    @Test
    @DisplayName("Go: sync, x/sync, x/time")
    void sharing() throws Exception {
        var lock = new Lock();
        try (var _ = lock.acquire()) {
            f();
        }
        assertThat(lock.tryAcquire()).isPresent();
        var semaphore = new Semaphore(8);
        try (var _ = semaphore.acquire()) {
            f();
        }
        var limiter = new RateLimiter(1_000, Duration.ofSeconds(1), 10);
        limiter.acquire();
        assertThat(semaphore.availablePermits()).isEqualTo(8);
    }

    @Test
    @DisplayName("Go: a worker pool")
    void workers() throws Exception {
        var jobs = List.of("one", "two", "three");
        WorkerPool.run(o -> o.workers(4).queue(100), (String job) -> handle(job), pool -> pool.submitAll(jobs));
        assertThat(log).containsExactlyInAnyOrderElementsOf(jobs);
        TaskGroup.run(group -> {
            WorkerPool<String> pool = WorkerPool.start(group, o -> o.workers(4), job -> handle(job));
            pool.submit("four");
            if (!pool.trySubmit("five")) {
                log.add("busy");
            }
            pool.stop();
            assertThatThrownBy(() -> pool.submit("six"))
                    .isInstanceOf(java.util.concurrent.RejectedExecutionException.class);
        });
        assertThat(log).contains("four");
        TaskGroup.run(group -> {
            WorkerPool<String> pool = WorkerPool.start(
                    group, o -> o.workers(1).onFailure((job, e) -> log.add("failed " + job)), job -> fail());
            pool.submit("seven");
            pool.stop();
            var notBegun = pool.cancel();
            assertThat(notBegun).isEmpty();
        });
        assertThat(log).contains("failed seven");
    }
}
