// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Census;
import dev.espalier.internal.Deadlocks;
import dev.espalier.internal.Deadlocks.Step;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** Rule V4: circles that nobody refused are found from outside. */
public class DeadlockSearchTest {
    /** The circles in which a thread with that name has a part, each step in words, in some rotation. */
    private static Stream<List<String>> circles(String name) {
        return Deadlocks.find().stream()
                .map(circle -> circle.stream().map(DeadlockSearchTest::words).toList())
                .filter(circle -> circle.stream().anyMatch(step -> step.contains(name)));
    }

    private static String words(Step step) {
        Task<?> task = step.who().task();
        return (task == null ? "owner" : task.name()) + " waits for "
                + step.on().what() + (step.on().isCertain() ? "" : ", perhaps");
    }

    /** Those who wait in a line are there, and stay: a wait that is only about to begin is none. */
    private static void untilParked(Task<?>... tasks) {
        for (Task<?> task : tasks) {
            var seen = Census.Occupant.of(task);
            Threads.until(() -> seen.awaits() != null && isParked(seen.thread())); // it has looked for a circle itself
        }
    }

    private static boolean isParked(Thread thread) {
        return thread != null
                && (thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }

    private static void tryLock(Lock lock) throws InterruptedException {
        lock.acquire().close();
    }

    @BackendTest
    @DisplayName("V4 an owner that joins while it holds the lock that a task waits for is found, and only as long as it"
            + " lasts")
    void joinHoldingLock() throws Exception {
        var lock = new Lock("joined");
        var found = new AtomicReference<List<String>>();
        try (var group = TaskGroup.open(o -> o.name("stands"))) {
            Task<Void> task;
            try (var _ = lock.acquire()) {
                task = group.fork("wants", () -> tryLock(lock));
                Task<Void> waiting = task;
                untilParked(task);
                assertThat(circles("wants")).isEmpty();
                try (var _ = Foreign.run(() -> {
                    Threads.until(() -> circles("wants").findAny().isPresent());
                    found.set(circles("wants").findAny().orElseThrow());
                    waiting.cancel("to end the test");
                })) {
                    group.join();
                }
            }
            assertThat(found.get())
                    .containsExactlyInAnyOrder("owner waits for group 'stands'", "wants waits for lock 'joined'");
            assertThat(circles("wants")).isEmpty();
            assertThat(task.isCancelled()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("V4 a circle through two groups and two locks is found, with each step once")
    void twoGroups() throws Exception {
        var left = new Lock("left");
        var right = new Lock("right");
        var found = new AtomicReference<List<String>>();
        TaskGroup.run(outer -> {
            var children = new AtomicReference<Task<?>>();
            var ready = new CountDownLatch(2);
            var go = new Event("go");
            var end = new Event("end");
            var one = outer.fork("one", () -> {
                try (var _ = left.acquire()) {
                    TaskGroup.run(o -> o.name("first"), inner -> {
                        children.set(inner.fork("in one", () -> {
                            go.await();
                            tryLock(right);
                        }));
                        ready.countDown();
                    });
                }
            });
            var two = outer.fork("two", () -> {
                try (var _ = right.acquire()) {
                    TaskGroup.run(o -> o.name("second"), inner -> {
                        inner.fork("older", () -> end.await());
                        inner.fork("in two", () -> {
                            go.await();
                            tryLock(left);
                        });
                        inner.fork("newer", () -> end.await());
                        ready.countDown();
                    });
                }
            });
            ready.await();
            untilParked(one, two);
            assertThat(circles("in one")).isEmpty();
            go.set();
            Threads.until(() -> circles("in one").findAny().isPresent());
            found.set(circles("in one").findAny().orElseThrow());
            end.set();
            children.get().cancel("to end the test");
        });
        assertThat(found.get())
                .containsExactlyInAnyOrder(
                        "in one waits for lock 'right'",
                        "two waits for group 'second'",
                        "in two waits for lock 'left'",
                        "one waits for group 'first'");
    }

    @BackendTest
    @DisplayName("V4 tasks that hold all permits of a semaphore and want another are a circle that is not certain")
    void semaphore() throws Exception {
        var semaphore = new Semaphore("both", 2);
        TaskGroup.run(group -> {
            var go = new Event("go");
            var first = group.fork("first", () -> {
                try (var _ = semaphore.acquire();
                        var _ = semaphore.acquire()) {
                    go.await();
                    semaphore.acquire().close();
                }
            });
            Threads.until(() -> semaphore.availablePermits() == 0);
            var other = group.fork("other", () -> {
                try (var _ = semaphore.acquire()) {
                    CancelScope.checkpoint();
                }
            });
            untilParked(other);
            var waits = Census.Occupant.of(other).awaits();
            assertThat(waits).isNotNull();
            assertThat(waits.holders()).hasSize(2).allMatch(party -> party.task() == first);
            assertThat(circles("first")).isEmpty();
            go.set();
            Threads.until(() -> semaphore.statistics().waiting().size() == 2);
            assertThat(circles("first").findAny().orElseThrow())
                    .containsExactly("first waits for semaphore 'both', perhaps");
            first.cancel("to end the test");
        });
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(semaphore).hasToString("semaphore 'both' [2 of 2 free, 0 waiting]");
    }

    @BackendTest
    @DisplayName("V4 one holder that goes on is enough: no circle")
    void oneGoesOn() throws Exception {
        oneGoesOn(new CountDownLatch(1), null); // in the JDK, so that nothing is known of it
        oneGoesOn(null, new Event("release"));
    }

    private static void oneGoesOn(CountDownLatch latch, Event release) throws Exception {
        var limiter = new CapacityLimiter("two", 2);
        var lock = new Lock("held");
        TaskGroup.run(group -> {
            var borrowed = new CountDownLatch(2);
            var locked = new CountDownLatch(1);
            group.fork("goes on", () -> {
                try (var _ = limiter.acquire()) {
                    borrowed.countDown();
                    if (latch != null) {
                        latch.await();
                    } else {
                        release.await();
                    }
                }
            });
            var stands = group.fork("stands", () -> {
                try (var _ = limiter.acquire()) {
                    borrowed.countDown();
                    locked.await();
                    tryLock(lock);
                }
            });
            var holder = group.fork("holder", () -> {
                try (var _ = lock.acquire()) {
                    locked.countDown();
                    borrowed.await();
                    limiter.acquire().close();
                }
            });
            untilParked(holder, stands);
            assertThat(Objects.requireNonNull(Census.Occupant.of(holder).awaits())
                            .holders())
                    .hasSize(2);
            assertThat(circles("holder")).isEmpty();
            if (latch != null) {
                latch.countDown();
            } else {
                release.set();
            }
        });
    }

    @BackendTest
    @DisplayName("V4 a wait that ends by its own timeout closes no circle")
    void timed() throws Exception {
        var lock = new Lock("timed");
        try (var group = TaskGroup.open(o -> o.name("timed"))) {
            Task<Void> task;
            try (var _ = lock.acquire()) {
                task = group.fork(
                        "timed wait", () -> lock.acquire(Duration.ofDays(1)).close());
                untilParked(task);
                try (var _ = WhenBlocked.me(() -> {
                    assertThat(circles("timed wait")).isEmpty();
                    task.cancel("to end the test");
                })) {
                    group.join();
                }
            }
            assertThat(task.isCancelled()).isTrue();
        }
    }
}
