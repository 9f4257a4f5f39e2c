// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.ScopeCancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** Rules K1, K2, K3 and K5 for map, mapSettled, forEach and batches: a source of items, with a limit. */
public class MapTest {
    /** Counts what has been pulled and has not ended, and how much of it at most. */
    private static final class Lookahead {
        private final AtomicInteger ahead = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        Iterable<Integer> count(int items) {
            return () -> IntStream.range(0, items)
                    .peek(_ -> {
                        int now = ahead.incrementAndGet();
                        most.accumulateAndGet(now, Math::max);
                    })
                    .iterator();
        }

        void ended() {
            ahead.decrementAndGet();
        }
    }

    /** An iterable whose iterator can do anything, on the thread that pulls. */
    static Iterable<Integer> source(int items, CheckedPull pull) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < items;
            }

            @Override
            public Integer next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                try {
                    pull.before(next);
                } catch (Exception e) {
                    Failures.sneak(e);
                }
                return next++;
            }
        };
    }

    interface CheckedPull {
        void before(int item) throws Exception;
    }

    @BackendTest
    @DisplayName("K2 map returns all results in the order of the items, whatever the limit; null items and results too")
    void order() throws Exception {
        List<Integer> expected = IntStream.range(0, 500).map(i -> i * i).boxed().toList();
        for (int limit : new int[] {1, 2, 7, 500, 100_000, Integer.MAX_VALUE}) {
            List<Integer> items = IntStream.range(0, 500).boxed().toList();
            assertThat(Tasks.map(items, limit, i -> {
                        Race.spin(i % 3 == 0 ? 500 : 0);
                        return i * i;
                    }))
                    .isEqualTo(expected);
        }
        assertThat(Tasks.map(Arrays.asList(1, null, 3), 2, i -> i)).containsExactly(1, null, 3);
        assertThat(Tasks.map(List.of(), 2, i -> i)).isEmpty();
        List<Number> numbers = Tasks.map(List.of("a", "bc"), 2, String::length);
        assertThat(numbers).containsExactly(1, 2);
        assertThatThrownBy(() -> numbers.set(0, 7)).isInstanceOf(UnsupportedOperationException.class);
    }

    @BackendTest
    @DisplayName("K5 limit tasks run at once, and never more")
    void atOnce() throws Exception {
        var barrier = new CyclicBarrier(4); // passes only if four are there at once
        var running = new AtomicInteger();
        Tasks.forEach(IntStream.range(0, 40).boxed().toList(), 4, _ -> {
            assertThat(running.incrementAndGet()).isLessThanOrEqualTo(4);
            barrier.await();
            running.decrementAndGet();
        });
        assertThat(running).hasValue(0);
    }

    @BackendTest
    @DisplayName("K5 the source is pulled on the caller's thread, at most limit ahead of what has ended")
    void lookahead() throws Exception {
        int items = BackendExtension.volume(2_000);
        for (int limit : new int[] {1, 3, 16}) {
            var map = new Lookahead();
            assertThat(Tasks.map(map.count(items), limit, i -> {
                        map.ended();
                        return i;
                    }))
                    .hasSize(items);
            assertThat(map.most.get()).isBetween(1, limit);
        }
        var me = Thread.currentThread();
        Tasks.forEach(source(5, _ -> assertThat(Thread.currentThread()).isSameAs(me)), 2, _ -> {});
    }

    @BackendTest
    @DisplayName("K5 a slow item does not keep the others from running, and holds back only its own place")
    void slowItem() throws Exception {
        var others = new CountDownLatch(50);
        assertThat(Tasks.map(IntStream.range(0, 51).boxed().toList(), 2, i -> {
                    if (i == 0) {
                        others.await();
                    } else {
                        others.countDown();
                    }
                    return i;
                }))
                .hasSize(51);
    }

    @BackendTest
    @DisplayName("K2 the first failure ends the pulling, cancels the rest, and is thrown when all have ended (K1)")
    void failure() {
        var failure = new IOException("down");
        var blocker = new Blocker();
        var pulled = new AtomicInteger();
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> Tasks.map(source(1_000_000, _ -> pulled.incrementAndGet()), 3, i -> {
                    if (i == 0) {
                        blocker.run();
                    }
                    if (i == 5) {
                        blocker.awaitEntered();
                        throw failure;
                    }
                    if (i > 5) {
                        Stubborn.forever();
                    }
                    return i;
                }));
        assertThat(thrown).hasCause(failure).hasMessageContaining("map[5]");
        assertThat(blocker.ended()).isTrue();
        assertThat(pulled.get()).isBetween(6, 7);
    }

    @BackendTest
    @DisplayName("C16 a failure reaches the caller also where it waits in the source")
    void failureWhilePulling() {
        var failure = new IOException("down");
        var pulling = new CountDownLatch(1);
        assertThatThrownBy(() -> Tasks.map(
                        source(2, item -> {
                            if (item == 1) {
                                pulling.countDown();
                                Stubborn.forever();
                            }
                        }),
                        3,
                        _ -> {
                            pulling.await();
                            throw failure;
                        }))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(failure);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("K5 a source that throws ends everything that was started, and its exception leaves as it is")
    void failingSource() {
        var failure = new IllegalStateException("the source is broken");
        var blockers = List.of(new Blocker(), new Blocker());
        var reason = new ConcurrentLinkedQueue<CancelReason>();
        assertThatThrownBy(() -> Tasks.mapSettled(
                        source(10, item -> {
                            if (item == 2) {
                                blockers.get(0).awaitEntered();
                                blockers.get(1).awaitEntered();
                                throw failure;
                            }
                        }),
                        5,
                        i -> {
                            try {
                                blockers.get(i).run();
                                return i;
                            } finally {
                                reason.add(CancelScope.current().reason().orElseThrow());
                            }
                        }))
                .isSameAs(failure);
        assertThat(blockers).allMatch(Blocker::ended);
        assertThat(reason).hasSize(2).allSatisfy(r -> {
            assertThat(r.kind()).isEqualTo(CancelReason.Kind.BODY_FAILED);
            assertThat(r.exception()).isSameAs(failure);
        });
        Iterable<Integer> none = () -> {
            throw failure;
        };
        assertThatThrownBy(() -> Tasks.forEach(none, 2, _ -> {})).isSameAs(failure);
    }

    @BackendTest
    @DisplayName("F3 a failure of a task is suppressed in what the source throws")
    void bothFail() {
        var failure = new IllegalStateException("the source is broken");
        var cleanup = new IOException("cleanup");
        var entered = new CountDownLatch(1);
        var task = Failures.throwingWhenInterrupted(entered, cleanup);
        assertThatThrownBy(() -> Tasks.forEach(
                        source(2, item -> {
                            if (item == 1) {
                                entered.await();
                                throw failure;
                            }
                        }),
                        2,
                        _ -> task.run()))
                .isSameAs(failure)
                .hasSuppressedException(cleanup);
    }

    @BackendTest
    @DisplayName("K2 a cancelled caller gets the exception and not a short list, though results are there")
    void callerCancelled() throws Exception {
        var scope = CancelScope.create();
        var blocker = new Blocker();
        try (var _ = Foreign.run(() -> {
            blocker.awaitEntered();
            scope.cancel("enough");
        })) {
            assertThat(scope.run(() -> {
                        assertThatThrownBy(() -> Tasks.map(List.of(0, 1, 2, 3), 2, i -> {
                                    if (i == 3) {
                                        blocker.run();
                                    }
                                    return i;
                                }))
                                .isInstanceOf(CancelledException.class)
                                .hasMessage("enough");
                        assertThat(blocker.ended()).isTrue();
                        CancelScope.checkpoint();
                    }))
                    .isFalse();
        }
    }

    @BackendTest
    @DisplayName("K2 a caller cancelled while instant tasks come and go gets the exception, at once")
    void callerCancelledBusy() throws Exception {
        var scope = CancelScope.create();
        var pulled = new AtomicInteger();
        assertThat(scope.run(() -> Tasks.forEach(
                        source(Integer.MAX_VALUE, item -> {
                            pulled.set(item);
                            if (item == 1_000) {
                                scope.cancel();
                            }
                        }),
                        4,
                        _ -> {})))
                .isFalse();
        assertThat(pulled).hasValue(1_000);
    }

    @BackendTest
    @DisplayName("K2 an interrupted caller gets InterruptedException, also from the settled form (K3)")
    void callerInterrupted() {
        for (boolean settled : new boolean[] {true, false}) {
            var blocker = new Blocker();
            try (var _ = WhenBlocked.interruptMe()) {
                assertThatThrownBy(() -> {
                            if (settled) {
                                var _ = Tasks.mapSettled(List.of(1), 1, _ -> {
                                    blocker.run();
                                    return 1;
                                });
                            } else {
                                Tasks.batches(List.of(1), 1, _ -> blocker.run());
                            }
                        })
                        .isExactlyInstanceOf(InterruptedException.class);
            }
            assertThat(blocker.ended()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @BackendTest
    @DisplayName("C18 a source that cancels the scope that it is pulled in gets no short list: there is no value")
    void sourceCancels() {
        var blocker = new Blocker();
        assertThatThrownBy(() -> Tasks.map(
                        source(2, item -> {
                            if (item == 1) {
                                blocker.awaitEntered();
                                CancelScope.current().cancel("no more");
                            }
                        }),
                        5,
                        i -> {
                            blocker.run();
                            return i;
                        }))
                .isInstanceOf(ScopeCancelledException.class)
                .hasMessage("no more");
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName("K5 a stream is a source, and an infinite one ends with the first failure")
    @SuppressWarnings("StreamToIterable") // it is iterated once
    void streams() throws Exception {
        try (var lines = Stream.of("a", "bc")) {
            assertThat(Tasks.map(lines::iterator, 2, String::length)).containsExactly(1, 2);
        }
        assertThatThrownBy(() -> Tasks.forEach(Stream.iterate(0, i -> i + 1)::iterator, 4, i -> {
                    if (i == 100) {
                        throw new IOException("end");
                    }
                }))
                .isInstanceOf(TaskGroupException.class)
                .hasCauseInstanceOf(IOException.class);
    }
}
