// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Task;
import dev.espalier.channels.Channel;
import dev.espalier.channels.ChannelDoneException;
import dev.espalier.spi.TaskObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** Rule V5 for channels. */
public class ChannelWaitObserverTest {
    @BackendTest
    @DisplayName("V5 each call of a channel is told with its end, also if it throws")
    void calls() throws Exception {
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        Thread me = Thread.currentThread();
        class Witness implements TaskObserver {
            @Override
            public void waitBegan(@Nullable Task<?> task, Object what) {
                if (Thread.currentThread().equals(me)) {
                    events.add(what.toString());
                }
            }

            @Override
            public void waitEnded(@Nullable Task<?> task) {
                if (Thread.currentThread().equals(me)) {
                    events.add("end");
                }
            }
        }
        var channel = Channel.<Integer>buffered(1, o -> o.name("orders"));
        try (var _ = TaskObserver.install(new Witness())) {
            channel.send(1);
            assertThat(channel.receive()).isEqualTo(1);
            channel.close();
            assertThatThrownBy(channel::receive).isInstanceOf(ChannelDoneException.class);
        }
        assertThat(events).hasSize(6);
        for (int i = 0; i < 6; i += 2) {
            assertThat(events.get(i)).contains("channel 'orders'");
            assertThat(events.get(i + 1)).isEqualTo("end");
        }
    }
}
