// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.ItemBody;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Gatherer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** Rules K1, K2 and K5 for mapConcurrent and mapConcurrentUnordered: what they hand on, how far they look ahead, how they fail. */
public class StreamTest {
    private static final boolean[] BOTH = {true, false};

    /** Plain fields: only the rule orders their accesses. */
    private static final class Cell {
        int in;
        int out;
    }

    private static <T, R> Gatherer<T, ?, R> stage(boolean ordered, int limit, ItemBody<? super T, ? extends R> body) {
        return ordered ? Tasks.mapConcurrent(limit, body) : Tasks.mapConcurrentUnordered(limit, body);
    }

    private static Stream<Integer> numbers(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count);
    }

    @BackendTest
    @DisplayName("K2 mapConcurrent hands all results on in the order of the items, for any size and limit, in parallel"
            + " streams too")
    void ordered() {
        for (int size : new int[] {0, 1, 10, BackendExtension.volume(300)}) {
            for (int limit : new int[] {1, 2, 10, Integer.MAX_VALUE}) {
                List<Integer> expected = numbers(size).map(i -> i * i).toList();
                assertThat(numbers(size)
                                .gather(Tasks.mapConcurrent(limit, i -> i * i))
                                .toList())
                        .isEqualTo(expected);
                assertThat(numbers(size)
                                .parallel()
                                .gather(Tasks.mapConcurrent(limit, i -> i * i))
                                .toList())
                        .isEqualTo(expected);
                assertThat(numbers(size)
                                .gather(Tasks.mapConcurrentUnordered(limit, i -> i * i))
                                .toList())
                        .containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    @BackendTest
    @DisplayName("K2 null items and results pass; a gatherer serves any number of streams, one in the other too")
    void nullsAndReuse() {
        for (boolean ordered : BOTH) {
            Gatherer<String, ?, String> same = stage(ordered, 2, s -> s);
            for (int i = 0; i < 2; i++) {
                assertThat(Stream.of("a", null, "c").gather(same).toList()).containsExactlyInAnyOrder("a", null, "c");
            }
            assertThat(Stream.of("a", "b")
                            .gather(same.andThen(same))
                            .gather(stage(
                                    ordered, 3, s -> Stream.of(s).gather(same).toList()))
                            .toList())
                    .containsExactlyInAnyOrder(List.of("a"), List.of("b"));
        }
        assertThat(Stream.of("a", "b", "c")
                        .parallel()
                        .gather(stage(true, 2, s -> s))
                        .toList())
                .isEqualTo(Arrays.asList("a", "b", "c"));
    }

    @BackendTest
    @DisplayName("K5 limit tasks run at once, and never more")
    void atOnce() {
        for (boolean ordered : BOTH) {
            var barrier = new CyclicBarrier(4);
            var running = new AtomicInteger();
            assertThat(numbers(40)
                            .gather(stage(ordered, 4, i -> {
                                assertThat(running.incrementAndGet()).isLessThanOrEqualTo(4);
                                barrier.await();
                                running.decrementAndGet();
                                return i;
                            }))
                            .count())
                    .isEqualTo(40);
        }
    }

    @BackendTest
    @DisplayName(
            "K5 what was pulled and not handed on is at most limit; it is pulled and handed on by the caller's thread")
    void window() {
        var me = Thread.currentThread();
        for (boolean ordered : BOTH) {
            for (int limit : new int[] {1, 3, 16}) {
                var ahead = new AtomicInteger();
                var most = new AtomicInteger();
                assertThat(numbers(BackendExtension.volume(1_000))
                                .peek(_ -> {
                                    assertThat(Thread.currentThread()).isSameAs(me);
                                    most.accumulateAndGet(ahead.incrementAndGet(), Math::max);
                                })
                                .gather(stage(ordered, limit, i -> {
                                    Race.spin(i % 5 == 0 ? 1_000 : 0);
                                    return i;
                                }))
                                .peek(_ -> {
                                    assertThat(Thread.currentThread()).isSameAs(me);
                                    ahead.decrementAndGet();
                                })
                                .count())
                        .isEqualTo(BackendExtension.volume(1_000));
                assertThat(most.get()).isBetween(1, limit);
            }
        }
    }

    @BackendTest
    @DisplayName("K5 the source is pulled while tasks run: an item may depend on one before it")
    void pipelined() {
        for (boolean ordered : BOTH) {
            var started = new CountDownLatch(1);
            assertThat(Stream.of(0, 1)
                            .peek(i -> {
                                if (i == 1) {
                                    boolean _ = Failures.uninterruptibly(started);
                                }
                            })
                            .gather(stage(ordered, 2, i -> {
                                started.countDown();
                                return i;
                            }))
                            .toList())
                    .containsExactlyInAnyOrder(0, 1);
        }
    }

    @BackendTest
    @DisplayName("K5 in order, a slow item holds the later results back; unordered, they are handed on meanwhile")
    void slowItem() {
        var release = new CountDownLatch(1);
        assertThat(numbers(100)
                        .gather(Tasks.mapConcurrentUnordered(2, i -> {
                            if (i == 0) {
                                release.await();
                            }
                            return i;
                        }))
                        .peek(i -> {
                            if (i == 99) {
                                release.countDown();
                            }
                        })
                        .toList())
                .hasSize(100)
                .endsWith(0);
        var second = new CountDownLatch(1);
        assertThat(numbers(2)
                        .gather(Tasks.mapConcurrent(2, i -> {
                            if (i == 0) {
                                second.await();
                            } else {
                                second.countDown();
                            }
                            return i;
                        }))
                        .toList())
                .containsExactly(0, 1);
    }

    @BackendTest
    @DisplayName(
            "K5 a short-circuiting stream gets what it wants; what is ahead is cancelled and has ended, with a reason")
    void shortCircuit() {
        for (boolean ordered : BOTH) {
            var blocker = new Blocker();
            var result = Stream.iterate(0, i -> i + 1)
                    .gather(stage(ordered, 4, i -> {
                        if (i >= 3) {
                            blocker.run();
                        }
                        return i;
                    }))
                    .limit(3)
                    .toList();
            assertThat(result).containsExactlyInAnyOrder(0, 1, 2);
            assertThat(!blocker.hasEntered() || blocker.ended()).isTrue();
            assertThat(blocker.hasEntered() && !blocker.wasInterrupted()).isFalse();
            assertThat(numbers(9)
                            .gather(stage(ordered, 4, i -> i))
                            .gather(Gatherer.<Integer, Integer>of((_, item, downstream) -> {
                                boolean _ = downstream.push(item);
                                return false; // though the downstream would take more
                            }))
                            .toList())
                    .hasSize(1);
            assertThat(numbers(9).gather(stage(ordered, 2, i -> i)).limit(0).toList())
                    .isEmpty();
            assertThat(numbers(1_000)
                            .gather(stage(ordered, 8, i -> i * 2))
                            .filter(i -> i == 500)
                            .findFirst())
                    .contains(500);
            assertThat(numbers(1_000).gather(stage(ordered, 8, i -> i)).anyMatch(i -> i == 10))
                    .isTrue();
        }
    }

    @BackendTest
    @DisplayName("K5 infinite streams with limit: exactly the first results, thousands of times without a thread left")
    void infinite() {
        for (int n : new int[] {1, 5, 100}) {
            for (int round = 0; round < BackendExtension.volume(50); round++) {
                assertThat(Stream.iterate(0, i -> i + 1)
                                .gather(Tasks.mapConcurrent(8, i -> i))
                                .limit(n)
                                .toList())
                        .isEqualTo(numbers(n).toList());
                assertThat(Stream.generate(() -> 1)
                                .gather(Tasks.mapConcurrentUnordered(8, i -> i))
                                .limit(n)
                                .count())
                        .isEqualTo(n);
            }
        }
    }

    @BackendTest
    @DisplayName("K5 a failure when nothing more is wanted changes no result, and is logged (F7)")
    void failureAhead() {
        var failure = new IOException("not wanted");
        var entered = new CountDownLatch(1);
        var late = Failures.throwingWhenInterrupted(entered, failure);
        try (var logs = LogCapture.start()) {
            assertThat(numbers(2)
                            .gather(Tasks.mapConcurrent(2, i -> {
                                if (i == 1) {
                                    late.run();
                                }
                                entered.await();
                                return i;
                            }))
                            .findFirst())
                    .contains(0);
            assertThat(logs.exceptions()).containsExactly(failure);
        }
    }

    @BackendTest
    @DisplayName(
            "K2 the first failure ends the stream at once, also before a slow item that precedes it; all have ended"
                    + " (K1)")
    void failure() {
        for (boolean ordered : BOTH) {
            for (boolean parallel : BOTH) {
                var failure = new IOException("down");
                var blocker = new Blocker();
                var source = parallel ? numbers(1_000_000).parallel() : numbers(1_000_000);
                var thrown = catchThrowableOfType(
                        TaskGroupException.class,
                        () -> source.gather(stage(ordered, 3, i -> {
                                    if (i == 0) {
                                        blocker.run();
                                    }
                                    if (i == 2) {
                                        blocker.awaitEntered();
                                        throw failure;
                                    }
                                    return i;
                                }))
                                .toList());
                assertThat(thrown.leaves()).containsExactly(failure);
                assertThat(blocker.ended()).isTrue();
            }
        }
    }

    @BackendTest
    @DisplayName("F4 an Error of an item is a failure like another; an item that cancels itself is thrown like one")
    void errors() {
        for (boolean ordered : BOTH) {
            var error = new AssertionError("down");
            assertThatThrownBy(() -> numbers(3)
                            .gather(stage(ordered, 2, _ -> {
                                throw error;
                            }))
                            .toList())
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(error);
            assertThatThrownBy(() -> numbers(3)
                            .gather(stage(ordered, 1, i -> {
                                dev.espalier.CancelScope.current().cancel("no");
                                dev.espalier.CancelScope.checkpoint();
                                return i;
                            }))
                            .toList())
                    .isInstanceOf(TaskGroupException.class)
                    .hasCauseInstanceOf(TaskCancelledException.class);
        }
    }

    @BackendTest
    @DisplayName("K5 a consumer that throws ends everything that was started, and its exception leaves as it is")
    void failingConsumer() {
        for (boolean ordered : BOTH) {
            var failure = new IllegalStateException("the consumer is broken");
            var blocker = new Blocker();
            assertThatThrownBy(() -> numbers(100)
                            .gather(stage(ordered, 3, i -> {
                                if (i > 0) {
                                    blocker.run();
                                }
                                blocker.awaitEntered();
                                return i;
                            }))
                            .forEach(_ -> {
                                throw failure;
                            }))
                    .isSameAs(failure);
            assertThat(blocker.ended()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L11 a thread that cannot be started ends the stream with what was started")
    void noThread(TestBackend backend) throws Exception {
        var blocker = new Blocker();
        var threads = new AtomicInteger();
        var failing = new FilterBackend(backend) {
            @Override
            public Thread newThread(Runnable task, @org.jspecify.annotations.Nullable String name, boolean inherit) {
                if (threads.incrementAndGet() > 1) {
                    throw new IllegalStateException("no more threads");
                }
                return java.util.Objects.requireNonNull(super.newThread(task, name, inherit));
            }
        };
        boolean _ = dev.espalier.Espalier.run(failing, () -> {
            assertThatThrownBy(() -> numbers(3)
                            .gather(Tasks.mapConcurrent(2, i -> {
                                blocker.run();
                                return i;
                            }))
                            .toList())
                    .isInstanceOf(java.util.concurrent.RejectedExecutionException.class);
            return true;
        });
        assertThat(blocker.ended() || !blocker.hasEntered()).isTrue();
    }

    @BackendTest
    @DisplayName("K5 a limit of less than one and a null body are refused when the gatherer is made")
    void wrong() {
        assertThatThrownBy(() -> Tasks.mapConcurrent(0, i -> i))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Tasks.mapConcurrentUnordered(-7, i -> i)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tasks.mapConcurrent(1, null)).isInstanceOf(NullPointerException.class);
    }

    @BackendTest
    @DisplayName("M1 what the source did happens-before the task, and what the task did before its result is handed on")
    void memory() {
        for (boolean ordered : BOTH) {
            var cells = new ArrayList<Cell>();
            IntStream.range(0, BackendExtension.volume(2_000)).forEach(_ -> cells.add(new Cell()));
            assertThat(cells.stream()
                            .peek(cell -> cell.in = 1)
                            .gather(stage(ordered, 4, cell -> {
                                cell.out = cell.in + 1;
                                return cell;
                            }))
                            .allMatch(cell -> cell.out == 2))
                    .isTrue();
        }
    }
}
