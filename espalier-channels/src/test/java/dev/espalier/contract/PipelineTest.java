// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroupException;
import dev.espalier.channels.Channel;
import dev.espalier.channels.Pipeline;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rule N6: stages with limits of their own, in one group. */
public class PipelineTest {
    private static List<Integer> upTo(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    @BackendTest
    @DisplayName("N6 map hands on in the order of the items, whatever is ready first; mapUnordered loses none")
    void order() throws Exception {
        int items = BackendExtension.volume(1_000);
        List<Integer> ordered = Pipeline.of(upTo(items))
                .map("spin", 4, i -> {
                    Race.spin((i * 37) % 500);
                    return i;
                })
                .buffer(3)
                .map("next", 3, i -> i + 1)
                .toList();
        assertThat(ordered).isEqualTo(IntStream.range(1, items + 1).boxed().toList());
        List<Integer> unordered = Pipeline.of(upTo(items))
                .mapUnordered("same", 4, i -> i)
                .buffer(0)
                .toList();
        assertThat(unordered).containsExactlyInAnyOrderElementsOf(upTo(items));
    }

    @BackendTest
    @DisplayName("N6 each stage runs as many items at once as its limit, and no more")
    void limits() throws Exception {
        for (boolean ordered : new boolean[] {true, false}) {
            var now = new AtomicInteger();
            var most = new AtomicInteger();
            var full = new CountDownLatch(3);
            dev.espalier.ItemBody<Integer, Integer> body = i -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                full.countDown();
                full.await(); // three are here at once, or this hangs
                Race.spin(100);
                now.decrementAndGet();
                return i;
            };
            var pipeline = Pipeline.of(upTo(30));
            var stage = ordered ? pipeline.map("work", 3, body) : pipeline.mapUnordered("work", 3, body);
            assertThat(stage.toList()).hasSize(30);
            assertThat(most).hasValue(3);
        }
    }

    @BackendTest
    @DisplayName("N6 a slow consumer holds back the source: what is on the way is bounded")
    void backPressure() throws Exception {
        var pulled = new AtomicInteger();
        Iterable<Integer> source = () -> IntStream.range(0, 1_000)
                .peek(_ -> pulled.incrementAndGet())
                .boxed()
                .iterator();
        int bound = 2 + 3 + 2
                + 4; // source: one in hand, one buffered; stage: limit, buffer; some slack for what is in hand
        Pipeline.of(source).buffer(1).map("a", 3, i -> i).buffer(2).consume(out -> {
            for (int i = 0; i < 20; i++) {
                assertThat(out.receive()).isEqualTo(i);
                assertThat(pulled.get()).isLessThanOrEqualTo(i + 1 + bound);
            }
            return null;
        });
    }

    @BackendTest
    @DisplayName("N6 a consumer that ends early ends the pipeline, an endless source too (K1)")
    void endsEarly() throws Exception {
        var live = new AtomicInteger();
        int sum = Pipeline.<Integer>produced("numbers", sink -> {
                    live.incrementAndGet();
                    try {
                        for (int i = 0; ; i++) {
                            sink.send(i);
                        }
                    } finally {
                        live.decrementAndGet();
                    }
                })
                .map("double", 3, i -> 2 * i)
                .<Integer, RuntimeException>consume(
                        out -> out.stream().limit(5).mapToInt(i -> i).sum());
        assertThat(sum).isEqualTo(20);
        assertThat(live).hasValue(0);
    }

    @BackendTest
    @DisplayName("N6 a failure of a stage, of the source, and of the consumer ends everything, each as what it is (K2)")
    void failures() throws Exception {
        var boom = new IOException("boom");
        for (boolean ordered : new boolean[] {true, false}) {
            dev.espalier.ItemBody<Integer, Integer> bad = i -> {
                if (i == 7) {
                    throw boom;
                }
                return i;
            };
            var endless = Pipeline.<Integer>produced("numbers", sink -> {
                for (int i = 0; ; i++) {
                    sink.send(i);
                }
            });
            var stage = ordered ? endless.map("bad", 3, bad) : endless.mapUnordered("bad", 3, bad);
            assertThatThrownBy(() -> stage.forEach(_ -> {}))
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(boom);
            assertThatThrownBy(() -> endless.map("ok", 2, i -> i).forEach(i -> {
                        if (i == 5) {
                            throw boom;
                        }
                    }))
                    .isSameAs(boom);
        }
        assertThatThrownBy(() -> Pipeline.<Integer>produced("bad", _ -> {
                            throw boom;
                        })
                        .map("ok", 2, i -> i)
                        .toList())
                .isInstanceOf(TaskGroupException.class)
                .hasCause(boom);
        assertThatThrownBy(
                        () -> Pipeline.of(upTo(2)).map("nothing", 1, _ -> null).toList())
                .isInstanceOf(TaskGroupException.class)
                .hasRootCauseInstanceOf(NullPointerException.class)
                .hasStackTraceContaining("stage 'nothing' returned null");
    }

    @BackendTest
    @DisplayName("N6 expand sends any number of results for each item; merge gives both")
    void expandAndMerge() throws Exception {
        List<Integer> got = Pipeline.of(List.of(0, 1, 2, 3))
                .<Integer>expand("repeat", 2, (n, sink) -> {
                    for (int i = 0; i < n; i++) {
                        sink.send(n);
                    }
                })
                .merge(Pipeline.of(List.of(10, 11)))
                .toList();
        assertThat(got).containsExactlyInAnyOrder(1, 2, 2, 3, 3, 3, 10, 11);
    }

    @BackendTest
    @DisplayName("N6 a cancellation of the caller cancels every stage, with its reason")
    void cancelled() throws Exception {
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            try (var _ = WhenBlocked.me(() -> scope.cancel("enough"))) {
                assertThatThrownBy(() -> Pipeline.from(Channel.<Integer>rendezvous())
                                .map("m", 2, i -> i)
                                .toList())
                        .isInstanceOf(CancelledException.class)
                        .hasMessageContaining("enough");
            }
        });
        assertThat(ended).isTrue();
    }

    @BackendTest
    @DisplayName("N6 a pipeline may be run again")
    void again() throws Exception {
        var pipeline = Pipeline.of(upTo(6)).map("next", 2, i -> i + 1);
        assertThat(pipeline.toList()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(pipeline.toList()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @BackendTest
    @DisplayName("N6 bad input is refused")
    void badInput() {
        var pipeline = Pipeline.of(upTo(2));
        assertThatThrownBy(() -> pipeline.map("m", 0, i -> i))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit is 0");
        assertThatThrownBy(() -> pipeline.buffer(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pipeline.map("m", 1, null)).isInstanceOf(NullPointerException.class);
    }
}
