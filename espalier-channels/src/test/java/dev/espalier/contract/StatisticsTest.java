// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Action;
import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.channels.Clause;
import dev.espalier.channels.Select;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;

/** Rule N7: what can be seen of a channel is true, and a channel that stands still is reported. */
public class StatisticsTest {
    @BackendTest
    @DisplayName("N7 the gauges count what has passed and who waits, and a cancelled send is in none")
    void gauges() throws Exception {
        Channel<Integer> channel = Channel.buffered(2, o -> o.name("gauged"));
        TaskGroup.run(group -> {
            channel.send(1);
            channel.send(2);
            var waiting = group.fork("w", () -> channel.send(3));
            ChannelWaits.forSenders(channel, 1);
            var now = channel.statistics();
            assertThat(now.name()).isEqualTo("gauged");
            assertThat(now.capacity()).isEqualTo(2);
            assertThat(now.sent()).isEqualTo(2);
            assertThat(now.received()).isZero();
            assertThat(now.buffered()).isEqualTo(2);
            assertThat(now.senders()).singleElement().hasToString("task 'w'");
            assertThat(now.receivers()).isEmpty();
            waiting.cancel();
            Threads.until(waiting::isDone);
            assertThat(channel.statistics().senders()).isEmpty();
            assertThat(channel.statistics().sent()).isEqualTo(2);
            assertThat(channel).hasToString("channel 'gauged' [2 sent, 0 received, 0 sending, 0 receiving]");
        });
        assertThat(channel.receive() + channel.receive()).isEqualTo(3);
        assertThat(channel.statistics().received()).isEqualTo(2);
        assertThat(Channel.unlimited().statistics().capacity()).isEqualTo(Integer.MAX_VALUE);
        assertThat(Channel.rendezvous().statistics().capacity()).isZero();
    }

    @BackendTest
    @DisplayName("N7 a hundred that wait at once are all seen, and when they have gone nobody is left")
    void crowd() throws Exception {
        int many = BackendExtension.isSimulated() ? 12 : 100;
        Channel<Integer> channel = Channel.rendezvous();
        TaskGroup.run(group -> {
            for (int i = 0; i < many; i++) {
                int item = i;
                var _ = group.fork(() -> channel.send(item));
            }
            ChannelWaits.forSenders(channel, many);
            assertThat(channel.statistics().senders()).doesNotHaveDuplicates();
            var got = new ArrayList<Integer>();
            for (int i = 0; i < many; i++) {
                got.add(channel.receive());
            }
            assertThat(got).doesNotHaveDuplicates();
        });
        assertThat(channel.statistics().sent()).isEqualTo(many);
        assertThat(channel.statistics().received()).isEqualTo(many);
        assertThat(channel.statistics().senders()).isEmpty();
    }

    @BackendTest
    @DisplayName("N7 the gauges agree with what happened when several senders and receivers are cancelled at random")
    void agree() throws Exception {
        try (var race = new Race("agree")) {
            for (int round = 0; round < Race.rounds(300); round++) {
                Channel<Integer> channel = race.draw(2) == 0 ? Channel.rendezvous() : Channel.buffered(2);
                var sent = new java.util.concurrent.atomic.AtomicInteger();
                var received = new java.util.concurrent.atomic.AtomicInteger();
                boolean _ = CancelScope.runOrMoveOnAfter(
                        Duration.ofNanos(1 + race.draw(300_000)),
                        () -> TaskGroup.run(group -> {
                            for (int i = 0; i < 3; i++) {
                                var _ = group.fork(endless(() -> {
                                    channel.send(1);
                                    sent.incrementAndGet();
                                }));
                                var _ = group.fork(endless(() -> {
                                    var _ = channel.receive();
                                    received.incrementAndGet();
                                }));
                            }
                        }));
                var now = channel.statistics();
                assertThat(now.sent()).isEqualTo(sent.get());
                assertThat(now.received()).isEqualTo(received.get());
                assertThat(now.senders()).isEmpty();
                assertThat(now.receivers()).isEmpty();
                int left = 0;
                while (channel.tryReceive().isPresent()) {
                    left++;
                }
                assertThat(left).isEqualTo((int) now.buffered());
            }
        }
    }

    private static Action endless(Action step) {
        return () -> {
            for (int i = 0; !BackendExtension.isSimulated() || i < 20; i++) {
                step.run();
            }
        };
    }

    // ---- stalls

    @BackendTest
    @DisplayName(
            "N7 a stalled channel is reported once when the time has passed, and again when it has doubled, with who"
                    + " waits")
    void stalls(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            Channel<Integer> channel = Channel.buffered(1, o -> o.name("slow").stalledAfter(Duration.ofSeconds(30)));
            try (var log = LogCapture.start()) {
                TaskGroup.run(group -> {
                    channel.send(1);
                    assertThat(clock.timersMade()).as("nothing had to wait").isZero();
                    var _ = group.fork("maker", () -> channel.send(2));
                    ChannelWaits.forSenders(channel, 1);
                    assertThat(clock.timers()).isEqualTo(1);
                    clock.advance(Duration.ofSeconds(29));
                    assertThat(log.messages()).isEmpty();
                    clock.advance(Duration.ofSeconds(1));
                    assertThat(log.messages())
                            .singleElement()
                            .asString()
                            .isEqualTo("channel 'slow' has been stalled for PT30S: sending: task 'maker'; receiving:"
                                    + " nobody; 1 sent, 0 received, 1 buffered");
                    clock.advance(Duration.ofSeconds(29));
                    assertThat(log.messages()).hasSize(1);
                    clock.advance(Duration.ofSeconds(1));
                    assertThat(log.messages()).hasSize(2);
                    clock.advance(Duration.ofSeconds(59));
                    assertThat(log.messages()).hasSize(2);
                    clock.advance(Duration.ofSeconds(1));
                    assertThat(log.messages()).hasSize(3).last().asString().contains("PT2M:");
                    assertThat(channel.receive()).isEqualTo(1);
                });
                assertThat(clock.timers()).isZero();
                assertThat(log.messages()).hasSize(3);
            }
        });
    }

    @BackendTest
    @DisplayName("N7 a channel on which things move is not reported, however long somebody waits")
    void movesOn(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            Channel<Integer> channel = Channel.rendezvous(o -> o.stalledAfter(Duration.ofSeconds(30)));
            try (var log = LogCapture.start()) {
                TaskGroup.run(group -> {
                    var receivers = new ArrayList<dev.espalier.Task<Integer>>();
                    for (int i = 0; i < 3; i++) {
                        receivers.add(group.fork(() -> channel.receive()));
                        ChannelWaits.forReceivers(channel, i + 1);
                    }
                    for (int i = 0; i < 3; i++) {
                        clock.advance(Duration.ofSeconds(29));
                        channel.send(i);
                        assertThat(receivers.get(i).await()).isEqualTo(i);
                    }
                });
                assertThat(log.messages()).isEmpty();
            }
        });
    }

    @BackendTest
    @DisplayName("N7 a select that waits on a watched channel is reported too, and leaves no timer")
    void stalledSelect(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            Channel<Integer> channel = Channel.rendezvous(o -> o.name("slow").stalledAfter(Duration.ofSeconds(30)));
            try (var log = LogCapture.start()) {
                TaskGroup.run(group -> {
                    var select = group.fork("chooser", () -> Select.any(Clause.receive(channel, i -> i)));
                    ChannelWaits.forReceivers(channel, 1);
                    clock.advance(Duration.ofSeconds(30));
                    assertThat(log.messages()).singleElement().asString().contains("receiving: task 'chooser'");
                    channel.send(5);
                    assertThat(select.await()).isEqualTo(5);
                });
            }
        });
    }

    @BackendTest
    @DisplayName("N7 a watched channel behaves like another: items, ends and cancellations")
    void watched() throws Exception {
        for (int capacity = 0; capacity < 3; capacity++) {
            int room = capacity;
            Channel<Integer> channel = room == 0
                    ? Channel.rendezvous(o -> o.stalledAfter(Duration.ofDays(1)))
                    : Channel.buffered(room, o -> o.stalledAfter(Duration.ofDays(1)));
            int items = BackendExtension.volume(1_000);
            TaskGroup.run(group -> {
                var _ = group.fork(() -> {
                    for (int i = 0; i < items; i++) {
                        channel.send(i);
                    }
                    channel.close();
                });
                assertThat(channel.stream()).hasSize(items).isSorted();
            });
            assertThat(CancelScope.moveOnAfter(Duration.ofHours(1), channel::receiveOrDone))
                    .isPresent();
        }
    }
}
