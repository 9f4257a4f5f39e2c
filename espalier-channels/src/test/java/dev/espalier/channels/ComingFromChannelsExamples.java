// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What stands in the right-hand cells of the tables on channels in docs/coming-from.md. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // a group awaits its tasks and throws their failures
class ComingFromChannelsExamples {
    private final List<Integer> seen = new ArrayList<>();

    @Test
    @DisplayName("channels")
    void channels() throws Exception {
        Channel<Integer> channel = Channel.buffered(100);
        Channel<Integer> unbuffered = Channel.rendezvous();
        Channel<Integer> unlimited = Channel.unlimited();
        channel.send(1);
        int value = channel.receive();
        assertThat(value).isEqualTo(1);
        assertThat(unbuffered.trySend(2)).isFalse();
        assertThat(unlimited.tryReceive()).isEmpty();
        channel.send(3);
        channel.close();
        channel.forEach(item -> seen.add(item));
        assertThat(seen).containsExactly(3);
        assertThat(channel.receiveOrDone()).isEmpty();
        unlimited.send(4);
        assertThat(unlimited.statistics().buffered()).isEqualTo(1);
        unlimited.fail(new IllegalStateException("no more"));
    }

    @Test
    @DisplayName("select")
    void select() throws Exception {
        Channel<Integer> in = Channel.buffered(1);
        Channel<String> out = Channel.buffered(1);
        String done = Select.<String>any(
                Clause.receive(in, i -> "got " + i),
                Clause.send(out, "x", () -> "sent"),
                Clause.timeout(Duration.ofSeconds(1), () -> "too late"));
        assertThat(done).isEqualTo("sent");
        String now = Select.<String>any(Clause.receive(in, i -> "got " + i), Clause.otherwise(() -> "nothing there"));
        assertThat(now).isEqualTo("nothing there");
        String first = Select.<String>inOrder(Clause.receive(out, s -> s), Clause.receive(in, i -> "got " + i));
        assertThat(first).isEqualTo("x");
    }

    @Test
    @DisplayName("producers, fan-in, pipelines")
    void producers() throws Exception {
        TaskGroup.run(group -> {
            Source<Integer> numbers = Source.produce(group, 10, sink -> sink.sendAll(List.of(1, 2, 3)));
            numbers.forEach(item -> seen.add(item));
            Source<Integer> one = Source.produce(group, 10, sink -> sink.send(4));
            Source<Integer> two = Source.produce(group, 10, sink -> sink.send(5));
            Source.merge(group, 10, List.of(one, two)).forEach(item -> seen.add(item));
        });
        assertThat(seen).hasSize(5).startsWith(1, 2, 3).contains(4, 5);
    }
}
