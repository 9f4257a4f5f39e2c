// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** Rules S1, C7 and T7 for events. */
public class EventTest {
    @BackendTest
    @DisplayName("S1 an event lets all go on that wait, and all that come later; setting it twice changes nothing")
    void event() throws Exception {
        var event = new Event("e");
        var woken = new AtomicInteger();
        TaskGroup.run(group -> {
            for (int i = 0; i < 5; i++) {
                var _ = group.fork(() -> {
                    event.await();
                    woken.incrementAndGet();
                });
            }
            Threads.until(() -> event.statistics().waiting().size() == 5);
            assertThat(event.isSet()).isFalse();
            assertThat(event).hasToString("event 'e' [5 waiting]");
            event.set();
            event.set();
        });
        assertThat(woken).hasValue(5);
        event.await();
        event.await(Duration.ZERO);
        assertThat(event.statistics()).isEqualTo(new Event.Statistics(true, List.of()));
        assertThat(event).hasToString("event 'e' [set]");
    }

    @BackendTest
    @DisplayName(
            "S1 a task that is cancelled while it waits for an event that is then set does not go on; the others do")
    void eventCancel() throws Exception {
        var event = new Event();
        var woken = new ConcurrentLinkedQueue<Integer>();
        TaskGroup.run(group -> {
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 3; i++) {
                int number = i;
                tasks.add(group.fork(() -> {
                    event.await();
                    woken.add(number);
                }));
            }
            Threads.until(() -> event.statistics().waiting().size() == 3);
            tasks.get(1).cancel();
            event.set();
        });
        assertThat(woken).containsExactlyInAnyOrder(0, 2);
    }

    @BackendTest
    @DisplayName("T7 an event that does not happen in time ends await with DeadlineExceededException")
    void eventTimeout(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var event = new Event("e");
            try (var _ = clock.advanceWhenBlocked(Duration.ofSeconds(3))) {
                assertThatThrownBy(() -> event.await(Duration.ofSeconds(3)))
                        .isExactlyInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("event 'e'");
            }
            assertThat(CancelScope.current().cancelCalled()).isFalse();
            assertThat(event.statistics().waiting()).isEmpty();
        });
    }
}
