// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.GroupAction;
import dev.espalier.TaskGroup;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Who waits for what, held by whom. */
class DeadlockReportTest {
    private static String report(GroupAction<Exception> body) throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(200), _ -> TaskGroup.run(body));
        assertThat(findings.failures()).hasSize(1);
        var thrown = findings.failures().getFirst().thrown();
        assertThat(thrown).isExactlyInstanceOf(DeadlockError.class);
        return thrown.getMessage();
    }

    @Test
    void locksInOtherOrders() throws Exception {
        var text = report(group -> {
            var a = new ReentrantLock();
            var b = new ReentrantLock();
            var _ = group.fork("left", () -> both(a, b));
            var _ = group.fork("right", () -> both(b, a));
        });
        assertThat(text)
                .contains("> task 'left') waits for a ReentrantLock, held by t2 right")
                .contains("> task 'right') waits for a ReentrantLock, held by t1 left")
                .containsPattern("in a circle: (t1 left waits for t2 right waits for t1 left"
                        + "|t2 right waits for t1 left waits for t2 right)\n");
    }

    private static void both(ReentrantLock first, ReentrantLock second) {
        first.lock();
        try {
            Thread.yield();
            second.lock();
            try {
                Thread.yield();
            } finally {
                second.unlock();
            }
        } finally {
            first.unlock();
        }
    }

    @Test
    void aMonitor() throws Exception {
        var text = report(group -> {
            var monitor = new Object();
            var never = new ArrayBlockingQueue<String>(1);
            var _ = group.fork("holder", () -> {
                synchronized (monitor) {
                    never.take();
                }
            });
            var _ = group.fork("second", () -> {
                synchronized (monitor) {
                    Thread.yield();
                }
            });
        });
        assertThat(text)
                .contains("> task 'second') waits for a monitor of a Object, held by t1 holder")
                .contains("> task 'holder') waits for a Condition")
                .contains("DeadlockReportTest.java");
    }

    @Test
    void aTaskThatAwaitsOneThatWaitsForAQueue() throws Exception {
        var text = report(group -> {
            var first = group.fork("first", () -> new ArrayBlockingQueue<String>(1).take());
            var _ = group.fork("second", () -> first.await());
        });
        assertThat(text)
                .contains("task 'first') waits for a Condition")
                .containsPattern("task 'second'\\) waits for .*held by t1 first");
    }

    @Test
    void aJoin() throws Exception {
        var text = report(group -> {
            var _ = group.fork(
                    "outer",
                    () -> TaskGroup.run(inner -> {
                        var _ = inner.fork("inner", () -> new ArrayBlockingQueue<String>(1).take());
                    }));
        });
        assertThat(text)
                .containsPattern("t0 test waits for TaskGroup.*, held by t1 outer")
                .containsPattern("task 'outer'\\) waits for TaskGroup.*, held by t2 inner")
                .containsPattern("t2 inner \\(.*task 'outer' > group .* > task 'inner'\\) waits for a Condition");
    }
}
