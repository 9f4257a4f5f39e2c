// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.channels.Clause;
import dev.espalier.channels.Select;
import org.junit.jupiter.api.DisplayName;

/**
 * Rule N4 where one thread runs at a time: no call spins until a select's thread has run. In a simulation that is how it is; for real threads, on one carrier, see
 * {@code OneCarrierTest}.
 */
public class StarvedCarriersTest {
    @BackendTest
    @DisplayName(
            "N4 a channel is closed, or fails, at once after a select that waits on it was chosen by another channel")
    void close() throws Exception {
        for (int end = 0; end < 2; end++) {
            boolean fails = end == 0;
            Channel<Integer> a = Channel.buffered(1);
            Channel<Integer> b = Channel.buffered(1);
            TaskGroup.run(group -> {
                var select =
                        group.fork(() -> Select.<Integer>any(Clause.receive(a, i -> i), Clause.receive(b, i -> i)));
                ChannelWaits.forReceivers(a, 1);
                assertThat(b.trySend(1)).isTrue();
                boolean _ = fails ? a.fail(new IllegalStateException("boom")) : a.close();
                assertThat(select.await()).isEqualTo(1);
            });
        }
    }

    @BackendTest
    @DisplayName("N4 a receive makes room at once after a select that waits to send was chosen by another channel")
    void receive() throws Exception {
        Channel<Integer> a = Channel.buffered(1);
        Channel<Integer> b = Channel.buffered(1);
        a.send(0);
        TaskGroup.run(group -> {
            var select = group.fork(
                    () -> Select.<String>any(Clause.send(a, 7, () -> "sent"), Clause.receive(b, i -> "got " + i)));
            ChannelWaits.forReceivers(b, 1);
            assertThat(b.trySend(1)).isTrue();
            assertThat(a.tryReceive()).hasValue(0);
            assertThat(a.trySend(2)).isTrue();
            assertThat(a.tryReceive()).hasValue(2);
            assertThat(select.await()).isEqualTo("got 1");
        });
    }

    @BackendTest
    @DisplayName("N4 a select that waits to send to a full buffer is woken when there is room")
    void wokenByRoom() throws Exception {
        Channel<Integer> full = Channel.buffered(1);
        Channel<Integer> empty = Channel.rendezvous();
        for (int way = 0; way < 3; way++) {
            int by = way;
            full.send(0);
            TaskGroup.run(group -> {
                var select = group.fork(() ->
                        Select.<String>any(Clause.receive(empty, i -> "got"), Clause.send(full, 7, () -> "sent")));
                ChannelWaits.forSenders(full, 1);
                switch (by) {
                    case 0 -> assertThat(full.receive()).isZero();
                    case 1 -> assertThat(full.tryReceive()).hasValue(0);
                    default ->
                        assertThat(Select.<Integer>any(Clause.receive(full, i -> i)))
                                .isZero();
                }
                assertThat(select.await()).isEqualTo("sent");
            });
            assertThat(full.receive()).isEqualTo(7);
        }
    }

    @BackendTest
    @DisplayName("N4 of several selects that wait to send all get their turn as items are received")
    void allGetRoom() throws Exception {
        Channel<Integer> full = Channel.buffered(1);
        Channel<Integer> never = Channel.rendezvous();
        int selects = 4;
        int rounds = BackendExtension.volume(500);
        full.send(-1);
        TaskGroup.run(group -> {
            for (int s = 0; s < selects; s++) {
                var _ = group.fork(() -> {
                    for (int i = 0; i < rounds; i++) {
                        var _ = Select.<Integer>any(Clause.send(full, 1, () -> 1), Clause.receive(never, n -> n));
                    }
                });
            }
            int sum = 0;
            for (int i = 0; i <= selects * rounds; i++) {
                sum += full.receive();
            }
            assertThat(sum).isEqualTo(selects * rounds - 1);
        });
    }
}
