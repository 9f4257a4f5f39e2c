// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.spi.TaskObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;

/** Rule V3: who is told of what happens. */
public class ObserverTest {
    /** Of the groups whose names begin with "seen". */
    private static final class Witness implements TaskObserver {
        private final List<String> events = new CopyOnWriteArrayList<>();

        private void add(TaskGroup group, String event) {
            if (group.name().startsWith("seen")) {
                events.add(event);
            }
        }

        @Override
        public void groupOpened(TaskGroup group) {
            add(group, "opened");
        }

        @Override
        public void groupClosed(TaskGroup group) {
            add(group, "closed");
        }

        @Override
        public void taskForked(TaskGroup group, Task<?> task) {
            add(group, "forked " + task.name());
        }

        @Override
        public void taskStarted(TaskGroup group, Task<?> task) {
            add(group, "started " + task.name());
        }

        @Override
        public void taskEnded(TaskGroup group, Task<?> task) {
            add(group, "ended " + task.name());
        }

        @Override
        public void cancelled(CancelScope scope, CancelReason reason) {
            if (scope instanceof TaskGroup group) {
                add(group, "cancelled");
            }
        }
    }

    @BackendTest
    @DisplayName("V3 an installed observer is told of every group, and of nothing after it is removed")
    void installed() throws Exception {
        var witness = new Witness();
        Registration installed = TaskObserver.install(witness);
        try {
            TaskGroup.run(o -> o.name("seen"), group -> {
                group.fork("a", () -> {}).await();
                group.cancel();
            });
        } finally {
            installed.close();
            installed.close();
        }
        TaskGroup.run(
                o -> o.name("seen too"), group -> group.fork("b", () -> {}).await());
        assertThat(witness.events)
                .containsExactlyInAnyOrder("opened", "forked a", "started a", "ended a", "cancelled", "closed");
    }

    @BackendTest
    @DisplayName("V3 an observer that is installed while a group is open is told what happens in it from then on")
    void late() throws Exception {
        var witness = new Witness();
        TaskGroup.run(o -> o.name("seen"), group -> {
            group.fork("before", () -> {}).await();
            try (var _ = TaskObserver.install(witness)) {
                group.fork("after", () -> {}).await();
            }
        });
        assertThat(witness.events).containsExactlyInAnyOrder("forked after", "started after", "ended after");
    }

    @BackendTest
    @DisplayName("V3 the same observer installed twice is told twice, and once after one of both is removed")
    void twice() throws Exception {
        var witness = new Witness();
        try (var _ = TaskObserver.install(witness)) {
            try (var _ = TaskObserver.install(witness)) {
                TaskGroup.run(o -> o.name("seen"), _ -> {});
                assertThat(witness.events).containsExactly("opened", "opened", "closed", "closed");
            }
            TaskGroup.run(o -> o.name("seen"), _ -> {});
            assertThat(witness.events).hasSize(6);
        }
    }

    @BackendTest
    @DisplayName("V3 an observer that overrides one method is told of that, whatever its class looks like")
    void some() throws Exception {
        var forked = new CopyOnWriteArrayList<String>();
        class Forks implements TaskObserver {
            @Override
            public void taskForked(TaskGroup group, Task<?> task) {
                forked.add(task.name());
            }
        }
        class Inherits extends Forks {}
        TaskGroup.run(
                o -> o.observer(new Inherits()),
                group -> group.fork("a", () -> {}).await());
        assertThat(forked).containsExactly("a");
    }
}
