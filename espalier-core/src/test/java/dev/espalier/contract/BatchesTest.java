// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.Outcome;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rules K2, K3 and K5 for batches and mapSettled, and what is refused. */
public class BatchesTest {
    @BackendTest
    @DisplayName("K2 an item whose task cancels itself is thrown as a failure would be; mapSettled tells of it")
    void selfCancelled() throws Exception {
        assertThatThrownBy(() -> Tasks.map(List.of(0, 1), 1, BatchesTest::cancelItself))
                .isInstanceOf(TaskGroupException.class)
                .hasMessageContaining("map[0]")
                .hasCauseInstanceOf(TaskCancelledException.class);
        assertThat(Tasks.mapSettled(List.of(0, 1), 2, BatchesTest::cancelItself))
                .hasSize(2)
                .hasOnlyElementsOfType(Outcome.Cancelled.class);
    }

    private static int cancelItself(int item) throws InterruptedException {
        CancelScope.current().cancel("no " + item);
        CancelScope.checkpoint();
        return item;
    }

    @BackendTest
    @DisplayName("K3 mapSettled returns every outcome in order; failures cancel nothing and are not logged")
    void settled() throws Exception {
        try (var logs = LogCapture.start()) {
            int items = BackendExtension.volume(5_000);
            var outcomes = Tasks.mapSettled(IntStream.range(0, items).boxed().toList(), 8, i -> {
                if (i % 2 == 1) {
                    throw new IOException("odd " + i);
                }
                return i;
            });
            assertThat(outcomes).hasSize(items);
            for (int i = 0; i < outcomes.size(); i++) {
                int item = i;
                if (i % 2 == 0) {
                    assertThat(outcomes.get(i)).isEqualTo(new Outcome.Success<>(i));
                } else {
                    assertThat(outcomes.get(i))
                            .isInstanceOfSatisfying(
                                    Outcome.Failure.class,
                                    f -> assertThat(f.exception()).hasMessage("odd " + item));
                }
            }
            assertThat(logs.warnings()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName("K2 batches: size items at once, and the next ones are not even pulled before all of these have ended")
    void batches() throws Exception {
        var ended = new AtomicInteger();
        var barrier = new CyclicBarrier(3);
        var done = new ConcurrentLinkedQueue<Integer>();
        Tasks.batches(
                MapTest.source(8, item -> assertThat(ended.get()).isGreaterThanOrEqualTo(item - item % 3)), 3, item -> {
                    if (item < 6) {
                        barrier.await();
                    }
                    done.add(item);
                    ended.incrementAndGet();
                });
        assertThat(new ArrayList<>(done)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
        for (int batch = 0; batch < 3; batch++) {
            int first = batch * 3;
            assertThat(new ArrayList<>(done).subList(first, Math.min(8, first + 3)))
                    .allMatch(item -> item >= first && item < first + 3);
        }
    }

    @BackendTest
    @DisplayName("K2 batches: a failure cancels the rest of its batch, and no further one is begun")
    void batchFails() {
        var failure = new IOException("down");
        var blocker = new Blocker();
        var pulled = new AtomicInteger();
        assertThatThrownBy(() -> Tasks.batches(MapTest.source(100, _ -> pulled.incrementAndGet()), 2, item -> {
                    if (item == 2) {
                        blocker.run();
                    }
                    if (item == 3) {
                        blocker.awaitEntered();
                        throw failure;
                    }
                }))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(failure);
        assertThat(blocker.ended()).isTrue();
        assertThat(pulled).hasValue(4);
    }

    @BackendTest
    @DisplayName("K5 a limit of less than one, and nulls, are refused before anything is pulled")
    void wrong() {
        Iterable<Integer> untouched = () -> {
            throw new AssertionError("pulled");
        };
        assertThatThrownBy(() -> Tasks.map(untouched, 0, i -> i))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit is 0; it must be at least 1");
        assertThatThrownBy(() -> Tasks.forEach(untouched, -1, _ -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tasks.batches(untouched, 0, _ -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("size");
        assertThatThrownBy(() -> Tasks.map(null, 1, i -> i)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Tasks.map(untouched, 1, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Tasks.forEach(untouched, 1, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Tasks.batches(untouched, 1, null)).isInstanceOf(NullPointerException.class);
    }

    @BackendTest
    @DisplayName("L11 a thread that cannot be started ends the run: what was started is cancelled and has ended")
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
            assertThatThrownBy(() -> Tasks.gather(
                            () -> {
                                blocker.run();
                                return 1;
                            },
                            () -> 2))
                    .isInstanceOf(java.util.concurrent.RejectedExecutionException.class);
            assertThat(blocker.ended() || !blocker.hasEntered()).isTrue();
            assertThatThrownBy(() -> Tasks.any(() -> 1))
                    .isInstanceOf(java.util.concurrent.RejectedExecutionException.class);
            return true;
        });
    }
}
