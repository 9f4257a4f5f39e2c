// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;

/** L12: a stack that overflows inside Espalier. */
public class OverflowTest {
    @BeforeEach
    void onRealThreads() {
        assumeFalse(BackendExtension.isSimulated(), "it is about the stacks of real threads");
    }

    private static void nest(int depth, AtomicInteger entered, AtomicInteger left) throws InterruptedException {
        TaskGroup.run(group -> {
            var _ = entered.incrementAndGet();
            try {
                var _ = group.fork(() -> {});
                nest(depth + 1, entered, left);
            } finally {
                var _ = left.incrementAndGet();
            }
        });
    }

    @BackendTest
    @DisplayName(
            "L12 a task opens groups in groups until its stack overflows: every group ends, and the task has failed")
    void overflowInGroups(TestBackend backend) throws Exception {
        var small =
                new FilterBackend(backend.real()) { // not the counting one: its counts would be lost in the overflow
                    @Override
                    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
                        return new Thread(null, task, "small stack", 128 * 1024);
                    }
                };
        var entered = new AtomicInteger();
        var left = new AtomicInteger();
        var thrown = catchThrowable(() -> TaskGroup.run(o -> o.backend(small), group -> {
            var task = group.fork(() -> nest(0, entered, left));
            Threads.untilRegardless(task::isDone); // the body is interrupted when the task fails
        }));
        assertThat(thrown).isInstanceOf(TaskGroupException.class);
        assertThat(Failures.reachable(thrown)).hasAtLeastOneElementOfType(StackOverflowError.class);
        assertThat(entered.get()).isPositive();
        assertThat(left.get()).isLessThanOrEqualTo(entered.get());
    }
}
