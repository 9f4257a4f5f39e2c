// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelPolicy;
import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.spi.TaskObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C8, second half: reports of work that ignores its cancellation. */
public class ReportTest {
    private final List<TaskObserver.Stuck> reports = new CopyOnWriteArrayList<>();
    private final TaskObserver observer = new TaskObserver() {
        @Override
        public void stuck(Stuck report) {
            reports.add(report);
        }
    };

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** Advances, and returns when a report that the advance caused has been made on whatever thread. */
    private void advance(ManualClock clock, Duration time, int expected) {
        clock.advance(time);
        Threads.untilRegardless(() -> reports.size() >= expected);
        assertThat(reports).hasSize(expected);
    }

    @BackendTest
    @DisplayName(
            "C8 work that ignores its cancellation is reported after 10 s and at doubling intervals, until it ends")
    void intervals(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var logs = LogCapture.start()) {
                var stubborn = new Stubborn();
                TaskGroup.run(o -> o.observer(observer), group -> {
                    var task = group.fork(stubborn);
                    var _ = stubborn.awaitHolding();
                    task.cancel();
                    advance(clock, seconds(10).minusMillis(1), 0);
                    advance(clock, Duration.ofMillis(1), 1);
                    advance(clock, seconds(20).minusMillis(1), 1);
                    advance(clock, Duration.ofMillis(1), 2);
                    advance(clock, seconds(40).minusMillis(1), 2);
                    advance(clock, Duration.ofMillis(1), 3);
                    stubborn.release();
                    group.join();
                    advance(clock, seconds(1_000), 3);
                });
                assertThat(reports)
                        .extracting(TaskObserver.Stuck::since)
                        .containsExactly(seconds(10), seconds(30), seconds(70));
                assertThat(logs.messages()).hasSize(3);
            }
        });
    }

    @BackendTest
    @DisplayName("C8 a report has the path in the tree, the task, the thread, the time and the reason, and the log its"
            + " state and stack")
    void content(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var logs = LogCapture.start()) {
                var stubborn = new Stubborn();
                var leaf = new AtomicReference<Task<?>>();
                TaskGroup.run(o -> o.name("shop").observer(observer), group -> {
                    var task = group.fork(
                            "orders",
                            () -> TaskGroup.run(o -> o.name("lines"), inner -> {
                                leaf.set(inner.fork("line-7", stubborn));
                            }));
                    var thread = stubborn.awaitHolding();
                    task.cancel("enough");
                    advance(clock, seconds(9), 0);
                    var _ = stubborn.awaitHolding(); // it has dealt with the interrupts, so that it is seen waiting
                    advance(clock, seconds(1), 1);
                    var report = reports.getFirst();
                    assertThat(report.path()).containsSubsequence("shop", "orders", "lines", "line-7");
                    assertThat(report.task()).isSameAs(leaf.get());
                    assertThat(report.thread()).isSameAs(thread);
                    assertThat(report.since()).isEqualTo(seconds(10));
                    assertThat(report.reason().root().message()).contains("enough");
                    assertThat(report.reason().root().kind()).isEqualTo(CancelReason.Kind.ASKED);
                    assertThat(logs.messages())
                            .hasSize(1)
                            .first()
                            .asString()
                            .containsSubsequence("shop", "orders", "lines", "line-7")
                            .contains("WAITING")
                            .contains("hold")
                            .contains("enough");
                    stubborn.release();
                });
            }
        });
    }

    @BackendTest
    @DisplayName("C8 reported threads are counted in the stats of the groups above them, while they go on")
    void counted(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var _ = LogCapture.start()) {
                var first = new Stubborn();
                var second = new Stubborn();
                TaskGroup.run(o -> o.observer(observer), group -> {
                    var _ = group.fork(first);
                    var _ = group.fork(() -> TaskGroup.run(inner -> {
                        var _ = inner.fork(second);
                    }));
                    var _ = first.awaitHolding();
                    var _ = second.awaitHolding();
                    assertThat(group.stats().stuck()).isZero();
                    group.cancel();
                    clock.advance(seconds(9));
                    assertThat(group.stats().stuck()).isZero();
                    clock.advance(seconds(1));
                    Threads.untilRegardless(() -> reports.stream()
                                    .map(TaskObserver.Stuck::thread)
                                    .filter(t -> t == first.awaitHolding() || t == second.awaitHolding())
                                    .count()
                            == 2);
                    assertThat(group.stats().stuck()).isGreaterThanOrEqualTo(2);
                    first.release();
                    second.release();
                    group.join();
                    assertThat(group.stats().active()).isZero();
                });
            }
        });
    }

    @BackendTest
    @DisplayName("C8 the time until the first report follows the policy")
    void policy(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var _ = LogCapture.start()) {
                var stubborn = new Stubborn();
                TaskGroup.run(
                        o -> o.observer(observer).cancelPolicy(CancelPolicy.DEFAULT.reportAfter(seconds(3))), group -> {
                            var task = group.fork(stubborn);
                            var _ = stubborn.awaitHolding();
                            task.cancel();
                            advance(clock, seconds(2), 0);
                            advance(clock, seconds(1), 1);
                            advance(clock, seconds(5), 1);
                            advance(clock, seconds(1), 2);
                            stubborn.release();
                        });
            }
        });
    }

    @BackendTest
    @DisplayName("C8 work that ends in time, and work behind a limited shield, is not reported")
    void notReported(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var logs = LogCapture.start()) {
                var cleanup = new Stubborn();
                TaskGroup.run(o -> o.observer(observer), group -> {
                    var soft = group.fork(Stubborn::forever);
                    var task = group.fork(() -> CancelScope.shielded(seconds(100), cleanup::hold));
                    var _ = cleanup.awaitHolding();
                    soft.cancel();
                    task.cancel();
                    Threads.until(soft::isDone);
                    clock.advance(seconds(99));
                    cleanup.release();
                    group.join();
                    assertThat(task.status()).isEqualTo(TaskStatus.SUCCEEDED);
                });
                assertThat(reports).isEmpty();
                assertThat(logs.messages()).isEmpty();
            }
        });
    }

    @BackendTest
    @DisplayName("C8 a shield without a limit that holds a cancellation back is reported, and not interrupted")
    void unlimitedShield(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var logs = LogCapture.start()) {
                var cleanup = new Stubborn();
                TaskGroup.run(o -> o.observer(observer), group -> {
                    var task = group.fork("cleaner", () -> CancelScope.shielded(cleanup::hold));
                    var thread = cleanup.awaitHolding();
                    task.cancel("enough");
                    advance(clock, seconds(9), 0);
                    advance(clock, seconds(1), 1);
                    assertThat(reports.getFirst().thread()).isSameAs(thread);
                    assertThat(reports.getFirst().task()).isSameAs(task);
                    assertThat(reports.getFirst().reason().root().message()).contains("enough");
                    assertThat(logs.messages()).hasSize(1).first().asString().containsIgnoringCase("shield");
                    assertThat(cleanup.interrupts()).isZero();
                    cleanup.release();
                });
            }
        });
    }

    @BackendTest
    @DisplayName("C8 an observer that throws from a report is logged and changes nothing")
    void observerThrows(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            try (var logs = LogCapture.start()) {
                var bad = new IllegalStateException("observer");
                var stubborn = new Stubborn();
                TaskGroup.run(
                        o -> o.observer(new TaskObserver() {
                            @Override
                            public void stuck(Stuck report) {
                                reports.add(report);
                                throw bad;
                            }
                        }),
                        group -> {
                            var task = group.fork(stubborn);
                            var _ = stubborn.awaitHolding();
                            task.cancel();
                            advance(clock, seconds(10), 1);
                            var _ = stubborn.awaitHolding(); // has consumed what came so far
                            advance(clock, seconds(20), 2);
                            Threads.until(() -> stubborn.interrupts() > 1);
                            stubborn.release();
                        });
                Threads.until(() -> logs.exceptions().contains(bad));
            }
        });
    }

    @BackendTest
    @DisplayName(
            "C8 a task that no interrupt reaches keeps its group from completing, and is reported; one that it reaches"
                    + " ends")
    void nativeCall(TestBackend backend) throws Exception {
        ManualClock.run(backend, clock -> {
            var server =
                    new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); // closed in the test, which ends the task
            try (var logs = LogCapture.start()) {
                var failed = new AtomicReference<IOException>();
                TaskGroup.run(o -> o.observer(observer), group -> {
                    var thread = new AtomicReference<Thread>();
                    var begun = new CountDownLatch(1);
                    var task = group.fork("acceptor", () -> {
                        thread.set(Thread.currentThread());
                        begun.countDown();
                        try (var socket = server.accept()) {
                            assertThat(socket.isConnected()).isTrue();
                        } catch (IOException e) {
                            failed.set(e);
                            CancelScope.checkpoint();
                            throw e;
                        }
                    });
                    begun.await();
                    task.cancel();
                    if (thread.get().isVirtual()) {
                        group.join();
                        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
                        assertThat(reports).isEmpty();
                        server.close();
                        return;
                    }
                    advance(clock, seconds(10), 1);
                    assertThat(reports.getFirst().thread()).isSameAs(thread.get());
                    assertThat(logs.messages())
                            .hasSize(1)
                            .first()
                            .asString()
                            .contains("acceptor")
                            .contains("accept");
                    assertThat(task.isDone()).isFalse();
                    assertThat(group.activeTasks()).isEqualTo(List.of(task));
                    server.close();
                });
                assertThat(failed.get()).isNotNull();
            }
        });
    }

    @BackendTest
    @DisplayName("C8 a policy is checked: the first two times are more than zero, the grace is not less")
    void checked() {
        assertThatThrownBy(() -> CancelPolicy.DEFAULT.redeliverAfter(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CancelPolicy.DEFAULT.reportAfter(seconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CancelPolicy.DEFAULT.hookGrace(seconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(CancelPolicy.DEFAULT.hookGrace(Duration.ZERO).hookGrace()).isZero();
    }
}
