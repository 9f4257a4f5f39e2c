// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import dev.espalier.channels.Channel;
import dev.espalier.channels.ChannelFailedException;
import dev.espalier.channels.Producer;
import dev.espalier.channels.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** Rule N5: a channel that belongs to a group. */
public class ProduceTest {
    @BackendTest
    @DisplayName("N5 the channel is done when its producer has ended, and everything is received")
    void done() throws Exception {
        for (int capacity : new int[] {0, 1, 50}) {
            List<Integer> got = TaskGroup.call(group -> Source.<Integer>produce(group, capacity, sink -> {
                        for (int i = 0; i < 20; i++) {
                            sink.send(i);
                        }
                    })
                    .stream()
                    .toList());
            assertThat(got).isEqualTo(IntStream.range(0, 20).boxed().toList());
        }
    }

    @BackendTest
    @DisplayName("N5 with several producers the last one closes, also if there are none")
    void severalProducers() throws Exception {
        TaskGroup.run(group -> {
            List<Producer<Integer>> producers = IntStream.range(0, 4)
                    .<Producer<Integer>>mapToObj(p -> sink -> sink.sendAll(List.of(10 * p, 10 * p + 1)))
                    .toList();
            Source<Integer> source = Source.produce(group, 1, o -> o.name("four"), producers);
            assertThat(source.stream()).containsExactlyInAnyOrder(0, 1, 10, 11, 20, 21, 30, 31);
            assertThat(source.statistics().closed()).isTrue();
            assertThat(Source.<Integer>produce(group, 1, o -> o, List.of()).receiveOrDone())
                    .isEmpty();
        });
    }

    @BackendTest
    @DisplayName("N5 several consumers share the items, each gets the end")
    void severalConsumers() throws Exception {
        var got = new ConcurrentLinkedQueue<Integer>();
        int items = BackendExtension.volume(1_000);
        TaskGroup.run(group -> {
            Source<Integer> source = Source.produce(group, 4, sink -> {
                for (int i = 0; i < items; i++) {
                    sink.send(i);
                }
            });
            for (int i = 0; i < 3; i++) {
                var _ = group.fork(() -> source.forEach(got::add));
            }
        });
        assertThat(got).hasSize(items).doesNotHaveDuplicates();
    }

    @BackendTest
    @DisplayName("N5 a failure of the producer is the group's (F1, F2), whatever the consumers notice first")
    void failure() throws Exception {
        var boom = new IOException("boom");
        for (int round = 0; round < BackendExtension.volume(200); round++) {
            assertThatThrownBy(() -> TaskGroup.run(group -> {
                        Source<Integer> source = Source.produce(group, 1, sink -> {
                            sink.send(1);
                            throw boom;
                        });
                        source.forEach(_ -> {});
                    }))
                    .isInstanceOf(TaskGroupException.class)
                    .hasCause(boom);
        }
    }

    @BackendTest
    @DisplayName("N5 a consumer outside of the group gets the failure as the cause of a ChannelFailedException")
    void failureElsewhere() throws Exception {
        var boom = new IOException("boom");
        var source = new AtomicReference<Source<Integer>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    source.set(Source.produce(group, 5, sink -> {
                        sink.send(1);
                        throw boom;
                    }));
                    Threads.untilRegardless(() -> source.get().statistics().closed());
                }))
                .hasCause(boom);
        assertThatThrownBy(() -> source.get().receive())
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(boom);
    }

    @BackendTest
    @DisplayName("N5 when a sibling fails the channel fails with that failure")
    void siblingFails() throws Exception {
        var boom = new IOException("boom");
        var source = new AtomicReference<Source<Integer>>();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    source.set(Source.produce(group, 0, sink -> sink.send(1)));
                    group.fork(() -> {
                                throw boom;
                            })
                            .await();
                }))
                .hasCause(boom);
        assertThatThrownBy(() -> source.get().receive())
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(boom);
    }

    @BackendTest
    @DisplayName("N5 when the consumers have ended the producers are cancelled: no task waits on a channel that nobody"
            + " reads")
    void consumersEndEarly() throws Exception {
        var cleaned = new AtomicBoolean();
        int first = TaskGroup.call(group -> {
            Source<Integer> source = Source.produce(group, 1, sink -> {
                try {
                    for (int i = 0; ; i++) {
                        sink.send(i);
                    }
                } finally {
                    cleaned.set(true);
                }
            });
            var consumer = group.fork(() -> source.stream().limit(3).reduce(0, Integer::sum));
            return consumer.await();
        });
        assertThat(first).isEqualTo(3);
        assertThat(cleaned).isTrue();
    }

    @BackendTest
    @DisplayName(
            "N5 in a supervisor the failure of one producer cancels the others and fails the channel, and counts once"
                    + " (F6)")
    void supervisor() throws Exception {
        var boom = new IOException("boom");
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            Source<Integer> source = Source.produce(
                    group,
                    0,
                    o -> o.name("pair"),
                    List.of(
                            sink -> {
                                for (int i = 0; ; i++) {
                                    sink.send(i);
                                }
                            },
                            sink -> {
                                sink.send(-1);
                                throw boom;
                            }));
            assertThatThrownBy(() -> source.forEach(_ -> {}))
                    .isInstanceOf(ChannelFailedException.class)
                    .hasCause(boom);
            Threads.until(() -> group.activeTasks().isEmpty());
            assertThat(group.failures()).containsExactly(boom);
            assertThat(group.cancelledTasks()).singleElement().hasToString("Task[pair-1, CANCELLED]");
            assertThat(group.failedTasks())
                    .singleElement()
                    .satisfies(task -> assertThat(task.exceptionNow()).isSameAs(boom));
        });
    }

    @BackendTest
    @DisplayName("F6 that a channel was told of a producer's failure does not count as its having been observed")
    void notObserved() throws Exception {
        try (var log = LogCapture.start()) {
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT).name("shop"), group -> {
                Source<Integer> source = Source.produce(group, 0, _ -> {
                    throw new IOException("boom");
                });
                Threads.until(() -> source.statistics().failure() != null);
            });
            assertThat(log.exceptions()).anySatisfy(e -> assertThat(e).hasMessageContaining("boom"));
        }
    }

    @BackendTest
    @DisplayName("N5 a producer that is cancelled alone fails the channel with its TaskCancelledException")
    void producerCancelled() throws Exception {
        TaskGroup.run(group -> {
            Source<Integer> source = Source.produce(group, 0, sink -> {
                CancelScope.current().cancel();
                sink.send(1);
            });
            assertThatThrownBy(source::receive)
                    .isInstanceOf(ChannelFailedException.class)
                    .hasCauseInstanceOf(TaskCancelledException.class);
        });
    }

    @BackendTest
    @DisplayName("N5 in a group that is cancelled the producers do not run, and the channel has failed")
    void cancelledGroup() throws Exception {
        var ran = new AtomicBoolean();
        var source = new AtomicReference<Source<Integer>>();
        TaskGroup.run(group -> {
            group.cancel();
            source.set(Source.produce(group, 0, _ -> ran.set(true)));
        });
        assertThat(ran).isFalse();
        assertThatThrownBy(() -> source.get().receive())
                .isInstanceOf(ChannelFailedException.class)
                .hasCauseInstanceOf(TaskCancelledException.class);
    }

    @BackendTest
    @DisplayName("N5 bad input and a closed group: an exception, and no task")
    void badInput() throws Exception {
        var closed = new AtomicReference<TaskGroup>();
        TaskGroup.run(group -> {
            closed.set(group);
            assertThatThrownBy(() -> Source.<Integer>produce(group, -1, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Source.<Integer>produce(group, 1, null)).isInstanceOf(NullPointerException.class);
            assertThat(group.activeTasks()).isEmpty();
        });
        assertThatThrownBy(() -> Source.<Integer>produce(closed.get(), 1, _ -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("N5 merge gives everything from all sources, and fails when one does")
    void merge() throws Exception {
        var got = new ArrayList<Integer>();
        TaskGroup.run(group -> {
            List<Source<Integer>> sources = Stream.of(0, 100, 200)
                    .map(first -> Source.<Integer>produce(group, 2, sink -> sink.sendAll(List.of(first, first + 1))))
                    .toList();
            Source.merge(group, 1, sources).forEach(got::add);
        });
        assertThat(got).containsExactlyInAnyOrder(0, 1, 100, 101, 200, 201);
        Channel<Integer> bad = Channel.rendezvous();
        Channel<Integer> good = Channel.rendezvous();
        var boom = new IOException("boom");
        bad.fail(boom);
        assertThatThrownBy(() -> TaskGroup.run(
                        group -> Source.merge(group, 1, List.of(good, bad)).forEach(_ -> {})))
                .isInstanceOf(TaskGroupException.class)
                .hasRootCause(boom);
    }

    @BackendTest
    @DisplayName("L1 when the group ends every producer has terminated")
    void terminated() throws Exception {
        var groupRef = new AtomicReference<TaskGroup>();
        TaskGroup.run(group -> {
            groupRef.set(group);
            for (int i = 0; i < 5; i++) {
                Source<Integer> _ = Source.produce(group, 0, sink -> sink.send(1));
            }
        });
        assertThat(groupRef.get().activeTasks()).isEmpty();
        assertThat(groupRef.get().cancelledTasks()).hasSize(5).allMatch(task -> task.status() == TaskStatus.CANCELLED);
    }
}
