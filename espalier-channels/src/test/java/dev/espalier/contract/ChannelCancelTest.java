// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.VoidBody;
import dev.espalier.channels.Channel;
import dev.espalier.channels.ChannelFailedException;
import dev.espalier.channels.Clause;
import dev.espalier.channels.Pipeline;
import dev.espalier.channels.Select;
import dev.espalier.internal.Wait;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rules C2, C4, C5, C7, C11 and N2 for every blocking call of channels. */
public class ChannelCancelTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** Channels on which nothing has to be waited for. */
    private static final class Ready {
        final Channel<Integer> room = Channel.buffered(100);
        final Channel<Integer> items = Channel.unlimited();
        final Channel<Integer> done = Channel.buffered(1);
        final Channel<Integer> failed = Channel.buffered(1);

        Ready() {
            for (int i = 0; i < 100; i++) {
                boolean _ = items.trySend(i);
            }
            done.close();
            failed.fail(new IllegalStateException("boom"));
        }

        Map<String, VoidBody<Exception>> calls() {
            var calls = new LinkedHashMap<String, VoidBody<Exception>>();
            calls.put("send", () -> room.send(1));
            calls.put("send to a closed one", () -> done.send(1));
            calls.put("sendAll", () -> room.sendAll(List.of(1, 2)));
            calls.put("receive", items::receive);
            calls.put("receive of a done one", done::receive);
            calls.put("receive of a failed one", failed::receive);
            calls.put("receiveOrDone", items::receiveOrDone);
            calls.put("receiveOrDone of a done one", done::receiveOrDone);
            calls.put("forEach", () -> items.forEach(_ -> {}));
            calls.put("select", () -> Select.any(Clause.receive(items, i -> i), Clause.send(room, 1, () -> 1)));
            calls.put("select in order", () -> Select.inOrder(Clause.receive(items, i -> i)));
            calls.put("timed select", () -> Select.any(Clause.receive(items, i -> i), Clause.timeout(LONG, () -> 0)));
            calls.put(
                    "select with otherwise",
                    () -> Select.any(Clause.receive(items, i -> i), Clause.otherwise(() -> 0)));
            calls.put("select of a done one", () -> Select.any(Clause.receiveOrDone(done, i -> i)));
            calls.put("pipeline", () -> Pipeline.from(items).map("m", 2, i -> i).toList());
            return calls;
        }
    }

    @BackendTest
    @DisplayName("C7 in cancelled code each call throws, every time, also if nothing has to be waited for, and moves"
            + " nothing")
    void everyTime() throws Exception {
        var ready = new Ready();
        for (var call : ready.calls().entrySet()) {
            var scope = CancelScope.create();
            var seen = new AtomicInteger();
            boolean ended = scope.run(() -> {
                scope.cancel("enough");
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> call.getValue().call())
                            .as("%s, time %d", call.getKey(), i)
                            .isExactlyInstanceOf(CancelledException.class)
                            .hasMessageContaining("enough");
                    assertThat(Thread.currentThread().isInterrupted())
                            .as(call.getKey())
                            .isFalse();
                    seen.incrementAndGet();
                }
            });
            assertThat(ended).isTrue();
            assertThat(seen).hasValue(3);
        }
        assertThat(ready.room.statistics().sent()).isZero();
        assertThat(ready.items.statistics().received()).isZero();
    }

    @BackendTest
    @DisplayName("C7 trySend, tryReceive, close and fail are no cancellation points")
    void noPoints() throws Exception {
        Channel<Integer> channel = Channel.buffered(2);
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            scope.cancel();
            assertThat(channel.trySend(1)).isTrue();
            assertThat(channel.tryReceive()).hasValue(1);
            assertThat(channel.close()).isTrue();
        });
        assertThat(ended).isTrue();
    }

    @BackendTest
    @DisplayName("C7 a stream of items throws an exception that its scope knows as its cancellation")
    void stream() throws Exception {
        Channel<Integer> channel = Channel.buffered(2);
        var scope = CancelScope.create();
        var thrown = new AtomicReference<Throwable>();
        boolean ended = scope.run(() -> {
            try (var _ = WhenBlocked.me(scope::cancel)) {
                channel.stream().forEach(_ -> {});
            } catch (CancellationException e) {
                thrown.set(e);
                throw e;
            }
        });
        assertThat(ended).isFalse();
        assertThat(thrown.get()).hasCauseInstanceOf(CancelledException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** What waits for ever, and how to see that it took nothing. */
    private Map<String, VoidBody<Exception>> waits(Channel<Integer> full, Channel<Integer> empty) {
        var calls = new LinkedHashMap<String, VoidBody<Exception>>();
        calls.put("send", () -> full.send(9));
        calls.put("receive", empty::receive);
        calls.put("receiveOrDone", empty::receiveOrDone);
        calls.put("select", () -> Select.any(Clause.receive(empty, i -> i), Clause.send(full, 9, () -> 9)));
        calls.put("timed select", () -> Select.any(Clause.receive(empty, i -> i), Clause.timeout(LONG, () -> 0)));
        return calls;
    }

    @BackendTest
    @DisplayName("C2 a cancellation ends each wait, with its reason, and the call has moved nothing (N2)")
    void endsWaits() throws Exception {
        Channel<Integer> full = Channel.buffered(1);
        Channel<Integer> empty = Channel.rendezvous();
        full.send(1);
        for (var call : waits(full, empty).entrySet()) {
            var scope = CancelScope.create();
            var thrown = new AtomicReference<Throwable>();
            boolean ended = scope.run(() -> {
                try (var _ = WhenBlocked.me(() -> scope.cancel("enough"))) {
                    call.getValue().call();
                } catch (CancelledException e) {
                    thrown.set(e);
                    throw e;
                }
            });
            assertThat(ended).as(call.getKey()).isFalse();
            assertThat(thrown.get()).as(call.getKey()).hasMessageContaining("enough");
            assertThat(Thread.currentThread().isInterrupted()).as(call.getKey()).isFalse();
        }
        assertThat(full.statistics().sent()).isEqualTo(1);
        assertThat(full.statistics().senders()).isEmpty();
        assertThat(empty.statistics().receivers()).isEmpty();
        assertThat(full.receive()).isEqualTo(1);
        assertThat(full.tryReceive()).isEmpty();
    }

    @BackendTest
    @DisplayName("C4 an interrupt from elsewhere ends each wait as what it is, and is used up by that")
    void foreignInterrupt() throws Exception {
        Channel<Integer> full = Channel.buffered(1);
        Channel<Integer> empty = Channel.rendezvous();
        full.send(1);
        for (var call : waits(full, empty).entrySet()) {
            boolean ended = CancelScope.create().run(() -> {
                try (var _ = WhenBlocked.interruptMe()) {
                    assertThatThrownBy(() -> call.getValue().call())
                            .as(call.getKey())
                            .isExactlyInstanceOf(InterruptedException.class);
                }
                assertThat(Thread.currentThread().isInterrupted())
                        .as(call.getKey())
                        .isFalse();
            });
            assertThat(ended).isTrue();
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(empty::receive).isExactlyInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> full.send(2)).isExactlyInstanceOf(InterruptedException.class);
        assertThat(full.statistics().sent()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName(
            "C4 a call that does not wait leaves an interrupt that comes later alone, and trySend one that is there")
    void leavesInterrupts() throws Exception {
        Channel<Integer> channel = Channel.buffered(1);
        Thread.currentThread().interrupt();
        assertThat(channel.trySend(1)).isTrue();
        assertThat(channel.tryReceive()).hasValue(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @BackendTest
    @DisplayName("C11 in a shield sends and receives work although the code around is cancelled")
    void shielded() throws Exception {
        Channel<Integer> channel = Channel.rendezvous();
        int got = TaskGroup.call(group -> {
            var sender = group.fork(() -> {
                CancelScope.current().cancel();
                CancelScope.shielded(LONG, () -> channel.send(4));
                assertThatThrownBy(() -> channel.send(5)).isInstanceOf(CancelledException.class);
            });
            int item = channel.receive();
            sender.await();
            return item;
        });
        assertThat(got).isEqualTo(4);
    }

    @BackendTest
    @DisplayName("C7 that the code is cancelled outranks that the channel has failed")
    void cancellationOutranks() throws Exception {
        try (var race = new Race("cancellationOutranks")) {
            for (int round = 0; round < Race.rounds(1_000); round++) {
                Channel<Integer> channel = Channel.rendezvous();
                var scope = CancelScope.create();
                var rival = race.start(() -> {
                    scope.cancel();
                    channel.fail(new IllegalStateException("boom"));
                });
                boolean ended = scope.run(() -> {
                    try {
                        channel.receive();
                    } catch (ChannelFailedException e) {
                        throw new AssertionError("the cancellation came before the failure", e);
                    }
                });
                rival.await();
                assertThat(ended).isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("C5 a deadline that comes with the item: the receive returns it, or it is still there (N2)")
    void deadlineAgainstItem() throws Exception {
        try (var race = new Race("deadlineAgainstItem")) {
            for (int round = 0; round < Race.rounds(3_000); round++) {
                Channel<Integer> channel = race.draw(2) == 0 ? Channel.rendezvous() : Channel.buffered(1);
                var scope = CancelScope.create();
                var rival = race.start(scope::cancel);
                var sender = Foreign.run(() -> channel.send(1));
                var got = scope.call(channel::receive);
                rival.await();
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                if (got.isEmpty()) {
                    assertThat(channel.receive()).isEqualTo(1);
                }
                sender.close();
                assertThat(channel.statistics().received()).isEqualTo(1);
                assertThat(channel.statistics().sent()).isEqualTo(1);
            }
        }
    }

    @BackendTest
    @DisplayName("N2 a send that is cancelled when its item is taken has sent it, or it is not received")
    void cancelAgainstReceiver() throws Exception {
        try (var race = new Race("cancelAgainstReceiver")) {
            for (int round = 0; round < Race.rounds(3_000); round++) {
                Channel<Integer> channel = Channel.rendezvous();
                var scope = CancelScope.create();
                var rival = race.start(scope::cancel);
                var got = new AtomicInteger();
                var receiver = Foreign.run(() -> channel.receiveOrDone().ifPresent(got::set));
                boolean sent = scope.run(() -> channel.send(1));
                channel.close();
                rival.await();
                receiver.close();
                assertThat(got.get()).isEqualTo(sent ? 1 : 0);
                assertThat(channel.statistics().sent()).isEqualTo(sent ? 1 : 0);
            }
        }
    }

    @BackendTest
    @DisplayName("D1 what a task waits for on a channel can be seen from outside")
    void visible() throws Exception {
        Channel<Integer> channel = Channel.rendezvous(o -> o.name("orders"));
        TaskGroup.run(group -> {
            var receiver = group.fork("shop", () -> channel.receive());
            ChannelWaits.forReceivers(channel, 1);
            assertThat(Wait.of(receiver).orElseThrow()).hasToString("an item from channel 'orders'");
            channel.send(1);
            var _ = receiver.await();
            assertThat(Wait.of(receiver)).isEmpty();
            var sender = group.fork("shop", () -> channel.send(2));
            ChannelWaits.forSenders(channel, 1);
            assertThat(Wait.of(sender).orElseThrow()).hasToString("a receiver of channel 'orders'");
            assertThat(channel.statistics().senders()).singleElement().hasToString("task 'shop'");
            var _ = channel.receive();
            sender.await();
            var select = group.fork(() -> Select.any(Clause.receive(channel, i -> i), Clause.timeout(LONG, () -> 0)));
            ChannelWaits.forReceivers(channel, 1);
            assertThat(Wait.of(select).orElseThrow()).hasToString("one of an item from channel 'orders'");
            select.cancel();
        });
    }
}
