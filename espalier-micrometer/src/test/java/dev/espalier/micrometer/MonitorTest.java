// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.pool.ResourcePool;
import dev.espalier.pool.WorkerPool;
import dev.espalier.spi.Backend;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gauges of what tasks share. */
class MonitorTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).tag("name", "it").gauge().value();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).tag("name", "it").functionCounter().count();
    }

    private void until(String name, double value) {
        Metered.until(() -> gauge(name) == value);
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a semaphore: permits, those free, who waits")
    void semaphore(Backend backend) throws Exception {
        var semaphore = new Semaphore(2);
        Monitor.of("it", semaphore).bindTo(registry);
        Metered.on(backend, () -> {
            try (var _ = semaphore.acquire();
                    var _ = semaphore.acquire()) {
                assertThat(gauge("espalier.semaphore.permits")).isEqualTo(2);
                assertThat(gauge("espalier.semaphore.available")).isZero();
                TaskGroup.run(group -> {
                    group.fork(() -> semaphore.acquire().close());
                    until("espalier.semaphore.waiting", 1);
                    group.cancel();
                });
            }
            assertThat(gauge("espalier.semaphore.available")).isEqualTo(2);
            assertThat(gauge("espalier.semaphore.waiting")).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a limiter: tokens, those borrowed, who waits")
    void limiter(Backend backend) throws Exception {
        var limiter = new CapacityLimiter(1);
        Monitor.of("it", limiter).bindTo(registry);
        Metered.on(backend, () -> {
            try (var _ = limiter.acquire()) {
                limiter.totalTokens(3);
                assertThat(gauge("espalier.limiter.tokens")).isEqualTo(3);
                assertThat(gauge("espalier.limiter.borrowed")).isEqualTo(1);
                limiter.totalTokens(1);
                TaskGroup.run(group -> {
                    group.fork(() -> limiter.acquire().close());
                    until("espalier.limiter.waiting", 1);
                    group.cancel();
                });
            }
            assertThat(gauge("espalier.limiter.borrowed")).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a rate limiter: how many may pass, who waits")
    void rateLimiter(Backend backend) throws Exception {
        var limiter = new RateLimiter(1, Duration.ofDays(1));
        Monitor.of("it", limiter).bindTo(registry);
        Metered.on(backend, () -> {
            assertThat(gauge("espalier.rate.limiter.available")).isEqualTo(1);
            limiter.acquire().close();
            assertThat(gauge("espalier.rate.limiter.available")).isZero();
            TaskGroup.run(group -> {
                group.fork(() -> limiter.acquire().close());
                until("espalier.rate.limiter.waiting", 1);
                group.cancel();
            });
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a resource pool: size, resources by state, who waits")
    void resourcePool(Backend backend) throws Exception {
        Metered.on(backend, () -> {
            try (var pool = ResourcePool.open(() -> (AutoCloseable) () -> {}, o -> o.maxSize(1))) {
                Monitor.of("it", pool).bindTo(registry);
                assertThat(gauge("espalier.pool.size")).isEqualTo(1);
                try (var _ = pool.acquire()) {
                    assertThat(gauge("espalier.pool.resources", "state", "leased"))
                            .isEqualTo(1);
                    assertThat(gauge("espalier.pool.resources", "state", "idle"))
                            .isZero();
                    TaskGroup.run(group -> {
                        group.fork(() -> pool.acquire().close());
                        until("espalier.pool.waiting", 1);
                        group.cancel();
                    });
                }
                assertThat(gauge("espalier.pool.resources", "state", "leased")).isZero();
                assertThat(gauge("espalier.pool.resources", "state", "idle")).isEqualTo(1);
                assertThat(gauge("espalier.pool.resources", "state", "opening")
                                + gauge("espalier.pool.resources", "state", "closing"))
                        .isZero();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a worker pool: workers, the queue, what is worked on, who waits, and what became of items")
    void workerPool(Backend backend) throws Exception {
        var go = new CountDownLatch(1);
        Metered.on(
                backend,
                () -> WorkerPool.<Integer, InterruptedException>run(
                        o -> o.workers(1).queue(1).onFailure((_, _) -> {}),
                        (Integer item) -> {
                            go.await();
                            if (item == 3) {
                                throw new IllegalStateException("failed");
                            }
                        },
                        pool -> {
                            Monitor.of("it", pool).bindTo(registry);
                            assertThat(gauge("espalier.workers.size")).isEqualTo(1);
                            pool.submit(1);
                            until("espalier.workers.running", 1);
                            pool.submit(2);
                            assertThat(gauge("espalier.workers.queued")).isEqualTo(1);
                            Thread submitter = Thread.ofPlatform().start(() -> submit(pool));
                            until("espalier.workers.waiting", 1);
                            assertThat(counter("espalier.workers.submitted")).isEqualTo(2);
                            go.countDown();
                            submitter.join();
                            Metered.until(() -> counter("espalier.workers.ended", "outcome", "failed") == 1);
                            assertThat(counter("espalier.workers.ended", "outcome", "done"))
                                    .isEqualTo(2);
                            assertThat(counter("espalier.workers.submitted")).isEqualTo(3);
                        }));
    }

    private static void submit(WorkerPool<Integer> pool) {
        try {
            pool.submit(3);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a channel: capacity, what is in it, who sends and receives, and how many items went through")
    void channel(Backend backend) throws Exception {
        Channel<String> channel = Channel.buffered(2);
        ChannelMonitor.of("it", channel).bindTo(registry);
        Metered.on(backend, () -> {
            assertThat(gauge("espalier.channel.capacity")).isEqualTo(2);
            TaskGroup.run(group -> {
                group.fork(() -> channel.receive());
                until("espalier.channel.receivers", 1);
                channel.send("a");
            });
            channel.send("b");
            channel.send("c");
            assertThat(gauge("espalier.channel.buffered")).isEqualTo(2);
            assertThat(counter("espalier.channel.sent")).isEqualTo(3);
            assertThat(counter("espalier.channel.received")).isEqualTo(1);
            TaskGroup.run(group -> {
                group.fork(() -> channel.send("d"));
                until("espalier.channel.senders", 1);
                group.cancel();
            });
        });
    }

    @Test
    @DisplayName("a registry does not keep what it watches")
    void weak() {
        var semaphore = new Semaphore(1);
        var gone = new WeakReference<>(semaphore);
        Monitor.of("it", semaphore).bindTo(registry);
        Gauge permits = registry.get("espalier.semaphore.permits").gauge();
        assertThat(permits.value()).isEqualTo(1);
        semaphore = null;
        while (gone.get() != null) {
            System.gc();
        }
        assertThat(permits.value()).isNaN();
    }

    @Test
    @DisplayName("a blank name says what to do")
    void blank() {
        assertThatThrownBy(() -> Monitor.of(" ", new Semaphore(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the name is blank; give one");
    }
}
