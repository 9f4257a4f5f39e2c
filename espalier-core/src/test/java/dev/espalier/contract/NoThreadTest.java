// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Action;
import dev.espalier.FailurePolicy;
import dev.espalier.Options;
import dev.espalier.Status;
import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** L11: threads that cannot be made or started. */
public class NoThreadTest {
    /** Fails to give a good thread while it is told to. */
    private abstract static class Faulty extends FilterBackend {
        final AtomicBoolean faulty = new AtomicBoolean(true);

        Faulty(Backend backend) {
            super(backend);
        }

        @Override
        public final @Nullable Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
            return faulty.get() ? fault() : super.newThread(task, name, inheritThreadLocals);
        }

        abstract @Nullable Thread fault();
    }

    /** Memory for threads is out. */
    private static final class Unstartable extends Thread {
        @Override
        public void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }

    private static Faulty none(Backend backend) {
        return new Faulty(backend) {
            @Override
            @Nullable
            Thread fault() {
                return null;
            }
        };
    }

    private static Faulty started(Backend backend) {
        return new Faulty(backend) {
            @Override
            Thread fault() {
                return Thread.startVirtualThread(() -> {});
            }
        };
    }

    private static Faulty throwing(Backend backend, Throwable thrown) {
        return new Faulty(backend) {
            @Override
            @Nullable
            Thread fault() {
                Failures.sneak(thrown);
                return null;
            }
        };
    }

    private static Faulty unstartable(Backend backend) {
        return new Faulty(backend) {
            @Override
            Thread fault() {
                return new Unstartable();
            }
        };
    }

    private static void assertUnharmed(Faulty backend, UnaryOperator<Options> options) throws Exception {
        var ran = new AtomicInteger();
        Callable<Integer> callable = ran::incrementAndGet;
        Action action = () -> {
            var _ = ran.incrementAndGet();
        };
        TaskGroup.run(o -> options.apply(o.backend(backend)), group -> {
            var before = group.stats();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> group.fork(callable)).isInstanceOf(RejectedExecutionException.class);
                assertThatThrownBy(() -> group.fork("named", action)).isInstanceOf(RejectedExecutionException.class);
                assertThatThrownBy(() -> group.tryFork(callable)).isInstanceOf(RejectedExecutionException.class);
                assertThatThrownBy(() -> group.forkDaemon("daemon", action))
                        .isInstanceOf(RejectedExecutionException.class);
                assertThatThrownBy(() -> group.start((Status<Integer> _) -> action.run()))
                        .isInstanceOf(RejectedExecutionException.class);
            }
            assertThat(group.stats()).isEqualTo(before);
            assertThat(group.activeTasks()).isEmpty();
            assertThat(group.failures()).isEmpty();
            assertThat(group.isCancelled()).isFalse();
            group.join();
            backend.faulty.set(false);
            assertThat(group.fork(callable).await()).isEqualTo(1);
            group.join(); // the place is given back after an awaiter has been woken
            var placed = group.tryFork(callable);
            assertThat(placed).as("a place is free").isPresent();
            assertThat(placed.get().await()).isEqualTo(2);
            group.join();
            assertThat(group.stats().succeeded()).isEqualTo(2);
        });
        assertThat(ran).hasValue(2);
    }

    @BackendTest
    @DisplayName("L11 the backend returns null: fork throws, and the group is as it was")
    void nullThread(TestBackend backend) throws Exception {
        assertUnharmed(none(backend), o -> o);
    }

    @BackendTest
    @DisplayName("L11 the backend returns a thread already started: fork throws, and the group is as it was")
    void startedThread(TestBackend backend) throws Exception {
        assertUnharmed(started(backend), o -> o);
    }

    @BackendTest
    @DisplayName("L11 the backend throws: fork throws with that as cause, and the group is as it was")
    void throwingBackend(TestBackend backend) throws Exception {
        assertUnharmed(throwing(backend, new IllegalStateException("no more")), o -> o);
        assertUnharmed(throwing(backend, new OutOfMemoryError("no more")), o -> o);
    }

    @BackendTest
    @DisplayName(
            "L11 the thread cannot be started, as memory is out: fork throws with that as cause, and the group is as"
                    + " it was")
    void unstartableThread(TestBackend backend) throws Exception {
        assertUnharmed(unstartable(backend), o -> o);
    }

    @BackendTest
    @DisplayName("L11, B1 the thread cannot be made under a limit of one: the place is free again")
    void placeIsFree(TestBackend backend) throws Exception {
        assertUnharmed(none(backend), o -> o.limit(1));
        assertUnharmed(started(backend), o -> o.limit(1));
        assertUnharmed(throwing(backend, new IllegalStateException("no more")), o -> o.limit(1));
        assertUnharmed(unstartable(backend), o -> o.limit(1).failurePolicy(FailurePolicy.COLLECT));
    }

    @BackendTest
    @DisplayName("L11, B1 the thread of one who waited for a place cannot be made: the next one gets the place")
    void nextWaiter(TestBackend backend) throws Exception {
        var faulty = none(backend);
        faulty.faulty.set(false);
        var blocker = new Blocker();
        TaskGroup.run(o -> o.backend(faulty).limit(1), group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            try (var _ = Foreign.run(() -> {
                assertThatThrownBy(() -> group.fork(() -> 1)).isInstanceOf(RejectedExecutionException.class);
                faulty.faulty.set(false);
                assertThat(group.fork(() -> 7).get()).isEqualTo(7);
            })) {
                Threads.until(() -> group.stats().waiting() == 1);
                faulty.faulty.set(true);
                blocker.release();
            }
        });
        assertThat(blocker.ended()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "L11 the exception of fork carries what the backend or the start threw, and says so where there is nothing")
    void cause(TestBackend backend) throws Exception {
        var failure = new IllegalStateException("no more");
        assertThat(forkOn(throwing(backend, failure))).hasCause(failure);
        assertThat(forkOn(unstartable(backend))).hasRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(forkOn(none(backend))).hasMessageContaining("null");
        assertThat(forkOn(started(backend))).hasMessageContaining("started");
    }

    private static Throwable forkOn(Backend backend) throws InterruptedException {
        return TaskGroup.call(o -> o.backend(backend), group -> catchThrowable(() -> group.fork(() -> 1)));
    }

    @BackendTest
    @DisplayName("L11, F3 fork throws in the body and nobody catches it: it leaves run, the tasks are cancelled")
    void leavesRun(TestBackend backend) {
        var faulty = none(backend);
        faulty.faulty.set(false);
        var blocker = new Blocker();
        var thrown = catchThrowable(() -> TaskGroup.run(o -> o.backend(faulty), group -> {
            var _ = group.fork(blocker);
            blocker.awaitEntered();
            faulty.faulty.set(true);
            var _ = group.fork(() -> 1);
        }));
        assertThat(thrown).isInstanceOf(RejectedExecutionException.class);
        assertThat(Failures.suppressed(thrown)).isEmpty();
        assertThat(blocker.wasInterrupted()).isTrue();
    }

    @BackendTest
    @DisplayName(
            "L11 a hundred forks run on a hundred threads, those of the backend and no others, named like their tasks")
    void threadsOfTheBackend(TestBackend backend) throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        TaskGroup.run(group -> {
            for (int i = 0; i < 100; i++) {
                var _ = group.fork(() -> used.add(Thread.currentThread()));
            }
            var name = group.fork("the-name", () -> Thread.currentThread().getName());
            assertThat(name.await()).contains("the-name");
        });
        assertThat(used).hasSize(100);
        assertThat(backend.threads()).containsAll(used);
    }

    @BackendTest
    @DisplayName(
            "L11 a backend of a factory runs tasks on the factory's threads, and leaves the group as it was where that"
                    + " gives none")
    void factory() throws Exception {
        Set<Thread> made = ConcurrentHashMap.newKeySet();
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        var calls = new AtomicInteger();
        var backend = Backend.of(task -> {
            if (calls.getAndIncrement() % 2 == 1) {
                return null;
            }
            var thread = Thread.ofPlatform().daemon().unstarted(task);
            made.add(thread);
            return thread;
        });
        TaskGroup.run(o -> o.backend(backend), group -> {
            for (int i = 0; i < 10; i++) {
                var _ = group.fork(() -> used.add(Thread.currentThread()));
                assertThatThrownBy(() -> group.fork(() -> 1)).isInstanceOf(RejectedExecutionException.class);
            }
        });
        assertThat(used).hasSize(10).isEqualTo(made);
    }
}
