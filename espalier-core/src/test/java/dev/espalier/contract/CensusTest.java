// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.Tasks;
import dev.espalier.app.ApplicationScope;
import dev.espalier.internal.Ages;
import dev.espalier.internal.Census;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Party;
import dev.espalier.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules V1 and V2: what the tree shows. */
public class CensusTest {
    /** Writes down what is met, and how deep. */
    private static final class Outline implements Census.Visitor {
        private final List<String> lines = new ArrayList<>();
        private int depth;

        @Override
        public boolean enter(Census.Occupant occupant) {
            lines.add(" ".repeat(depth++) + (occupant.task() == null ? "thread" : occupant.toString()));
            return true;
        }

        @Override
        public void leave(Census.Occupant occupant) {
            depth--;
        }

        @Override
        public boolean enter(Census.Opened opened) {
            lines.add(" ".repeat(depth++) + opened + (opened.isOfStream() ? " of a stream" : ""));
            return true;
        }

        @Override
        public void leave(Census.Opened opened) {
            depth--;
        }

        static List<String> of(TaskGroup group) {
            var outline = new Outline();
            Census.walk(group, outline);
            assertThat(outline.depth).isZero();
            return outline.lines;
        }
    }

    /** The part of the whole forest that is below the calling thread. */
    private static List<String> mine() {
        var lines = new ArrayList<String>();
        Census.walk(new Census.Visitor() {
            private int depth;

            @Override
            public boolean enter(Census.Occupant occupant) {
                if (depth == 0 && occupant.thread() != Thread.currentThread()) {
                    return false;
                }
                lines.add(" ".repeat(depth++) + (occupant.task() == null ? "thread" : occupant.toString()));
                return true;
            }

            @Override
            public void leave(Census.Occupant occupant) {
                depth--;
            }

            @Override
            public boolean enter(Census.Opened opened) {
                lines.add(" ".repeat(depth++) + opened);
                return true;
            }

            @Override
            public void leave(Census.Opened opened) {
                depth--;
            }
        });
        return lines;
    }

    @BackendTest
    @DisplayName("V1 a walk meets every group and task that lives, below its thread, and nothing that has ended")
    void shape() throws Exception {
        var release = new Event("release");
        var nested = new CountDownLatch(1);
        TaskGroup.run(o -> o.name("outer"), outer -> {
            outer.fork("gone", () -> {}).await();
            var _ = outer.fork(
                    "parent",
                    () -> TaskGroup.run(o -> o.name("inner"), inner -> {
                        var _ = inner.fork("child", () -> release.await());
                        nested.countDown();
                    }));
            nested.await();
            try (var second = TaskGroup.open(o -> o.name("second"))) {
                var _ = second.forkDaemon("daemon", () -> release.await());
                Threads.until(() -> release.statistics().waiting().size() == 2);
                assertThat(mine())
                        .containsExactly(
                                "thread",
                                " group 'outer'",
                                "  task 'parent'",
                                "   group 'inner'",
                                "    task 'child'",
                                " group 'second'",
                                "  task 'daemon'");
                assertThat(Outline.of(outer))
                        .containsExactly("group 'outer'", " task 'parent'", "  group 'inner'", "   task 'child'");
                release.set();
                second.join();
            }
        });
        assertThat(mine()).containsExactly("thread"); // which is in the scope of its backend
    }

    @BackendTest
    @DisplayName("V1 the tasks of a stream are below the thread that evaluates it")
    void stream() throws Exception {
        var release = new Event("release");
        try (var aside = Foreign.run(() -> {
            Threads.until(() -> release.statistics().waiting().size() == 2);
            release.set();
        })) {
            TaskGroup.run(o -> o.name("outer"), outer -> {
                var task = outer.fork(
                        "streams",
                        () -> Stream.of(1, 2)
                                .gather(Tasks.mapConcurrent(2, i -> {
                                    release.await();
                                    return i;
                                }))
                                .toList());
                Threads.until(() -> Outline.of(outer).size() == 5 || task.isDone());
                var lines = Outline.of(outer);
                if (!task.isDone() && lines.size() == 5) { // they may have been released meanwhile
                    assertThat(lines.get(2)).isEqualTo("  group 'mapConcurrent' of a stream");
                }
            });
            assertThat(aside).isNotNull();
        }
    }

    @BackendTest
    @DisplayName("V1 an application is met, with what it manages")
    void application() throws Exception {
        var release = new Event("release");
        try (var app = ApplicationScope.create(o -> o.name("shop"))) {
            app.start();
            var task = app.fork("poller", () -> release.await());
            Threads.until(() -> release.statistics().waiting().size() == 1);
            var met = new ArrayList<String>();
            Census.walk(new Census.Visitor() {
                @Override
                public boolean enter(Census.Occupant occupant) {
                    met.add(occupant.toString());
                    return true;
                }

                @Override
                public boolean enter(Census.Opened opened) {
                    return true;
                }
            });
            assertThat(met).contains("application 'shop'", "task 'poller'");
            release.set();
            task.await();
        }
    }

    @BackendTest
    @DisplayName("V1 a walk that stands on a task which is swept away goes on behind it")
    void swept() throws Exception {
        var release = new Event("release");
        TaskGroup.run(o -> o.history(0), group -> {
            var old = new HashSet<Long>();
            for (int i = 0; i < 5; i++) {
                old.add(group.fork("old", () -> release.await()).id());
            }
            var going = new Event("going");
            var gone = group.fork("going", () -> going.await());
            var met = new ArrayList<Long>();
            Census.walk(group, new Census.Visitor() {
                @Override
                public boolean enter(Census.Occupant occupant) {
                    var task = Objects.requireNonNull(occupant.task());
                    met.add(task.id());
                    if (task == gone) {
                        going.set();
                        Threads.until(gone::isDone);
                        for (int i = 0; i < 4_000; i++) { // so many that the list is swept
                            var brief = group.fork(() -> {});
                            Threads.until(brief::isDone);
                        }
                    }
                    return true;
                }

                @Override
                public boolean enter(Census.Opened opened) {
                    return true;
                }
            });
            assertThat(met).doesNotHaveDuplicates().containsAll(old);
            release.set();
        });
    }

    @BackendTest
    @DisplayName("V2 of a task can be told what it waits for, its deadline, why it is cancelled, and its age")
    void details(TestBackend backend) throws Exception {
        Ages.keep();
        ManualClock.run(backend, clock -> {
            var lock = new Lock("accounts");
            var release = new Event("release");
            TaskGroup.run(group -> {
                var holder = group.fork("holder", () -> {
                    try (var _ = lock.acquire()) {
                        release.await();
                    }
                });
                Threads.until(() -> release.statistics().waiting().size() == 1);
                var waiter = group.fork(
                        "waiter",
                        () -> CancelScope.failAfter(
                                Duration.ofSeconds(100), () -> lock.acquire().close()));
                var sleeper = group.fork("sleeper", () -> Tasks.sleep(Duration.ofSeconds(1)));
                Threads.until(() -> lock.statistics().waiting().size() == 1
                        && Census.Occupant.of(sleeper).blocker() != null);
                clock.advance(Duration.ofMillis(500));
                var seen = Census.Occupant.of(waiter);
                assertThat(Objects.requireNonNull(seen.waiting()))
                        .hasToString("lock 'accounts', held by task 'holder'");
                assertThat(seen.deadline().remaining()).isEqualTo(Duration.ofMillis(99_500));
                assertThat(seen.scopes()).hasSize(1);
                assertThat(seen.cancelled()).isNull();
                assertThat(seen.age().orElseThrow()).isBetween(Duration.ofMillis(460), Duration.ofMillis(540));
                assertThat(Census.Occupant.of(sleeper).blocker()).isInstanceOf(Deadline.class);
                assertThat(Objects.requireNonNull(Census.Occupant.of(holder).waiting()))
                        .hasToString("event 'release'");
                var stubborn = Blocker.stubborn();
                var task = group.fork("stubborn", stubborn);
                stubborn.awaitEntered();
                task.cancel("enough");
                stubborn.awaitInterrupted();
                assertThat(Objects.requireNonNull(Census.Occupant.of(task).cancelled())
                                .kind())
                        .isEqualTo(CancelReason.Kind.ASKED);
                stubborn.release();
                clock.advance(Duration.ofMillis(500));
                release.set();
            });
        });
    }

    @BackendTest
    @DisplayName("V2 who acquired the permits of a semaphore, or the tokens of a limiter, is known as long as they have"
            + " them")
    void acquirers() throws Exception {
        var semaphore = new Semaphore("db", 3);
        var limiter = new CapacityLimiter("slots", 1);
        var release = new Event("release");
        TaskGroup.run(group -> {
            var both = semaphore.acquire();
            var holder = group.fork("holder", () -> {
                try (var _ = semaphore.acquire();
                        var _ = semaphore.acquire();
                        var _ = limiter.acquire()) {
                    release.await();
                }
            });
            Threads.until(() -> limiter.availableTokens() == 0);
            var waiter = group.fork("waiter", () -> semaphore.acquire().close());
            var other = group.fork("other", () -> limiter.acquire().close());
            Threads.until(() -> Census.Occupant.of(waiter).awaits() != null
                    && Census.Occupant.of(other).awaits() != null);
            var waits = Objects.requireNonNull(Census.Occupant.of(waiter).awaits());
            assertThat(waits.what()).isEqualTo("semaphore 'db'");
            assertThat(waits.holders()).extracting(Party::task).containsExactly(null, holder, holder);
            assertThat(waits.isCertain()).isFalse();
            assertThat(Objects.requireNonNull(Census.Occupant.of(other).waiting()))
                    .hasToString("limiter 'slots', held by task 'holder'");
            waiter.cancel();
            Threads.until(waiter::isDone);
            assertThat(waits.holders()).extracting(Party::task).containsExactly(null, holder, holder);
            both.close();
            assertThat(waits.holders()).extracting(Party::task).containsExactly(holder, holder);
            release.set();
            holder.await();
            assertThat(waits.holders()).isEmpty();
        });
    }

    @BackendTest
    @DisplayName("V1 a task is a leaf until it opens a group, and again when that is closed")
    void leaf() throws Exception {
        TaskGroup.run(group -> {
            var first = new Event("first");
            var second = new Event("second");
            var opened = new CountDownLatch(1);
            var closed = new CountDownLatch(1);
            var task = group.fork("opens", () -> {
                first.await();
                TaskGroup.run(inner -> {
                    opened.countDown();
                    second.await();
                });
                closed.countDown();
                CancelScope.runOrMoveOnAfter(Duration.ofDays(1), () -> Tasks.sleep(Duration.ofDays(1)));
            });
            var seen = Census.Occupant.of(task);
            assertThat(seen.isLeaf()).isTrue();
            first.set();
            opened.await();
            assertThat(seen.isLeaf()).isFalse();
            second.set();
            closed.await();
            Threads.until(() -> !seen.scopes().isEmpty());
            assertThat(seen.isLeaf()).isTrue();
            task.cancel();
        });
    }

    @Test
    @DisplayName("V1 a walk over a group in which tasks come and go sees each that stays, once")
    void whileTasksComeAndGo() throws Exception {
        TaskGroup.run(o -> o.history(0), group -> {
            var release = new Event("release");
            var stay = new HashSet<Long>();
            for (int i = 0; i < 100; i++) {
                stay.add(group.fork("stays", () -> release.await()).id());
            }
            var stop = new CountDownLatch(1);
            var recent = new LinkedBlockingQueue<>();
            var forker = group.fork("forker", () -> {
                while (stop.getCount() > 0) {
                    recent.add(group.fork(() -> {}));
                    if (recent.size() > 100) {
                        recent.poll();
                    }
                }
            });
            for (int i = 0; i < 200; i++) {
                var met = new ArrayList<Long>();
                Census.walk(group, new Census.Visitor() {
                    @Override
                    public boolean enter(Census.Occupant occupant) {
                        met.add(Objects.requireNonNull(occupant.task()).id());
                        return false;
                    }

                    @Override
                    public boolean enter(Census.Opened opened) {
                        return true;
                    }
                });
                assertThat(met).doesNotHaveDuplicates().containsAll(stay);
            }
            stop.countDown();
            forker.await();
            release.set();
            assertThat(forker.status()).isEqualTo(TaskStatus.SUCCEEDED);
        });
    }
}
