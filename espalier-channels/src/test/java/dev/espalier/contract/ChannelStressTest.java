// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.channels.Clause;
import dev.espalier.channels.Select;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Rule N2 under load: senders and receivers that are cancelled at random moments, again and again. */
public class ChannelStressTest {
    @BackendTest
    @DisplayName("N2 thousands of cancellations at random moments lose no item and duplicate none")
    void rendezvous() throws Exception {
        cancellations(Channel.rendezvous(), /* selects= */ false);
    }

    @BackendTest
    @DisplayName("N2 thousands of cancellations at random moments lose no item and duplicate none, with a buffer")
    void buffered() throws Exception {
        cancellations(Channel.buffered(3), /* selects= */ false);
    }

    @BackendTest
    @DisplayName("N2 thousands of cancellations at random moments of selects lose no item and duplicate none")
    void selects() throws Exception {
        cancellations(Channel.buffered(2), /* selects= */ true);
    }

    /** Each of the senders and receivers runs again and again in a scope that is cancelled from outside. */
    private static void cancellations(Channel<Integer> channel, boolean selects) throws Exception {
        int all = BackendExtension.isSimulated() ? 20 : 3_400; // ten thousand in the three tests together
        Channel<Integer> never = Channel.rendezvous();
        Channel<Integer> full = Channel.buffered(1);
        full.send(0);
        var numbers = new AtomicInteger();
        int most = BackendExtension.isSimulated() ? 60 : Integer.MAX_VALUE;
        var sent = new ConcurrentLinkedQueue<Integer>();
        var received = new ConcurrentLinkedQueue<Integer>();
        var scopes = new ArrayList<Scopes>();
        var over = new AtomicBoolean();
        var cancelled = new AtomicInteger();
        try (var race = new Race("cancellations")) {
            TaskGroup.run(group -> {
                List<Task<?>> senders = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    var mine = new Scopes();
                    scopes.add(mine);
                    senders.add(group.fork(() -> {
                        while (!over.get() && numbers.get() < most) {
                            cancelled.addAndGet(mine.run(() -> {
                                while (!over.get() && numbers.get() < most) {
                                    int item = numbers.incrementAndGet();
                                    if (selects) {
                                        Select.any(
                                                Clause.send(channel, item, () -> item), Clause.receive(never, n -> n));
                                    } else {
                                        channel.send(item);
                                    }
                                    sent.add(item);
                                }
                            }));
                        }
                    }));
                }
                for (int i = 0; i < 2; i++) {
                    var mine = new Scopes();
                    scopes.add(mine);
                    var _ = group.fork(() -> {
                        while (!channel.statistics().closed()) {
                            cancelled.addAndGet(mine.run(() -> {
                                while (!channel.statistics().closed()) {
                                    received.add(
                                            selects
                                                    ? Select.any(
                                                            Clause.receive(channel, n -> n),
                                                            Clause.send(full, 0, () -> -1))
                                                    : channel.receive());
                                }
                            }));
                        }
                    });
                }
                for (int i = 0; BackendExtension.isSimulated() ? i < all : cancelled.get() < all; i++) {
                    scopes.get(race.draw(scopes.size())).cancel();
                    Race.spin(race.draw(200));
                }
                over.set(true);
                for (Task<?> sender : senders) { // a receiver is still there for what they send last
                    var _ = sender.await();
                }
                channel.close();
                channel.forEach(received::add); // what the receivers have left
            });
        }
        assertThat(received.stream()
                        .sorted()
                        .toList()
                        .equals(sent.stream().sorted().toList()))
                .as("%d received are the %d sent", received.size(), sent.size())
                .isTrue();
        assertThat(channel.statistics().sent()).isEqualTo(sent.size());
        assertThat(channel.statistics().received()).isEqualTo(received.size());
        assertThat(sent).isNotEmpty();
    }

    /** The scope that a task is in at the moment. */
    private static final class Scopes {
        private volatile CancelScope current = CancelScope.create();

        /** Returns 1 if it was cancelled. */
        int run(dev.espalier.VoidBody<RuntimeException> body) throws InterruptedException {
            var scope = CancelScope.create();
            current = scope;
            return scope.run(() -> {
                        try {
                            body.call();
                        } catch (dev.espalier.channels.ChannelDoneException e) {
                            return; // the end of the test
                        }
                    })
                    ? 0
                    : 1;
        }

        void cancel() {
            current.cancel();
        }
    }
}
