// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.channels.ChannelClosedException;
import dev.espalier.channels.ChannelDoneException;
import dev.espalier.channels.ChannelFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** Rules N1 and N3: the order of items, capacity, and how a channel ends. */
public class ChannelTest {
    /** One of each kind. */
    private static <T> List<Channel<T>> channels() {
        return List.of(Channel.rendezvous(), Channel.buffered(1), Channel.buffered(40), Channel.unlimited());
    }

    @BackendTest
    @DisplayName("N1 the items of a sender arrive in its order, each once, through every kind of channel")
    void order() throws Exception {
        int items = BackendExtension.volume(2_000);
        for (Channel<Integer> channel : ChannelTest.<Integer>channels()) {
            var received = new ArrayList<Integer>();
            TaskGroup.run(group -> {
                for (int sender = 0; sender < 3; sender++) {
                    int first = sender * items;
                    var _ = group.fork(() -> {
                        for (int i = 0; i < items; i++) {
                            channel.send(first + i);
                        }
                    });
                }
                for (int i = 0; i < 3 * items; i++) {
                    received.add(channel.receive());
                }
            });
            assertThat(received).hasSize(3 * items).doesNotHaveDuplicates();
            for (int sender = 0; sender < 3; sender++) {
                int mine = sender;
                assertThat(received.stream().filter(i -> i / items == mine)).isSorted();
            }
        }
    }

    @BackendTest
    @DisplayName("N1 receivers that wait are served in the order in which they came")
    void receiversInOrder() throws Exception {
        Channel<Integer> channel = Channel.buffered(1);
        var served = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(group -> {
            for (int i = 0; i < 4; i++) {
                String me = "receiver " + i;
                var _ = group.fork(() -> served.add(me + " got " + channel.receive()));
                ChannelWaits.forReceivers(channel, i + 1);
            }
            for (int i = 0; i < 4; i++) {
                channel.send(i);
                int done = i + 1;
                Threads.until(() -> served.size() == done);
            }
        });
        assertThat(served)
                .containsExactly("receiver 0 got 0", "receiver 1 got 1", "receiver 2 got 2", "receiver 3 got 3");
    }

    @BackendTest
    @DisplayName(
            "N1 senders that wait are served in the order in which they came, and a cancelled one leaves its place")
    void sendersInOrder() throws Exception {
        Channel<Integer> channel = Channel.rendezvous();
        TaskGroup.run(group -> {
            var tasks = new ArrayList<dev.espalier.Task<?>>();
            for (int i = 0; i < 4; i++) {
                int item = i;
                tasks.add(group.fork(() -> channel.send(item)));
                ChannelWaits.forSenders(channel, i + 1);
            }
            tasks.get(1).cancel();
            ChannelWaits.forSenders(channel, 3);
            assertThat(List.of(channel.receive(), channel.receive(), channel.receive()))
                    .containsExactly(0, 2, 3);
        });
    }

    @BackendTest
    @DisplayName("N1 a buffered channel takes as many items as its capacity without a receiver, and no more")
    void capacity() throws Exception {
        for (int capacity : new int[] {1, 2, 31, 32, 33, 100}) {
            Channel<Integer> channel = Channel.buffered(capacity);
            for (int i = 0; i < capacity; i++) {
                assertThat(channel.trySend(i)).isTrue();
            }
            assertThat(channel.trySend(-1)).isFalse();
            assertThat(channel.statistics().buffered()).isEqualTo(capacity);
            for (int i = 0; i < capacity; i++) {
                assertThat(channel.tryReceive()).hasValue(i);
            }
            assertThat(channel.tryReceive()).isEmpty();
            assertThat(channel.trySend(7)).isTrue();
            assertThat(channel.receive()).isEqualTo(7);
        }
    }

    @BackendTest
    @DisplayName("N1 a rendezvous takes nothing without a receiver: trySend hands over to one that waits only")
    void rendezvous() throws Exception {
        Channel<String> channel = Channel.rendezvous();
        assertThat(channel.trySend("nobody")).isFalse();
        assertThat(channel.tryReceive()).isEmpty();
        String got = TaskGroup.call(group -> {
            var receiver = group.fork(() -> channel.receive());
            ChannelWaits.forReceivers(channel, 1);
            assertThat(channel.trySend("somebody")).isTrue();
            return receiver.await();
        });
        assertThat(got).isEqualTo("somebody");
        got = TaskGroup.call(group -> {
            var _ = group.fork(() -> channel.send("waiting"));
            ChannelWaits.forSenders(channel, 1);
            return channel.tryReceive().orElseThrow();
        });
        assertThat(got).isEqualTo("waiting");
    }

    @BackendTest
    @DisplayName("N1 an unlimited channel never makes a sender wait")
    void unlimited() throws Exception {
        Channel<Integer> channel = Channel.unlimited();
        int items = BackendExtension.volume(10_000);
        for (int i = 0; i < items; i++) {
            assertThat(channel.trySend(i)).isTrue();
        }
        channel.close();
        assertThat(channel.stream())
                .containsExactlyElementsOf(IntStream.range(0, items).boxed().toList());
    }

    // ---- the end

    @BackendTest
    @DisplayName("N3 what was sent before close is received, then the channel is done; who sends gets an exception that"
            + " names it")
    void close() throws Exception {
        Channel<Integer> channel = Channel.buffered(5, o -> o.name("orders"));
        channel.send(1);
        channel.send(2);
        assertThat(channel.close()).isTrue();
        assertThat(channel.close()).isFalse();
        assertThat(channel.fail(new IllegalStateException("late"))).isFalse();
        assertThatThrownBy(() -> channel.send(3))
                .isInstanceOf(ChannelClosedException.class)
                .hasMessageContaining("channel 'orders'");
        assertThatThrownBy(() -> channel.trySend(3)).isInstanceOf(ChannelClosedException.class);
        assertThat(channel.receive()).isEqualTo(1);
        assertThat(channel.receiveOrDone()).hasValue(2);
        assertThat(channel.receiveOrDone()).isEmpty();
        assertThatThrownBy(channel::receive)
                .isInstanceOf(ChannelDoneException.class)
                .hasMessageContaining("channel 'orders'");
        assertThatThrownBy(channel::tryReceive).isInstanceOf(ChannelDoneException.class);
        var seen = new AtomicInteger();
        channel.forEach(_ -> seen.incrementAndGet());
        assertThat(seen).hasValue(0);
    }

    @BackendTest
    @DisplayName("N3 close lets senders that wait complete: their items are received")
    void closeWithSenders() throws Exception {
        Channel<Integer> channel = Channel.rendezvous();
        TaskGroup.run(group -> {
            for (int i = 0; i < 3; i++) {
                int item = i;
                var _ = group.fork(() -> channel.send(item));
                ChannelWaits.forSenders(channel, i + 1);
            }
            channel.close();
            var got = new ArrayList<Integer>();
            channel.forEach(got::add);
            assertThat(got).containsExactly(0, 1, 2);
        });
    }

    @BackendTest
    @DisplayName("N3 close wakes every receiver that waits: they see the end")
    void closeWithReceivers() throws Exception {
        for (Channel<Integer> channel : ChannelTest.<Integer>channels()) {
            var ends = TaskGroup.call(group -> {
                var receivers = IntStream.range(0, 3)
                        .mapToObj(_ -> group.fork(() -> channel.receiveOrDone()))
                        .toList();
                ChannelWaits.forReceivers(channel, 3);
                channel.close();
                var all = new ArrayList<Optional<Integer>>();
                for (var receiver : receivers) {
                    all.add(receiver.await());
                }
                return all;
            });
            assertThat(ends).hasSize(3).allMatch(Optional::isEmpty);
        }
    }

    @BackendTest
    @DisplayName("N3 fail wakes all that wait, on both sides, with the cause, and discards what was not received")
    void fail() throws Exception {
        var cause = new IllegalStateException("boom");
        Channel<Integer> full = Channel.buffered(1, o -> o.name("full"));
        Channel<Integer> empty = Channel.buffered(1, o -> o.name("empty"));
        full.send(1);
        TaskGroup.run(group -> {
            var sender = group.fork(() -> assertThatThrownBy(() -> full.send(2))
                    .isInstanceOf(ChannelFailedException.class)
                    .hasCause(cause));
            var receiver = group.fork(() -> assertThatThrownBy(empty::receive)
                    .isInstanceOf(ChannelFailedException.class)
                    .hasCause(cause)
                    .hasMessageContaining("channel 'empty'"));
            ChannelWaits.forSenders(full, 1);
            ChannelWaits.forReceivers(empty, 1);
            assertThat(full.fail(cause)).isTrue();
            assertThat(empty.fail(cause)).isTrue();
            var _ = sender.await();
            var _ = receiver.await();
        });
        assertThat(full.close()).isFalse();
        assertThatThrownBy(full::receive)
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(cause);
        assertThatThrownBy(full::receiveOrDone)
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(cause);
        assertThatThrownBy(full::tryReceive)
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(cause);
        assertThatThrownBy(() -> full.send(3))
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(cause);
        assertThatThrownBy(() -> full.trySend(3))
                .isInstanceOf(ChannelFailedException.class)
                .hasCause(cause);
        assertThat(full.statistics().failure()).isSameAs(cause);
        assertThat(full.statistics().discarded()).isEqualTo(1);
        assertThat(full.statistics().buffered()).isZero();
    }

    @BackendTest
    @DisplayName("N3 fail ends a channel with a million items as well")
    void failMany() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeFalse(
                BackendExtension.isSimulated(), "a million sends in a simulation take too long");
        Channel<Integer> channel = Channel.unlimited();
        for (int i = 0; i < 1_000_000; i++) {
            channel.send(i);
        }
        channel.fail(new IllegalStateException("boom"));
        assertThatThrownBy(channel::receive).isInstanceOf(ChannelFailedException.class);
        assertThat(channel.statistics().discarded()).isEqualTo(1_000_000);
    }

    @BackendTest
    @DisplayName("N3 of closes and failures at the same time one counts, and all see that one")
    void firstEndCounts() throws Exception {
        try (var race = new Race("firstEndCounts")) {
            for (int round = 0; round < Race.rounds(2_000); round++) {
                Channel<Integer> channel = Channel.buffered(1);
                var won = new AtomicInteger();
                var rival = race.start(() -> won.addAndGet(channel.fail(new IllegalStateException("boom")) ? 1 : 0));
                Race.spin(race.draw(3_000));
                boolean closed = channel.close();
                rival.await();
                assertThat(won.get() + (closed ? 1 : 0)).isEqualTo(1);
                assertThat(channel.statistics().failure() == null).isEqualTo(closed);
                if (closed) {
                    assertThat(channel.receiveOrDone()).isEmpty();
                } else {
                    assertThatThrownBy(channel::receiveOrDone).isInstanceOf(ChannelFailedException.class);
                }
            }
        }
    }

    @BackendTest
    @DisplayName("N3 a close that races with senders loses nothing: what send returned for is received")
    void closeRacesWithSend() throws Exception {
        try (var race = new Race("closeRacesWithSend")) {
            for (int round = 0; round < Race.rounds(2_000); round++) {
                Channel<Integer> channel = race.draw(2) == 0 ? Channel.buffered(3) : Channel.unlimited();
                var sent = new AtomicInteger();
                var rival = race.start(() -> {
                    try {
                        while (channel.trySend(sent.get())) {
                            sent.incrementAndGet();
                            if (sent.get() > 50) {
                                return;
                            }
                        }
                    } catch (ChannelClosedException e) {
                        return; // that is the race
                    }
                });
                Race.spin(race.draw(3_000));
                channel.close();
                rival.await();
                assertThat(channel.stream().toList())
                        .isEqualTo(IntStream.range(0, sent.get()).boxed().toList());
            }
        }
    }

    @BackendTest
    @DisplayName("N1 bad input is refused with what to do: capacities, names, null items")
    void badInput() {
        assertThatThrownBy(() -> Channel.buffered(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rendezvous()");
        assertThatThrownBy(() -> Channel.buffered(Integer.MAX_VALUE)).hasMessageContaining("unlimited()");
        assertThatThrownBy(() -> Channel.buffered(1, o -> o.name(" "))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Channel.buffered(1, o -> o.stalledAfter(java.time.Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class);
        Channel<Object> channel = Channel.buffered(1);
        assertThatThrownBy(() -> channel.send(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("Optional");
        assertThatThrownBy(() -> channel.trySend(null)).isInstanceOf(NullPointerException.class);
        var mark = new com.softwaremill.jox.ChannelDone(com.softwaremill.jox.Channel.newRendezvousChannel());
        assertThatThrownBy(() -> channel.send(mark)).isInstanceOf(IllegalArgumentException.class);
        assertThat(channel.statistics().sent()).isZero();
    }

    private static final class Silent extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new StackOverflowError("no message");
        }
    }

    @BackendTest
    @DisplayName("N3 a failure whose message cannot be had fails the channel as any other, and is the cause of what is"
            + " thrown")
    void silent() {
        Channel<Integer> channel = Channel.buffered(1, o -> o.name("silent"));
        var failure = new Silent();
        assertThat(channel.fail(failure)).isTrue();
        for (Throwable thrown : List.of(catchThrowable(channel::receive), catchThrowable(() -> channel.send(1)))) {
            assertThat(thrown)
                    .isInstanceOf(ChannelFailedException.class)
                    .hasMessageStartingWith("channel 'silent' failed: ")
                    .hasMessageEndingWith("Silent, whose toString threw java.lang.StackOverflowError");
            assertThat(thrown.getCause() == failure).isTrue(); // AssertJ would ask for its message
        }
        assertThat(channel.toString()).contains("channel 'silent'", "Silent, whose toString threw");
    }
}
