// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.TaskGroup;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;

/** M1: what is seen after what. The fields are plain on purpose. */
public class MemoryTest {
    private static final int ROUNDS = 500;

    /** Written and read without synchronization of its own. */
    private static final class Cell {
        int in;
        int out;
    }

    @BackendTest
    @DisplayName("M1 what was written before a fork is seen by the task, and what the task wrote after join")
    void join() throws Exception {
        try (var group = TaskGroup.open()) {
            for (int i = 1; i <= ROUNDS; i++) {
                int round = i;
                var cell = new Cell();
                cell.in = round;
                var _ = group.fork(() -> {
                    cell.out = cell.in + 1;
                });
                group.join();
                assertThat(cell.out).isEqualTo(round + 1);
            }
        }
    }

    @BackendTest
    @DisplayName("M1 what the task wrote is seen after await, get, and the return of run")
    void awaitAndGet() throws Exception {
        for (int i = 1; i <= ROUNDS; i++) {
            int round = i;
            var cell = new Cell();
            TaskGroup.run(group -> {
                var task = group.fork(() -> {
                    cell.out = round;
                });
                if (round % 2 == 0) {
                    assertThat(task.await()).isNull();
                } else {
                    assertThat(task.get()).isNull();
                }
                assertThat(cell.out).isEqualTo(round);
                var _ = group.fork(() -> {
                    cell.in = round;
                });
            });
            assertThat(cell.in).isEqualTo(round);
        }
    }

    @BackendTest
    @DisplayName("M1 what the task wrote is seen by a foreign thread that saw isDone() == true, without blocking")
    void isDone() throws Exception {
        try (var group = TaskGroup.open()) {
            for (int i = 1; i <= 100; i++) {
                int round = i;
                var cell = new Cell();
                var task = group.fork(() -> {
                    Race.spin(100);
                    cell.out = round;
                });
                try (var foreign = Foreign.run(() -> {
                    while (!task.isDone()) {
                        Thread.onSpinWait();
                    }
                    assertThat(cell.out).isEqualTo(round);
                })) {
                    assertThat(foreign.thread()).isNotNull();
                }
            }
            group.join();
        }
    }

    @BackendTest
    @DisplayName("M1 what the task wrote, its finally included, is seen when it failed or was cancelled, and the wait"
            + " throws")
    void throwing() throws Exception {
        for (int i = 1; i <= 200; i++) {
            int round = i;
            var cell = new Cell();
            var thrown = catchThrowable(() -> TaskGroup.run(group -> {
                var entered = new CountDownLatch(1);
                var _ = group.fork(() -> {
                    entered.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        cell.in = round;
                    }
                });
                entered.await();
                var _ = group.fork(() -> {
                    cell.out = round;
                    throw new IllegalStateException("expected");
                });
            }));
            assertThat(thrown).hasRootCauseMessage("expected");
            assertThat(cell.in).isEqualTo(round);
            assertThat(cell.out).isEqualTo(round);
        }
    }

    @BackendTest
    @DisplayName("M1 what the task wrote is seen by a callback registered after its end, on another thread")
    void callback() throws Exception {
        try (var group = TaskGroup.open()) {
            for (int i = 1; i <= ROUNDS; i++) {
                int round = i;
                var cell = new Cell();
                var called = new CountDownLatch(1);
                var task = group.fork(() -> {
                    cell.out = round;
                });
                var _ = task.onDone(_ -> {
                    cell.in = cell.out;
                    called.countDown();
                });
                called.await();
                assertThat(cell.in).isEqualTo(round);
            }
            group.join();
        }
    }
}
