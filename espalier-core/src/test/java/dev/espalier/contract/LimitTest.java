// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Action;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.Options;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** B1: how many tasks run at once. */
public class LimitTest {
    @BackendTest
    @DisplayName("B1 a limit of ten, a thousand forks by several threads: never more than ten run at once, and all run")
    void neverAbove() throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var ran = new AtomicInteger();
        Action body = () -> {
            int now = running.incrementAndGet();
            var _ = most.accumulateAndGet(now, Math::max);
            var _ = ran.incrementAndGet();
            Thread.yield();
            var _ = running.decrementAndGet();
        };
        Action forker;
        try (var group = TaskGroup.open(o -> o.limit(10))) {
            forker = () -> {
                for (int i = 0; i < 205; i++) {
                    var _ = group.fork(body);
                }
            };
            try (var _ = Foreign.run(forker);
                    var _ = Foreign.run(forker);
                    var _ = Foreign.run(forker);
                    var _ = Foreign.run(forker)) {
                forker.run();
            }
            group.join();
            assertThat(group.stats().succeeded()).isEqualTo(1_025);
        }
        assertThat(ran).hasValue(1_025);
        assertThat(most.get()).isBetween(1, 10);
    }

    @BackendTest
    @DisplayName(
            "B1 a limit of 42: 42 tasks run at once, the next tryFork is empty at once, and present when one has ended")
    void tryFork() throws Exception {
        var blockers = new ArrayList<Blocker>();
        var tasks = new ArrayList<Task<?>>();
        var ran = new AtomicBoolean();
        TaskGroup.run(o -> o.limit(42), group -> {
            for (int i = 0; i < 42; i++) {
                var blocker = new Blocker();
                blockers.add(blocker);
                var task = group.tryFork(() -> {
                    blocker.run();
                    return 1;
                });
                assertThat(task).isPresent();
                tasks.add(task.get());
            }
            for (var blocker : blockers) {
                blocker.awaitEntered();
            }
            assertThat(group.tryFork(() -> ran.getAndSet(true))).isEmpty();
            assertThat(group.stats().forked()).isEqualTo(42);
            blockers.getFirst().release();
            var next = new AtomicReference<Optional<Task<Integer>>>();
            Threads.until(() -> {
                next.set(group.tryFork(() -> 7));
                return next.get().isPresent();
            });
            assertThat(tasks.getFirst().isDone()).isTrue();
            assertThat(next.get().orElseThrow().await()).isEqualTo(7);
            blockers.forEach(Blocker::release);
        });
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("B1 fork waits for a place, and makes no thread before it has one")
    void waits(TestBackend backend) throws Exception {
        var blocker = new Blocker();
        TaskGroup.run(o -> o.limit(1), group -> {
            var first = group.fork(blocker);
            blocker.awaitEntered();
            int threads = backend.threads().size();
            var threadsWhileWaiting = new AtomicInteger();
            try (var _ = Foreign.run(() -> {
                Threads.until(() -> group.stats().waiting() == 1);
                threadsWhileWaiting.set(backend.threads().size());
                blocker.release();
            })) {
                var second = group.fork(() -> first.isDone());
                assertThat(second.await()).as("the first had terminated").isTrue();
            }
            assertThat(threadsWhileWaiting).hasValue(threads);
            assertThat(group.stats().waiting()).isZero();
        });
    }

    @BackendTest
    @DisplayName("B1 several threads wait in fork: the places are given in the order in which they came")
    void firstComeFirstServed() throws Exception {
        var order = new ConcurrentLinkedQueue<Integer>();
        var blocker = new Blocker();
        try (var group = TaskGroup.open(o -> o.limit(1))) {
            var _ = group.fork(blocker);
            var forkers = new ArrayList<Foreign>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                forkers.add(Foreign.run(() -> {
                    var _ = group.fork(() -> order.add(number));
                }));
                Threads.until(() -> group.stats().waiting() == number + 1);
            }
            assertThat(group.tryFork(() -> order.add(-1))).isEmpty();
            blocker.release();
            forkers.forEach(Foreign::close);
            group.join();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @BackendTest
    @DisplayName(
            "B1 the group is cancelled while fork waits: the task is CANCELLED, no thread is made, the caller is not"
                    + " disturbed")
    void groupCancelled(TestBackend backend) throws Exception {
        var blocker = Blocker.stubborn();
        var ran = new AtomicBoolean();
        try (var group = TaskGroup.open(o -> o.limit(1))) {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            int threads = backend.threads().size();
            try (var _ = Foreign.run(() -> {
                Threads.until(() -> group.stats().waiting() == 1);
                group.cancel("no more");
            })) {
                var task = group.fork(() -> ran.set(true));
                assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
                assertThat(task.isDone()).isTrue();
                assertThat(blocker.ended()).as("the place is still taken").isFalse();
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(backend.threads()).hasSize(threads);
            assertThat(group.stats().waiting()).isZero();
            blocker.release();
            group.join();
        }
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName(
            "B1 the caller is interrupted while fork waits: the task is CANCELLED, the caller's interrupt status stays"
                    + " set")
    void callerInterrupted() throws Exception {
        var owner = Thread.currentThread();
        var blocker = new Blocker();
        var ran = new AtomicBoolean();
        try (var group = TaskGroup.open(o -> o.limit(1))) {
            var _ = group.fork(blocker);
            try (var _ = Foreign.run(() -> {
                Threads.until(() -> group.stats().waiting() == 1);
                owner.interrupt();
            })) {
                var task = group.fork(() -> ran.set(true));
                assertThat(Thread.interrupted()).isTrue();
                assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            }
            assertThat(group.isCancelled()).isFalse();
            assertThat(group.stats().waiting()).isZero();
            blocker.release();
            assertThat(group.fork(() -> 7).await()).isEqualTo(7);
            group.join();
        }
        assertThat(ran).isFalse();
    }

    @BackendTest
    @DisplayName("B1 the caller's own scope is cancelled while fork waits: the task is CANCELLED, the next checkpoint"
            + " throws, the group goes on")
    void callerCancelled() throws Exception {
        var blocker = new Blocker();
        var scope = CancelScope.create();
        var status = new AtomicReference<TaskStatus>();
        try (var group = TaskGroup.open(o -> o.limit(1))) {
            var _ = group.fork(blocker);
            try (var _ = Foreign.run(() -> {
                Threads.until(() -> group.stats().waiting() == 1);
                scope.cancel();
            })) {
                boolean ended = scope.run(() -> {
                    status.set(group.fork(() -> 1).status());
                    assertThatThrownBy(CancelScope::checkpoint).isInstanceOf(CancelledException.class);
                    CancelScope.checkpoint();
                });
                assertThat(ended).isFalse();
            }
            assertThat(status).hasValue(TaskStatus.CANCELLED);
            assertThat(group.isCancelled()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            blocker.release();
            group.join();
        }
    }

    @BackendTest
    @DisplayName("B1 the caller is cancelled or interrupted, the group is not, and a place is free: the task runs")
    void freePlace() throws Exception {
        try (var group = TaskGroup.open(o -> o.limit(1))) {
            Thread.currentThread().interrupt();
            var interrupted = group.fork(() -> 7);
            assertThat(Thread.interrupted()).isTrue();
            group.join();
            assertThat(interrupted.resultNow()).isEqualTo(7);
            var scope = CancelScope.create();
            var forked = new AtomicReference<Task<Integer>>();
            boolean ended = scope.run(() -> {
                scope.cancel();
                forked.set(group.fork(() -> 8));
            });
            assertThat(ended).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            group.join();
            assertThat(forked.get().resultNow()).isEqualTo(8);
        }
    }

    @BackendTest
    @DisplayName("B1 the first of two waiters is interrupted: the second one gets the place, no trace is left")
    void cancelledWaiter() throws Exception {
        var blocker = new Blocker();
        var ran = new ConcurrentLinkedQueue<String>();
        try (var group = TaskGroup.open(o -> o.limit(1))) {
            var _ = group.fork(blocker);
            try (var first = Foreign.run(() -> {
                var task = group.fork(() -> ran.add("first"));
                assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
                assertThat(Thread.interrupted()).isTrue();
            })) {
                Threads.until(() -> group.stats().waiting() == 1);
                try (var _ = Foreign.run(() -> {
                    var _ = group.fork(() -> ran.add("second"));
                })) {
                    Threads.until(() -> group.stats().waiting() == 2);
                    first.thread().interrupt();
                    Threads.until(() -> group.stats().waiting() == 1);
                    blocker.release();
                }
            }
            group.join();
            assertThat(ran).containsExactly("second");
            assertThat(group.tryFork(() -> 1)).isPresent();
            group.join();
        }
    }

    @BackendTest
    @DisplayName("B1 fork and tryFork into a cancelled group under a full limit return a CANCELLED task at once")
    void fullAndCancelled() throws Exception {
        var blocker = Blocker.stubborn();
        TaskGroup.run(o -> o.limit(1), group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            group.cancel();
            assertThat(group.fork(() -> 1).status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(group.tryFork(() -> 1)).get().extracting(Task::status).isEqualTo(TaskStatus.CANCELLED);
            blocker.release();
        });
    }

    @BackendTest
    @DisplayName("B1 a task fails, is cancelled, or never ran: its place is free again")
    void placesReturn() throws Exception {
        try (var _ = LogCapture.start();
                var group = TaskGroup.open(o -> o.limit(2).failurePolicy(FailurePolicy.COLLECT))) {
            for (int i = 0; i < 20; i++) {
                var _ = group.fork(Failures.throwing(new IllegalStateException("expected")));
                var cancelled = group.fork(new Blocker());
                cancelled.cancel();
            }
            group.join();
            var first = group.tryFork(() -> 1);
            assertThat(first).isPresent();
            group.join();
        }
    }

    @BackendTest
    @DisplayName(
            "B1 waiters are cancelled at the moment in which a place becomes free: no place is lost, each task ran or"
                    + " is CANCELLED")
    void cancelAgainstRelease() throws Exception {
        try (var race = new Race("B1");
                var group = TaskGroup.open(o -> o.limit(1))) {
            int given = 0;
            for (int i = 0; i < Race.rounds(1_000); i++) {
                var gate = new CountDownLatch(1);
                var ran = new AtomicBoolean();
                var scope = CancelScope.create();
                var _ = group.fork(() -> gate.await());
                int spins = race.draw(3_000);
                var rival = race.start(() -> {
                    gate.countDown();
                    Race.spin(spins);
                    scope.cancel();
                });
                var task = new AtomicReference<Task<?>>();
                boolean ended = scope.run(() -> task.set(group.fork(() -> ran.set(true))));
                assertThat(ended).isTrue();
                rival.await();
                group.join();
                assertThat(task.get().status()).isEqualTo(ran.get() ? TaskStatus.SUCCEEDED : TaskStatus.CANCELLED);
                given += ran.get() ? 1 : 0;
                assertThat(group.stats().waiting()).isZero();
            }
            assertThat(given > 0 || BackendExtension.isSimulated())
                    .as("waiters got a place")
                    .isTrue();
            var last = group.tryFork(() -> 1);
            assertThat(last).isPresent();
            group.join();
        }
    }

    @Test
    @DisplayName("B1 a limit below one is refused")
    void limits() {
        for (int limit : List.of(0, -1, Integer.MIN_VALUE)) {
            assertThatThrownBy(() -> Options.DEFAULT.limit(limit)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Options.DEFAULT.limit()).isEqualTo(Integer.MAX_VALUE);
        assertThat(Options.DEFAULT.limit(1).limit()).isEqualTo(1);
    }
}
