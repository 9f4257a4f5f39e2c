// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.channels.Channel;
import dev.espalier.channels.ChannelClosedException;
import dev.espalier.channels.ChannelDoneException;
import dev.espalier.channels.ChannelFailedException;
import dev.espalier.channels.Clause;
import dev.espalier.channels.Select;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.DisplayName;

/** Rule N4: a select does exactly one thing. */
public class SelectTest {
    @BackendTest
    @DisplayName("N4 a select does what is ready, and nothing else")
    void ready() throws Exception {
        Channel<Integer> in = Channel.buffered(3);
        Channel<String> empty = Channel.rendezvous();
        Channel<Integer> out = Channel.buffered(1);
        in.send(1);
        assertThat(Select.<String>any(Clause.receive(in, i -> "got " + i), Clause.receive(empty, s -> s)))
                .isEqualTo("got 1");
        assertThat(Select.<String>any(Clause.receive(in, i -> "got " + i), Clause.send(out, 5, () -> "sent")))
                .isEqualTo("sent");
        assertThat(out.receive()).isEqualTo(5);
        assertThat(in.statistics().received()).isEqualTo(1);
        assertThat(out.statistics().sent()).isEqualTo(1);
        assertThat(in.statistics().receivers()).isEmpty();
    }

    @BackendTest
    @DisplayName("N4 a select that waits is woken by what comes first, and its other clauses have done nothing")
    void waits() throws Exception {
        Channel<Integer> in = Channel.rendezvous();
        Channel<Integer> other = Channel.rendezvous();
        Channel<Integer> out = Channel.rendezvous();
        TaskGroup.run(group -> {
            var select = group.fork(() -> Select.<String>any(
                    Clause.receive(in, i -> "in " + i),
                    Clause.receive(other, i -> "other " + i),
                    Clause.send(out, 7, () -> "out")));
            ChannelWaits.forReceivers(in, 1);
            assertThat(out.receive()).isEqualTo(7);
            assertThat(select.await()).isEqualTo("out");
        });
        assertThat(in.trySend(1)).as("somebody still waits for an item").isFalse();
        assertThat(other.trySend(1)).isFalse();
        assertThat(out.tryReceive()).isEmpty();
        assertThat(in.statistics().receivers()).isEmpty();
        assertThat(out.statistics().sent()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("N4 otherwise is chosen if nothing is ready now, and only then")
    void otherwise() throws Exception {
        Channel<Integer> in = Channel.buffered(1);
        Channel<Integer> full = Channel.buffered(1);
        full.send(0);
        IntFunction<String> poll = _ -> {
            try {
                return Select.any(
                        Clause.receive(in, i -> "got " + i),
                        Clause.send(full, 1, () -> "sent"),
                        Clause.otherwise(() -> "nothing"));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        for (int i = 0; i < 100; i++) {
            assertThat(poll.apply(i)).isEqualTo("nothing");
        }
        in.send(3);
        assertThat(poll.apply(0)).isEqualTo("got 3");
        assertThat(full.statistics().buffered()).isEqualTo(1);
        in.send(4);
        assertThat(in.receive())
                .as("a hundred polls have left the buffer as it was")
                .isEqualTo(4);
    }

    @BackendTest
    @DisplayName("N4 a timeout is on the backend's clock (T7), and has no effect on what came in time")
    void timeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            Channel<Integer> in = Channel.buffered(1);
            Clause<String> late = Clause.timeout(Duration.ofMinutes(5), () -> "late");
            try (var _ = clock.advanceWhenBlocked(Duration.ofMinutes(5))) {
                assertThat(Select.<String>any(Clause.receive(in, i -> "got " + i), late))
                        .isEqualTo("late");
            }
            in.send(1);
            assertThat(Select.<String>any(Clause.receive(in, i -> "got " + i), late))
                    .isEqualTo("got 1");
            assertThat(clock.timers()).isZero();
            assertThat(Select.<String>any(
                            Clause.receive(in, i -> "got " + i), Clause.timeout(Duration.ZERO, () -> "zero")))
                    .isEqualTo("zero");
            in.send(2);
            assertThat(Select.<String>any(
                            Clause.receive(in, i -> "got " + i), Clause.timeout(Duration.ofMillis(-1), () -> "zero")))
                    .isEqualTo("got 2");
        });
    }

    @BackendTest
    @DisplayName("N4 a timeout that comes with the item loses neither the item nor the select's place (N2)")
    void timeoutAgainstItem() throws Exception {
        try (var race = new Race("timeoutAgainstItem")) {
            for (int round = 0; round < Race.rounds(1_000); round++) {
                Channel<Integer> in = race.draw(2) == 0 ? Channel.rendezvous() : Channel.buffered(1);
                var sender = Foreign.run(() -> in.send(1));
                int got = Select.<Integer>any(
                        Clause.receive(in, i -> i), Clause.timeout(Duration.ofNanos(1 + race.draw(200_000)), () -> -1));
                if (got < 0) {
                    assertThat(in.receive()).isEqualTo(1);
                }
                sender.close();
                assertThat(in.statistics().received()).isEqualTo(1);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        }
    }

    @BackendTest
    @DisplayName("N4 an outer cancellation passes a select with a timeout, with its reason")
    void outerCancellation() throws Exception {
        Channel<Integer> in = Channel.rendezvous();
        var scope = CancelScope.create();
        boolean ended = scope.run(() -> {
            try (var _ = WhenBlocked.me(() -> scope.cancel("enough"))) {
                assertThatThrownBy(() ->
                                Select.any(Clause.receive(in, i -> i), Clause.timeout(Duration.ofHours(1), () -> 0)))
                        .isInstanceOf(dev.espalier.CancelledException.class)
                        .hasMessageContaining("enough");
            }
        });
        assertThat(ended).isTrue();
    }

    @BackendTest
    @DisplayName("N4 any has no preference among what is ready; inOrder takes the first")
    void fairness() throws Exception {
        Channel<Integer> a = Channel.unlimited();
        Channel<Integer> b = Channel.unlimited();
        Channel<Integer> c = Channel.unlimited();
        int rounds = 300;
        for (int i = 0; i < rounds; i++) {
            boolean _ = a.trySend(i) && b.trySend(i) && c.trySend(i);
        }
        var counts = new TreeMap<String, Integer>();
        for (int i = 0; i < rounds; i++) {
            String from =
                    Select.any(Clause.receive(a, _ -> "a"), Clause.receive(b, _ -> "b"), Clause.receive(c, _ -> "c"));
            counts.merge(from, 1, Integer::sum);
        }
        assertThat(counts.values())
                .hasSize(3)
                .allSatisfy(count -> assertThat(count).isBetween(60, 140));
        long before = a.statistics().received();
        for (int i = 0; i < 10; i++) {
            assertThat(Select.<String>inOrder(Clause.receive(a, _ -> "a"), Clause.receive(b, _ -> "b")))
                    .isEqualTo("a");
        }
        assertThat(a.statistics().received()).isEqualTo(before + 10);
    }

    @BackendTest
    @DisplayName("N4 a channel that has ended counts as ready: done, closed for sending, failed")
    void ended() throws Exception {
        Channel<Integer> done = Channel.buffered(1, o -> o.name("done"));
        Channel<Integer> open = Channel.buffered(1, o -> o.name("open"));
        Channel<Integer> failed = Channel.buffered(1, o -> o.name("failed"));
        done.close();
        failed.fail(new IllegalStateException("boom"));
        assertThat(Select.<String>any(
                        Clause.receiveOrDone(done, i -> "done " + i.isEmpty()), Clause.receive(open, i -> "open")))
                .isEqualTo("done true");
        assertThatThrownBy(() -> Select.any(Clause.receive(done, i -> i), Clause.receive(open, i -> i)))
                .isInstanceOf(ChannelDoneException.class)
                .hasMessageContaining("'done'");
        assertThatThrownBy(() -> Select.inOrder(Clause.send(done, 1, () -> 1), Clause.receive(open, i -> i)))
                .isInstanceOf(ChannelClosedException.class)
                .hasMessageContaining("'done'");
        assertThatThrownBy(() -> Select.any(Clause.send(open, 1, () -> 1), Clause.receiveOrDone(failed, i -> 2)))
                .isInstanceOf(ChannelFailedException.class)
                .hasMessageContaining("'failed'");
        assertThat(open.statistics().sent()).isZero();
    }

    @BackendTest
    @DisplayName("N4 a channel that ends while a select waits on it wakes the select")
    void endsWhileWaiting() throws Exception {
        for (boolean fails : new boolean[] {true, false}) {
            Channel<Integer> in = Channel.rendezvous();
            Channel<Integer> other = Channel.rendezvous();
            TaskGroup.run(group -> {
                var select = group.fork(() -> {
                    try {
                        return Select.<String>any(
                                Clause.receiveOrDone(in, i -> "done " + i.isEmpty()),
                                Clause.receive(other, i -> "other"));
                    } catch (ChannelFailedException e) {
                        return e.getCause().getMessage();
                    }
                });
                ChannelWaits.forReceivers(in, 1);
                boolean _ = fails ? in.fail(new IllegalStateException("boom")) : in.close();
                assertThat(select.await()).isEqualTo(fails ? "boom" : "done true");
            });
            assertThat(other.trySend(1)).isFalse();
        }
    }

    @BackendTest
    @DisplayName("N4 several selects over the same channels: each item once, none lost")
    void manySelects() throws Exception {
        int items = BackendExtension.volume(3_000);
        List<Channel<Integer>> channels = List.of(Channel.rendezvous(), Channel.buffered(2), Channel.unlimited());
        var received = new java.util.concurrent.ConcurrentLinkedQueue<Integer>();
        TaskGroup.run(group -> {
            for (int s = 0; s < 3; s++) {
                int first = s * items;
                Channel<Integer> to = channels.get(s);
                var _ = group.fork(() -> {
                    for (int i = 0; i < items; i++) {
                        to.send(first + i);
                    }
                    to.close();
                });
            }
            for (int r = 0; r < 3; r++) {
                var _ = group.fork(() -> {
                    var open = new ArrayList<>(channels);
                    while (!open.isEmpty()) {
                        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
                        Clause<Runnable>[] clauses = open.stream()
                                .map(channel -> Clause.receiveOrDone(channel, item -> (Runnable)
                                        () -> item.ifPresentOrElse(received::add, () -> open.remove(channel))))
                                .toArray(Clause[]::new);
                        Select.<Runnable>any(clauses).run();
                    }
                });
            }
        });
        assertThat(received).hasSize(3 * items).doesNotHaveDuplicates();
    }

    @BackendTest
    @DisplayName("N4 bad selects are refused with what to do; the function's exception leaves as it is, and the item is"
            + " received")
    void badInput() throws Exception {
        Channel<Integer> in = Channel.buffered(2, o -> o.name("twice"));
        assertThatThrownBy(() -> Select.any()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Select.any(Clause.timeout(Duration.ofDays(1), () -> 1)))
                .hasMessageContaining("Tasks.sleep");
        assertThatThrownBy(() -> Select.any(Clause.receive(in, i -> i), Clause.send(in, 1, () -> 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'twice'");
        assertThatThrownBy(() -> Select.any(
                        Clause.receive(in, i -> i),
                        Clause.otherwise(() -> 1),
                        Clause.timeout(Duration.ofDays(1), () -> 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        Select.any(Clause.receive(in, i -> i), Clause.otherwise(() -> 1), Clause.otherwise(() -> 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Clause.send(in, null, () -> 1)).isInstanceOf(NullPointerException.class);
        in.send(1);
        assertThatThrownBy(() -> Select.any(Clause.receive(in, _ -> {
                    throw new IllegalStateException("mine");
                })))
                .hasMessage("mine");
        assertThat(in.statistics().received()).isEqualTo(1);
    }

    @BackendTest
    @DisplayName("N4 the function of a clause may use the same channels, and may select again")
    void reentrance() throws Exception {
        Channel<Integer> in = Channel.buffered(2);
        in.send(1);
        in.send(2);
        var sum = new AtomicInteger();
        Select.<Integer>any(Clause.receive(in, first -> {
            try {
                return sum.addAndGet(first + Select.<Integer>any(Clause.receive(in, second -> second)));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        assertThat(sum).hasValue(3);
        assertThat(in.statistics().receivers()).isEmpty();
    }
}
