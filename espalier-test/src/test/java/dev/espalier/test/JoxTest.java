// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.softwaremill.jox.Channel;
import dev.espalier.TaskGroup;
import java.util.ArrayList;

/** Channels of another library, with an algorithm of their own, that park threads by themselves. */
class JoxTest {
    @SimulatedTest(seeds = 200)
    void everyItemArrivesOnceAndThoseOfOneSenderInOrder(Simulation simulation) throws Exception {
        Channel<Integer> channel =
                simulation.seed() % 2 == 0 ? Channel.newRendezvousChannel() : Channel.newBufferedChannel(2);
        var received = new ArrayList<Integer>();
        TaskGroup.run(group -> {
            for (int sender = 0; sender < 3; sender++) {
                int first = 10 * sender;
                var _ = group.fork(() -> {
                    for (int i = 0; i < 4; i++) {
                        channel.send(first + i);
                    }
                });
            }
            for (int i = 0; i < 12; i++) {
                received.add(channel.receive());
            }
        });
        assertThat(received).hasSize(12).doesNotHaveDuplicates();
        for (int sender = 0; sender < 3; sender++) {
            int first = 10 * sender;
            assertThat(received.stream().filter(i -> i / 10 == first / 10)).isSorted();
        }
        assertThat(simulation.trace().isReplayable()).isTrue();
    }
}
