// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.FailurePolicy;
import dev.espalier.TaskGroupException;
import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rule S4 where items or handlers fail. */
public class WorkerPoolFailureTest {
    @BackendTest
    @DisplayName("S4 a result goes to the result handler with its item; what that throws is the failure of the item")
    void results() throws Exception {
        Map<String, Integer> lengths = new ConcurrentHashMap<>();
        Map<String, Throwable> failed = new ConcurrentHashMap<>();
        var unwanted = new IOException("unwanted");
        WorkerPool.run(
                o -> o.workers(2).onFailure(failed::put),
                (String s) -> s.length(),
                (item, length) -> {
                    if (length == 3) {
                        throw unwanted;
                    }
                    lengths.put(item, length);
                },
                pool -> pool.submitAll(List.of("a", "bb", "ccc")));
        assertThat(lengths).isEqualTo(Map.of("a", 1, "bb", 2));
        assertThat(failed).isEqualTo(Map.of("ccc", unwanted));
    }

    @BackendTest
    @DisplayName("S4 an item that fails, by an Error too, goes to the failure handler, and stops nothing")
    void failingItem() throws Exception {
        Map<Integer, Throwable> failed = new ConcurrentHashMap<>();
        var done = new ConcurrentLinkedQueue<Integer>();
        var thrown = List.of(new IOException("checked"), new StackOverflowError(), new OutOfMemoryError("not really"));
        WorkerPool.<Integer, Exception>run(
                o -> o.workers(1).onFailure(failed::put),
                i -> {
                    if (i < 3) {
                        Failures.sneak(thrown.get(i));
                    }
                    done.add(i);
                },
                pool -> {
                    pool.submitAll(numbers(5));
                    pool.stop();
                    var now = pool.statistics();
                    assertThat(List.of(now.submitted(), now.done(), now.failed()))
                            .containsExactly(5L, 2L, 3L);
                    assertThat(now.workers()).isLessThanOrEqualTo(1);
                });
        assertThat(failed).isEqualTo(Map.of(0, thrown.get(0), 1, thrown.get(1), 2, thrown.get(2)));
        assertThat(done).containsExactly(3, 4);
    }

    private static int deep(int n) {
        return n < 0 ? 0 : n + deep(n + 1) + 1;
    }

    @BackendTest
    @DisplayName("L12 a stack overflow in the work, or in the failure handler, loses no item and hangs nothing")
    void overflow() throws Exception {
        var failed = new ConcurrentLinkedQueue<Integer>();
        assertThatThrownBy(() -> WorkerPool.<Integer, Exception>run(
                        o -> o.workers(2).queue(10).onFailure((item, e) -> {
                            failed.add(item);
                            if (item == 3) {
                                deep(0);
                            }
                        }),
                        i -> {
                            if (i % 2 == 1) {
                                deep(0);
                            }
                        },
                        pool -> {
                            pool.submitAll(List.of(0, 1, 2));
                            Threads.until(() ->
                                    failed.contains(1) && pool.statistics().done() == 2);
                            pool.submit(3);
                            pool.stop();
                        }))
                .isInstanceOf(TaskGroupException.class)
                .hasRootCauseInstanceOf(StackOverflowError.class);
        assertThat(failed).containsExactly(1, 3);
    }

    @BackendTest
    @DisplayName("S4 without a failure handler, a failed item is logged with its exception, whatever its toString does")
    void logged() throws Exception {
        var failure = new IOException("disk full");
        Object rude = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no");
            }
        };
        try (var log = LogCapture.start()) {
            WorkerPool.<Object, RuntimeException>run(
                    o -> o.name("writers").workers(1),
                    _ -> {
                        throw failure;
                    },
                    pool -> pool.submitAll(List.of("page 7", rude)));
            assertThat(log.messages())
                    .satisfiesExactly(
                            m -> assertThat(m).contains("worker pool 'writers' failed: page 7", "onFailure"),
                            m -> assertThat(m).contains("whose toString threw"));
            assertThat(log.exceptions()).containsOnly(failure);
        }
    }

    @BackendTest
    @DisplayName("F1 a failure handler that throws ends the pool; what is queued goes to it too, and nothing is lost")
    void failingHandler() throws Exception {
        var handed = new CopyOnWriteArrayList<Integer>();
        var second = new Event();
        assertThatThrownBy(() -> WorkerPool.<Integer, Exception>run(
                        o -> o.workers(1).queue(10).onFailure((item, e) -> {
                            handed.add(item);
                            throw new IllegalStateException("handler of " + item, e);
                        }),
                        i -> {
                            second.await();
                            throw new IOException("item " + i);
                        },
                        pool -> {
                            pool.submitAll(numbers(4));
                            second.set();
                            new Blocker().run();
                        }))
                .isInstanceOfSatisfying(TaskGroupException.class, e -> {
                    assertThat(e.getCause()).hasMessage("handler of 0").hasRootCauseMessage("item 0");
                    assertThat(e.getCause().getSuppressed())
                            .extracting(Throwable::getMessage)
                            .containsSubsequence("handler of 1", "handler of 2", "handler of 3");
                });
        assertThat(handed).containsExactly(0, 1, 2, 3);
    }

    @BackendTest
    @DisplayName("F6 in a pool whose group collects, a failure handler that throws costs its worker, which is replaced")
    void collectingHandler() throws Exception {
        var handed = new CopyOnWriteArrayList<Integer>();
        var done = new CopyOnWriteArrayList<Integer>();
        try (var log = LogCapture.start()) {
            WorkerPool.<Integer, Exception>run(
                    o -> o.workers(1)
                            .queue(10)
                            .group(g -> g.failurePolicy(FailurePolicy.COLLECT))
                            .onFailure((item, e) -> {
                                handed.add(item);
                                throw new IllegalStateException("handler of " + item);
                            }),
                    i -> {
                        if (i < 2) {
                            throw new IOException("item " + i);
                        }
                        done.add(i);
                    },
                    pool -> pool.submitAll(numbers(4)));
            assertThat(log.exceptions())
                    .extracting(Throwable::getMessage)
                    .containsExactlyInAnyOrder("handler of 0", "handler of 1");
            assertThat(log.exceptions())
                    .allSatisfy(e -> assertThat(e.getSuppressed()).hasAtLeastOneElementOfType(IOException.class));
        }
        assertThat(handed).containsExactly(0, 1);
        assertThat(done).containsExactly(2, 3);
    }

    private static List<Integer> numbers(int n) {
        return IntStream.range(0, n).boxed().toList();
    }
}
