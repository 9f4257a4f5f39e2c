// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.channels.Channel;
import dev.espalier.channels.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rule N8: publishers, both ways. The rules of reactive streams themselves are in the tests of the package dev.espalier.channels. */
public class FlowTest {
    /** Remembers its signals, and asks for items when it is told to. */
    private static class Recorder implements Flow.Subscriber<Integer> {
        final List<Object> signals = java.util.Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch subscribed = new CountDownLatch(1);
        final CountDownLatch ended = new CountDownLatch(1);
        volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscribed.countDown();
        }

        @Override
        public void onNext(Integer item) {
            signals.add(item);
        }

        @Override
        public void onError(Throwable thrown) {
            signals.add(thrown);
            ended.countDown();
        }

        @Override
        public void onComplete() {
            signals.add("complete");
            ended.countDown();
        }

        void until(int size) {
            Threads.until(() -> signals.size() >= size);
        }
    }

    @BackendTest
    @DisplayName("N8 a subscriber gets what it asks for, no more, and the end")
    void publisher() throws Exception {
        Channel<Integer> channel = Channel.buffered(5);
        TaskGroup.run(group -> {
            var recorder = new Recorder();
            channel.toPublisher(group).subscribe(recorder);
            recorder.subscribed.await();
            channel.sendAll(List.of(1, 2, 3));
            recorder.subscription.request(2);
            recorder.until(2);
            assertThat(channel.statistics().buffered()).isEqualTo(1);
            channel.close();
            recorder.subscription.request(Long.MAX_VALUE);
            recorder.ended.await();
            assertThat(recorder.signals).containsExactly(1, 2, 3, "complete");
        });
    }

    @BackendTest
    @DisplayName("N8 a subscriber that cancels while the publisher waits for an item loses none (N2)")
    void cancelLosesNone() throws Exception {
        try (var race = new Race("cancelLosesNone")) {
            for (int round = 0; round < Race.rounds(1_000); round++) {
                Channel<Integer> channel = Channel.rendezvous();
                TaskGroup.run(group -> {
                    var recorder = new Recorder();
                    channel.toPublisher(group).subscribe(recorder);
                    recorder.subscribed.await();
                    recorder.subscription.request(1);
                    var rival = race.start(recorder.subscription::cancel);
                    var sender = group.fork(() -> channel.send(1));
                    rival.await();
                    Threads.until(() ->
                            group.activeTasks().stream().noneMatch(t -> t.name().endsWith("-subscriber")));
                    if (recorder.signals.isEmpty()) {
                        assertThat(channel.receive()).isEqualTo(1);
                    } else {
                        assertThat(recorder.signals).containsExactly(1);
                    }
                    sender.await();
                });
                assertThat(channel.statistics().received()).isEqualTo(1);
            }
        }
    }

    @BackendTest
    @DisplayName("N8 cancel and request from within onNext take effect, and interrupt nothing")
    void reentrance() throws Exception {
        Channel<Integer> channel = Channel.unlimited();
        channel.sendAll(List.of(1, 2, 3, 4));
        TaskGroup.run(group -> {
            var interrupted = new ConcurrentLinkedQueue<Boolean>();
            var recorder = new Recorder() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    super.onSubscribe(subscription);
                    subscription.request(1);
                }

                @Override
                public void onNext(Integer item) {
                    super.onNext(item);
                    if (item == 3) {
                        subscription.cancel();
                    }
                    subscription.request(1);
                    interrupted.add(Thread.currentThread().isInterrupted());
                }
            };
            channel.toPublisher(group).subscribe(recorder);
            recorder.until(3);
            Threads.until(() -> group.activeTasks().isEmpty());
            assertThat(recorder.signals).containsExactly(1, 2, 3);
            assertThat(interrupted).containsExactly(false, false, false);
        });
        assertThat(channel.receive()).isEqualTo(4);
    }

    @BackendTest
    @DisplayName("N8 a failure of the channel, the end of the group, and bad demand are told by onError")
    void errors() throws Exception {
        var boom = new IOException("boom");
        Channel<Integer> failed = Channel.rendezvous();
        Channel<Integer> open = Channel.rendezvous();
        var first = new Recorder();
        var second = new Recorder();
        var third = new Recorder();
        var fourth = new Recorder();
        var group = new AtomicReference<TaskGroup>();
        TaskGroup.run(g -> {
            group.set(g);
            failed.toPublisher(g).subscribe(first);
            open.toPublisher(g).subscribe(second);
            open.toPublisher(g).subscribe(third);
            first.subscribed.await();
            first.subscription.request(1);
            failed.fail(boom);
            first.ended.await();
            third.subscribed.await();
            third.subscription.request(0);
            third.ended.await();
            second.subscribed.await();
            second.subscription.request(1);
        });
        open.toPublisher(group.get()).subscribe(fourth);
        assertThat(first.signals).containsExactly(boom);
        assertThat(second.signals).singleElement().isInstanceOf(dev.espalier.CancelledException.class);
        assertThat(third.signals).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(fourth.signals).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("N8 what a subscriber throws is a failure of the group")
    void subscriberThrows() throws Exception {
        Channel<Integer> channel = Channel.unlimited();
        channel.send(1);
        var bad = new IllegalStateException("bad");
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    channel.toPublisher(group).subscribe(new Recorder() {
                        @Override
                        public void onSubscribe(Flow.Subscription subscription) {
                            subscription.request(1);
                        }

                        @Override
                        public void onNext(Integer item) {
                            throw bad;
                        }
                    });
                    Channel.rendezvous().receive();
                }))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(bad);
    }

    /** Publishes numbers as they are asked for, on the thread that asks. */
    private static final class Numbers implements Flow.Publisher<Integer> {
        final AtomicLong asked = new AtomicLong();
        final AtomicLong most = new AtomicLong(); // asked for and not yet published
        volatile boolean cancelled;
        private final int all;
        private final Throwable error;

        Numbers(int all, Throwable error) {
            this.all = all;
            this.error = error;
        }

        @Override
        public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                private int next;

                @Override
                public void request(long n) {
                    asked.addAndGet(n);
                    most.accumulateAndGet(n, Math::max);
                    for (long i = 0; i < n && !cancelled && next <= all; i++) {
                        if (next == all) {
                            if (error == null) {
                                subscriber.onComplete();
                            } else {
                                subscriber.onError(error);
                            }
                            next++;
                        } else {
                            subscriber.onNext(next++);
                        }
                    }
                }

                @Override
                public void cancel() {
                    cancelled = true;
                }
            });
        }
    }

    @BackendTest
    @DisplayName("N8 a source from a publisher gives its items in order and its end, and never asks for more than fits")
    void from() throws Exception {
        var numbers = new Numbers(100, null);
        List<Integer> got =
                TaskGroup.call(group -> Source.from(group, 8, numbers).stream().toList());
        assertThat(got).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(numbers.most).hasValue(8);
        assertThat(numbers.cancelled).as("cancelled after it had completed").isFalse();
    }

    @BackendTest
    @DisplayName("N8 a publisher is asked for an item when one has been received, not before")
    void demand() throws Exception {
        var numbers = new Numbers(100, null);
        TaskGroup.run(group -> {
            Source<Integer> source = Source.from(group, 4, numbers);
            for (int i = 0; i < 10; i++) {
                assertThat(source.receive()).isEqualTo(i);
                assertThat(numbers.asked.get()).isLessThanOrEqualTo(4 + i + 1);
            }
        });
        assertThat(numbers.cancelled)
                .as("the subscription is cancelled at the end")
                .isTrue();
    }

    @BackendTest
    @DisplayName("N8 an error of the publisher comes after the items before it, as a failure of the group")
    void fromFails() throws Exception {
        var boom = new IOException("boom");
        var got = new ArrayList<Integer>();
        assertThatThrownBy(() -> TaskGroup.run(
                        group -> Source.from(group, 8, new Numbers(20, boom)).forEach(got::add)))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(boom);
        assertThat(got).isEqualTo(IntStream.range(0, 20).boxed().toList());
    }

    @BackendTest
    @DisplayName("N8 a publisher that sends more than it was asked for is cut off with an exception that says so")
    void overflow() throws Exception {
        assertThatThrownBy(() -> TaskGroup.run(group -> Source.<Integer>from(group, 2, subscriber -> {
                            subscriber.onSubscribe(new Flow.Subscription() {
                                @Override
                                public void request(long n) {}

                                @Override
                                public void cancel() {}
                            });
                            for (int i = 0; i < 10; i++) {
                                subscriber.onNext(i);
                            }
                        })
                        .forEach(_ -> {})))
                .isInstanceOf(TaskGroupException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasStackTraceContaining("more items than it was asked for");
    }

    @BackendTest
    @DisplayName("N8 a round trip: channel, publisher, channel")
    void roundTrip() throws Exception {
        int items = BackendExtension.volume(500);
        List<Integer> got = TaskGroup.call(group -> {
            Source<Integer> first = Source.produce(
                    group,
                    3,
                    sink -> sink.sendAll(IntStream.range(0, items).boxed().toList()));
            return Source.from(group, 5, first.toPublisher(group)).stream().toList();
        });
        assertThat(got).isEqualTo(IntStream.range(0, items).boxed().toList());
    }
}
