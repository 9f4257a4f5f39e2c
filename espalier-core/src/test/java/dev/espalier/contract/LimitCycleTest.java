// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.TaskStatus;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** B2: forks by those who hold the places. */
public class LimitCycleTest {
    @BackendTest
    @DisplayName("B2 the holder of the only place forks: IllegalStateException at once, naming it")
    void onlyHolder() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.limit(1), group -> {
            var task = group.fork("the-holder", () -> {
                thrown.set(catchThrowable(() -> group.fork(() -> 1)));
                return 7;
            });
            assertThat(task.await()).isEqualTo(7);
            assertThat(group.stats().waiting()).isZero();
            assertThat(group.fork(() -> 8).await()).isEqualTo(8);
        });
        assertThat(thrown.get())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the-holder");
    }

    @BackendTest
    @DisplayName("B2, F1 the exception is not caught: it is the holder's failure")
    void uncaught() throws Exception {
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(o -> o.limit(1), group -> {
                    var _ = group.fork(() -> group.fork(() -> 1));
                }));
        assertThat(thrown.getCause()).isExactlyInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("B2 a holder forks while a place is free: the task runs")
    void freePlace() throws Exception {
        TaskGroup.run(o -> o.limit(2), group -> {
            var parent = group.fork(() -> group.fork(() -> 7).await());
            assertThat(parent.await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName(
            "B2 a holder forks while another holder works: it waits like any other, and gets the place of that one")
    void waitsForWorkingHolder() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(2), group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            var parent = group.fork(() -> group.fork(() -> 7).await());
            Threads.until(() -> group.stats().waiting() == 1);
            assertThat(parent.isDone()).isFalse();
            blocker.release();
            assertThat(parent.await()).isEqualTo(7);
        });
    }

    @BackendTest
    @DisplayName(
            "B2 both holders fork: the last one gets IllegalStateException, naming both; when it ends, the other goes"
                    + " on")
    void allHoldersWait() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.limit(2), group -> {
            var bothIn = new CountDownLatch(2);
            var first = group.fork("holder-one", () -> {
                bothIn.countDown();
                bothIn.await();
                return group.fork(() -> 7).await();
            });
            var second = group.fork("holder-two", () -> {
                bothIn.countDown();
                bothIn.await();
                Threads.until(() -> group.stats().waiting() == 1);
                thrown.set(catchThrowable(() -> group.fork(() -> 1)));
            });
            assertThat(second.await()).isNull();
            assertThat(first.await()).isEqualTo(7);
        });
        assertThat(thrown.get())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holder-one")
                .hasMessageContaining("holder-two");
    }

    @BackendTest
    @DisplayName("B2 a task of a group in the holder forks in the outer group: it is the last one that could wait,"
            + " IllegalStateException")
    void belowHolder() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork(
                    "the-holder",
                    () -> TaskGroup.run(inner -> {
                        var _ = inner.fork(() -> thrown.set(catchThrowable(() -> group.fork(() -> 1))));
                    }));
        });
        assertThat(thrown.get())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the-holder");
    }

    @BackendTest
    @DisplayName("B2 the body of a group in the holder forks in the outer group: IllegalStateException")
    void bodyInHolder() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork(
                    "the-holder",
                    () -> TaskGroup.run(inner -> {
                        thrown.set(catchThrowable(() -> group.fork(() -> 1)));
                        assertThat(inner.isCancelled()).isFalse();
                    }));
        });
        assertThat(thrown.get())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the-holder");
    }

    @BackendTest
    @DisplayName("B2 one holder waits directly and another by a task below it: the last one gets IllegalStateException")
    void mixed() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.limit(2), group -> {
            var bothIn = new CountDownLatch(2);
            var below = group.fork("holder-one", () -> {
                bothIn.countDown();
                bothIn.await();
                return TaskGroup.call(
                        inner -> inner.fork(() -> group.fork(() -> 7).await()).await());
            });
            var last = group.fork("holder-two", () -> {
                bothIn.countDown();
                Threads.until(() -> group.stats().waiting() == 1);
                thrown.set(catchThrowable(() -> group.fork(() -> 1)));
            });
            assertThat(last.await()).isNull();
            assertThat(below.await()).isEqualTo(7);
        });
        assertThat(thrown.get()).isExactlyInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName("B2 the body and a foreign thread, that hold no place, wait while the holder works: no exception")
    void outsidersWait() throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork("the-holder", blocker);
            blocker.awaitEntered();
            try (var _ = Foreign.run(() -> assertThat(group.fork(() -> 1).get()).isEqualTo(1));
                    var _ = Foreign.run(() -> {
                        Threads.until(() -> group.stats().waiting() == 2);
                        blocker.release();
                    })) {
                assertThat(group.fork(() -> 2).await()).isEqualTo(2);
            }
        });
    }

    @BackendTest
    @DisplayName(
            "B2 outsiders wait before the only holder forks: the holder gets IllegalStateException, they get places"
                    + " when it has ended")
    void outsidersBeforeHolder() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.limit(1), group -> {
            var holder = group.fork("the-holder", () -> {
                Threads.until(() -> group.stats().waiting() == 1);
                thrown.set(catchThrowable(() -> group.fork(() -> 1)));
            });
            assertThat(group.fork(() -> holder.isDone()).await()).isTrue();
        });
        assertThat(thrown.get())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the-holder");
    }

    @BackendTest
    @DisplayName("B2 the holders wait, and the group is cancelled: their forks return CANCELLED tasks, nothing hangs")
    void cancelledWhileWaiting() throws Exception {
        var blocker = Blocker.stubborn();
        var status = new AtomicReference<TaskStatus>();
        TaskGroup.run(o -> o.limit(2), group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            var _ = group.fork(() -> {
                Task<Integer> forked = group.fork(() -> 1);
                status.set(forked.status());
            });
            Threads.until(() -> group.stats().waiting() == 1);
            group.cancel();
            blocker.release();
        });
        assertThat(status).hasValue(TaskStatus.CANCELLED);
    }

    @BackendTest
    @DisplayName(
            "B2 two holders race to fork, many times: never a hang, and at most one of them gets IllegalStateException")
    void race() throws Exception {
        for (int i = 0; i < 500; i++) {
            var refused = new AtomicInteger();
            var ran = new AtomicInteger();
            TaskGroup.run(o -> o.limit(2), group -> {
                for (int k = 0; k < 2; k++) {
                    var _ = group.fork(() -> {
                        try {
                            var _ = group.fork(ran::incrementAndGet);
                        } catch (IllegalStateException _) {
                            var _ = refused.incrementAndGet();
                        }
                    });
                }
            });
            assertThat(refused.get()).isBetween(0, 1);
            assertThat(ran.get() + refused.get()).isEqualTo(2);
        }
    }
}
