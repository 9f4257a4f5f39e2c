// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.CancelPolicy;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.spi.Backend;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the metrics of a program say. */
class EspalierMetricsTest {
    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("what is open is seen while it is open, nested groups too, and is gone afterwards; counters have both"
            + " halves")
    void live(Backend backend) throws Exception {
        try (var metered = new Metered()) {
            Metered.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("outer"), outer -> {
                        var ready = new CountDownLatch(2);
                        var go = new CountDownLatch(1);
                        outer.fork(() -> {}).await();
                        outer.fork(() -> TaskGroup.run(o -> o.name("inner"), inner -> {
                            inner.fork(() -> {
                                ready.countDown();
                                go.await();
                            });
                        }));
                        outer.forkDaemon("daemon", () -> {
                            ready.countDown();
                            new CountDownLatch(1).await();
                        });
                        ready.await();
                        Metered.until(() -> metered.ended("outer", "succeeded") == 1); // counted after await returns
                        assertThat(metered.gauge("espalier.groups.open", "outer"))
                                .isEqualTo(1);
                        assertThat(metered.gauge("espalier.groups.open", "inner"))
                                .isEqualTo(1);
                        assertThat(metered.gauge("espalier.tasks.live", "outer"))
                                .isEqualTo(2);
                        assertThat(metered.gauge("espalier.tasks.live", "inner"))
                                .isEqualTo(1);
                        assertThat(metered.forked("outer")).isEqualTo(3);
                        assertThat(metered.closed("outer")).isZero();
                        go.countDown();
                    }));
            for (String group : new String[] {"outer", "inner"}) {
                assertThat(metered.gauge("espalier.groups.open", group)).isZero();
                assertThat(metered.gauge("espalier.tasks.live", group)).isZero();
                assertThat(metered.closed(group)).isEqualTo(1);
            }
            assertThat(metered.forked("outer")).isEqualTo(3);
            assertThat(metered.ended("outer", "succeeded")).isEqualTo(2);
            assertThat(metered.ended("outer", "cancelled")).isEqualTo(1);
            assertThat(metered.cancellations("task", "shutdown")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("outcomes by kind, those refused included, and cancellations by what and why")
    void outcomes(Backend backend) throws Exception {
        try (var metered = new Metered()) {
            Metered.on(backend, () -> {
                var thrown = catchThrowable(() -> TaskGroup.run(o -> o.name("failing"), group -> {
                    var waiting = new CountDownLatch(1);
                    group.fork(() -> {});
                    group.fork(() -> {
                        waiting.countDown();
                        new CountDownLatch(1).await();
                    });
                    waiting.await();
                    group.fork(() -> {
                        throw new IllegalStateException("failed");
                    });
                    group.join();
                }));
                assertThat(thrown).hasRootCauseMessage("failed");
                TaskGroup.run(o -> o.name("asked"), group -> {
                    group.cancel();
                    group.fork(() -> {});
                });
                var _ = catchThrowable(() -> TaskGroup.run(o -> o.name("body"), _ -> {
                    throw new IllegalStateException("body");
                }));
                var _ = CancelScope.moveOnAfter(Duration.ZERO, () -> {
                    CancelScope.checkpoint();
                    return 1;
                });
            });
            assertThat(metered.ended("failing", "succeeded")).isEqualTo(1);
            assertThat(metered.ended("failing", "failed")).isEqualTo(1);
            assertThat(metered.ended("failing", "cancelled")).isEqualTo(1);
            assertThat(metered.ended("asked", "cancelled")).isEqualTo(1);
            assertThat(metered.cancellations("group", "sibling_failed")).isEqualTo(1);
            assertThat(metered.cancellations("group", "asked")).isEqualTo(1);
            assertThat(metered.cancellations("group", "body_failed")).isEqualTo(1);
            assertThat(metered.cancellations("task", "asked")).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("threads that wait for a place, and groups of streams, are seen")
    void waitingAndStreams(Backend backend) throws Exception {
        try (var metered = new Metered()) {
            Metered.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("limited").limit(1), group -> {
                        var go = new CountDownLatch(1);
                        group.fork(() -> go.await());
                        Thread forker = Thread.ofPlatform().start(() -> group.fork(() -> {}));
                        Metered.until(() -> metered.gauge("espalier.forks.waiting", "limited") == 1);
                        go.countDown();
                        forker.join();
                        IntStream.range(0, 3)
                                .boxed()
                                .gather(Tasks.mapConcurrent(2, i -> {
                                    assertThat(metered.gauge("espalier.groups.open", "mapConcurrent"))
                                            .isEqualTo(1);
                                    return i;
                                }))
                                .forEach(_ -> {});
                    }));
            assertThat(metered.closed("mapConcurrent")).isEqualTo(1);
            assertThat(metered.ended("mapConcurrent", "succeeded")).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "C8 who ignores a cancellation is counted, as a thread now and as reports, and is not when it has ended")
    void stuck(Backend backend) throws Exception {
        var policy = CancelPolicy.DEFAULT.reportAfter(Duration.ofMillis(1));
        try (var metered = new Metered()) {
            Metered.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("deaf").cancelPolicy(policy), group -> {
                        var begun = new CountDownLatch(1);
                        var go = new AtomicBoolean();
                        group.fork(() -> {
                            begun.countDown();
                            while (!go.get()) {
                                Thread.onSpinWait();
                                Thread.yield();
                            }
                        });
                        begun.await();
                        group.cancel();
                        try {
                            Metered.until(() -> metered.gauge("espalier.tasks.stuck", "deaf") >= 1);
                            Metered.until(() -> metered.stuckReports("asked") >= 1);
                        } finally {
                            go.set(true);
                        }
                    }));
            assertThat(metered.gauge("espalier.tasks.stuck", "deaf")).isZero();
            assertThat(metered.stuckReports("deadline")).isZero();
        }
    }

    @Test
    @DisplayName("names that groups were not given are one value, and so are those beyond the limit")
    void names() throws Exception {
        try (var metered = new Metered(o -> o.maxGroups(2))) {
            for (int i = 0; i < 50; i++) {
                int number = i;
                TaskGroup.run(group -> group.fork(() -> {}));
                TaskGroup.run(o -> o.name("order-" + number), group -> group.fork(() -> {}));
            }
            assertThat(metered.closed("unnamed")).isEqualTo(50);
            assertThat(metered.closed("order-0")).isEqualTo(1);
            assertThat(metered.closed("order-1")).isEqualTo(1);
            assertThat(metered.closed("other")).isEqualTo(48);
            assertThat(metered.ended("other", "succeeded")).isEqualTo(48);
            assertThat(metered.registry.find("espalier.tasks.live").gauges()).hasSize(4);
        }
    }

    @Test
    @DisplayName(
            "names are mapped, any number of them to one; what is mapped to nothing is other; a mapping that throws"
                    + " harms no group")
    void mapped() throws Exception {
        try (var metered = new Metered(o -> o.maxGroups(1).groupTag(name -> {
            if (name.equals("bad")) {
                throw new IllegalStateException("bad name");
            }
            return name.equals("blank") ? " " : name.replaceAll("\\d+", "#");
        }))) {
            for (int i = 0; i < 100; i++) {
                int number = i;
                TaskGroup.run(o -> o.name("order-" + number), _ -> {});
            }
            TaskGroup.run(o -> o.name("blank"), _ -> {});
            assertThat(metered.closed("order-#")).isEqualTo(100);
            assertThat(metered.closed("other")).isEqualTo(1);
            TaskGroup.run(
                    o -> o.name("bad"),
                    _ -> assertThat(metered.gauge("espalier.groups.open", "other"))
                            .isEqualTo(1));
            assertThat(metered.closed("other")).isEqualTo(2);
            int value = TaskGroup.call(
                    o -> o.name("bad"), group -> group.fork(() -> 7).await());
            assertThat(value).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("groups that were open before are seen at once, with all that they have forked")
    void late(Backend backend) throws Exception {
        Metered.on(
                backend,
                () -> TaskGroup.run(o -> o.name("early"), group -> {
                    group.fork(() -> {}).await();
                    try (var metered = new Metered()) {
                        assertThat(metered.has("early")).isTrue();
                        assertThat(metered.gauge("espalier.groups.open", "early"))
                                .isEqualTo(1);
                        Metered.until(() -> metered.ended("early", "succeeded") == 1); // counted after await returns
                        assertThat(metered.forked("early")).isEqualTo(1);
                    }
                }));
    }

    @Test
    @DisplayName("a group with a new name that is open gets its meters when any meter is read")
    void newWhileOpen() throws Exception {
        try (var metered = new Metered()) {
            TaskGroup.run(o -> o.name("server"), _ -> {
                assertThat(metered.has("server")).isFalse();
                assertThat(metered.gauge("espalier.groups.open", "unnamed")).isZero();
                assertThat(metered.has("server")).isTrue();
                assertThat(metered.gauge("espalier.groups.open", "server")).isEqualTo(1);
            });
        }
    }

    @Test
    @DisplayName("durations are those of the backend's clock")
    void durations() throws Exception {
        var now = new AtomicLong(1_000);
        Backend clock = new StoppedClock(now);
        try (var metered = new Metered(o -> o.taskDurations(true))) {
            Metered.on(clock, () -> {
                TaskGroup.run(o -> o.name("timed"), group -> {
                    now.addAndGet(Duration.ofSeconds(1).toNanos());
                    group.fork(() -> now.addAndGet(Duration.ofSeconds(2).toNanos()))
                            .await();
                });
                var _ = catchThrowable(() -> TaskGroup.run(
                        o -> o.name("timed"),
                        group -> group.fork(() -> {
                            now.addAndGet(Duration.ofSeconds(5).toNanos());
                            throw new IllegalStateException("failed");
                        })));
            });
            assertThat(metered.registry
                            .get("espalier.groups.duration")
                            .tag("group", "timed")
                            .functionTimer()
                            .totalTime(TimeUnit.SECONDS))
                    .isCloseTo(8, within(1e-6));
            assertThat(metered.registry
                            .get("espalier.tasks.duration")
                            .tags("group", "timed", "outcome", "succeeded")
                            .timer()
                            .totalTime(TimeUnit.SECONDS))
                    .isCloseTo(2, within(1e-6));
            assertThat(metered.registry
                            .get("espalier.tasks.duration")
                            .tags("group", "timed", "outcome", "failed")
                            .timer()
                            .totalTime(TimeUnit.SECONDS))
                    .isCloseTo(5, within(1e-6));
        }
    }

    @Test
    @DisplayName("L11 a thread that cannot be started does not end the time of the task that forked it")
    void notStarted() throws Exception {
        Backend broken = Backend.of(_ -> Thread.ofVirtual().start(() -> {}));
        try (var metered = new Metered(o -> o.taskDurations(true))) {
            TaskGroup.run(
                    o -> o.name("outer"),
                    outer -> outer.fork(() -> {
                        assertThat(catchThrowable(
                                        () -> TaskGroup.run(o -> o.backend(broken), inner -> inner.fork(() -> {}))))
                                .isNotNull();
                    }));
            assertThat(metered.registry
                            .get("espalier.tasks.duration")
                            .tags("group", "outer", "outcome", "succeeded")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(metered.registry
                            .get("espalier.tasks.duration")
                            .tags("group", "unnamed", "outcome", "succeeded")
                            .timer()
                            .count())
                    .isZero();
        }
    }

    @Test
    @DisplayName("within maxAge all meters show one reading")
    void oneReading() throws Exception {
        var registry = new SimpleMeterRegistry();
        try (var metrics = new EspalierMetrics(o -> o.maxAge(Duration.ofDays(1_000_000)))) {
            metrics.bindTo(registry); // takes a reading
            TaskGroup.run(_ -> assertThat(registry.get("espalier.groups.open")
                            .tag("group", "unnamed")
                            .gauge()
                            .value())
                    .isZero());
        }
    }

    @Test
    @DisplayName("two registries have all; the same twice has each once; closed, none has any and nothing is counted")
    void registries() throws Exception {
        var second = new SimpleMeterRegistry();
        try (var metered = new Metered(o -> o.taskDurations(true))) {
            metered.metrics.bindTo(metered.registry);
            TaskGroup.run(o -> o.name("early"), group -> group.fork(() -> {}));
            metered.metrics.bindTo(second);
            TaskGroup.run(o -> o.name("late"), group -> group.fork(() -> {}));
            assertThat(second.getMeters()).hasSameSizeAs(metered.registry.getMeters());
            assertThat(second.get("espalier.tasks.duration")
                            .tags("group", "late", "outcome", "succeeded")
                            .timer()
                            .count())
                    .isEqualTo(1);
            metered.metrics.close();
            metered.metrics.close();
            assertThat(second.getMeters()).isEmpty();
            assertThat(metered.registry.getMeters()).isEmpty();
            TaskGroup.run(o -> o.name("after"), group -> group.fork(() -> {}));
            assertThat(second.getMeters()).isEmpty();
            assertThatThrownBy(() -> metered.metrics.bindTo(second))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    @DisplayName("a registry that refuses a meter has none of them, and may be bound again")
    void refused() throws Exception {
        var registry = new SimpleMeterRegistry();
        Counter taken = Counter.builder("espalier.groups.duration")
                .tag("group", "unnamed")
                .register(registry);
        try (var metrics = new EspalierMetrics()) {
            assertThat(catchThrowable(() -> metrics.bindTo(registry))).isInstanceOf(IllegalArgumentException.class);
            assertThat(registry.getMeters()).containsExactly(taken);
            var _ = registry.remove(taken);
            metrics.bindTo(registry);
            TaskGroup.run(_ -> {});
            assertThat(registry.get("espalier.groups.duration").functionTimer().count())
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a registry that refuses the meters of a new name keeps no other from having them")
    void refusedLater() throws Exception {
        var first = new SimpleMeterRegistry();
        var second = new SimpleMeterRegistry();
        try (var metrics = new EspalierMetrics()) {
            metrics.bindTo(first);
            metrics.bindTo(second);
            Counter.builder("espalier.groups.open").tag("group", "new in first").register(first);
            Counter.builder("espalier.groups.open")
                    .tag("group", "new in second")
                    .register(second);
            TaskGroup.run(o -> o.name("new in first"), _ -> {});
            TaskGroup.run(o -> o.name("new in second"), _ -> {});
            assertThat(second.get("espalier.groups.duration")
                            .tag("group", "new in first")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
            assertThat(first.get("espalier.groups.duration")
                            .tag("group", "new in second")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("bad options say what is wrong")
    void badOptions() {
        assertThatThrownBy(() -> new EspalierMetrics(o -> o.maxGroups(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxGroups is -1; it must be zero or more");
        assertThatThrownBy(() -> new EspalierMetrics(o -> o.maxAge(Duration.ofMillis(-1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxAge is PT-0.001S");
        assertThatThrownBy(() -> new EspalierMetrics(_ -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("operator of the options");
    }

    /** Virtual threads whose clock moves only by hand. */
    private record StoppedClock(AtomicLong now) implements Backend {
        @Override
        public Thread newThread(Runnable task, String name, boolean inheritThreadLocals) {
            return Backend.virtualThreads().newThread(task, name, inheritThreadLocals);
        }

        @Override
        public long nanoTime() {
            return now.get();
        }

        @Override
        public Registration schedule(Runnable action, long delayNanos) {
            return () -> {}; // nothing in these tests waits for time to pass
        }

        @Override
        public void park(Object blocker) {
            Backend.virtualThreads().park(blocker);
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            Backend.virtualThreads().parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            Backend.virtualThreads().unpark(thread);
        }
    }
}
