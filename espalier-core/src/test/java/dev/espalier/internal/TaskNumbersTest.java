// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Options;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The numbers of tasks. */
class TaskNumbersTest {
    private static final int THREADS = 4;
    private static final int GROUPS = 3;
    private static final int EACH = 5_000;

    @Test
    @DisplayName(
            "V1 numbers are more than zero, differ in all groups, and fall along each list, however many threads fork"
                    + " at once")
    void numbers() throws Exception {
        var groups = new ArrayList<Group>();
        for (int i = 0; i < GROUPS; i++) {
            groups.add(new Group(Options.DEFAULT, new ForeignStrand(null), /* runForm= */ false));
        }
        var together = new CyclicBarrier(THREADS);
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < THREADS; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    together.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                for (int i = 0; i < EACH; i++) {
                    Group group = groups.get(i % GROUPS);
                    group.tasks.push(new TaskNode<>(group, null, new Object(), 0));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        var numbers = new HashSet<Long>();
        for (Group group : groups) {
            long before = Long.MAX_VALUE;
            for (TaskNode<?> task = group.tasks.head; task != null; task = task.next) {
                assertThat(task.id()).isPositive().isLessThan(before);
                before = task.id();
                assertThat(numbers.add(task.id())).isTrue();
            }
        }
        assertThat(numbers).hasSize(THREADS * EACH);
    }
}
