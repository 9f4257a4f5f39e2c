// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded. */
class RecorderTest {
    @TempDir
    Path folder;

    @Test
    @DisplayName("a task has its group, its forker, and its times in order; a group its owner; both their names")
    void lives() throws Exception {
        try (var recorder = Recorder.start()) {
            TaskGroup.run(o -> o.name("shop"), shop -> {
                var _ = shop.fork(
                        "search",
                        () -> TaskGroup.run(o -> o.name("shards"), shards -> {
                            var _ = shards.fork("shard", () -> 1);
                            var _ = shop.fork("beside", () -> 2);
                        }));
            });
            TaskGroup.run(group -> group.fork(() -> 3));
            var seen = Recorded.of(recorder, folder);
            assertThat(seen.names("tasks")).contains("search", "shard", "beside", "");
            for (int i = 0; i < seen.tasks(); i++) {
                assertThat(seen.started()[i]).isGreaterThanOrEqualTo(seen.forked()[i]);
                assertThat(seen.ended()[i]).isGreaterThanOrEqualTo(seen.started()[i]);
                assertThat(seen.column("tasks", "outcome").get(i).getAsInt()).isEqualTo(1);
            }
            assertThat(of(seen, "tasks", "group", seen.task("shard"))).isEqualTo(seen.group("shards"));
            assertThat(of(seen, "tasks", "group", seen.task("beside"))).isEqualTo(seen.group("shop"));
            assertThat(seen.describe(of(seen, "tasks", "forker", seen.task("beside"))))
                    .isEqualTo("task 'search'");
            assertThat(seen.describe(of(seen, "tasks", "forker", seen.task("search"))))
                    .isEqualTo("thread '" + Thread.currentThread().getName() + "'");
            assertThat(seen.describe(of(seen, "groups", "owner", seen.group("shards"))))
                    .isEqualTo("task 'search'");
            double[] opened = seen.times("groups", "opened");
            double[] closed = seen.times("groups", "closed", opened);
            int shop = seen.group("shop");
            assertThat(opened[shop]).isLessThanOrEqualTo(seen.forked()[seen.task("search")]);
            assertThat(closed[shop]).isGreaterThanOrEqualTo(seen.ended()[seen.task("search")]);
            assertThat(seen.lost("tasks") + seen.lost("missed")).isZero();
        }
    }

    private static int of(Recorded seen, String table, String column, int row) {
        return seen.column(table, column).get(row).getAsInt();
    }

    @Test
    @DisplayName("waits are told with what for, those that have not ended too")
    void waits() throws Exception {
        try (var recorder = Recorder.start()) {
            var lock = new Lock("ledger");
            var event = new Event("release");
            TaskGroup.run(o -> o.name("bank"), bank -> {
                try (var _ = lock.acquire()) {
                    bank.fork("books", () -> lock.acquire().close());
                    Await.waiting(lock, 1);
                }
                var first = new Event("first");
                bank.fork("twice", () -> {
                    first.await();
                    event.await();
                });
                Await.waiting(first, 1);
                Task<Void> slow = bank.fork("slow", () -> event.await());
                bank.fork("joins", () -> slow.await());
                bank.fork("sleeps", () -> Tasks.sleep(Duration.ofNanos(10)));
                Await.waiting(event, 1);
                first.set(); // a wait that began earlier ends while a later one of another task goes on
                Await.waiting(event, 2);
                Await.until(() -> Recorded.of(recorder, folder).waits().contains("task 'joins' waits for task 'slow'"));
                var seen = Recorded.of(recorder, folder);
                assertThat(seen.waits())
                        .contains(
                                "task 'books' waits for lock 'ledger'",
                                "task 'slow' waits for event 'release'",
                                "task 'joins' waits for task 'slow'");
                int open = seen.waits().indexOf("task 'slow' waits for event 'release'");
                double[] from = seen.times("waits", "from");
                double[] to = seen.times("waits", "to", from);
                assertThat(to[open]).isNaN();
                assertThat(to[seen.waits().indexOf("task 'twice' waits for event 'first'")])
                        .isGreaterThanOrEqualTo(0);
                assertThat(to[seen.waits().indexOf("task 'books' waits for lock 'ledger'")])
                        .isGreaterThanOrEqualTo(0);
                Thread owner = Thread.currentThread();
                Thread.ofPlatform().daemon().start(() -> {
                    while (owner.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                    event.set();
                });
            });
            var seen = Recorded.of(recorder, folder);
            assertThat(seen.times("waits", "to", seen.times("waits", "from"))).doesNotContain(Double.NaN);
            assertThat(seen.waits())
                    .contains("thread '" + Thread.currentThread().getName() + "' waits for group 'bank'");
        }
    }

    @Test
    @DisplayName("without waits there are none, and all else is there")
    void noWaits() throws Exception {
        try (var recorder = Recorder.start(o -> o.waits(false))) {
            TaskGroup.run(group -> group.fork("a", () -> Tasks.sleep(Duration.ofMillis(1))));
            var seen = Recorded.of(recorder, folder);
            assertThat(seen.waits()).isEmpty();
            assertThat(seen.task("a")).isNotNegative();
        }
    }

    @Test
    @DisplayName("a failure has its exception, who was cancelled by it the cancellation, and that who and why")
    void failures() throws Exception {
        try (var recorder = Recorder.start()) {
            var never = new Event("never");
            assertThatThrownBy(() -> TaskGroup.run(o -> o.name("import"), group -> {
                        group.fork("writes", () -> never.await());
                        Await.waiting(never, 1);
                        group.fork("parses", () -> {
                            throw new IllegalArgumentException("line 17");
                        });
                    }))
                    .isInstanceOf(TaskGroupException.class);
            var seen = Recorded.of(recorder, folder);
            int parses = seen.task("parses");
            int writes = seen.task("writes");
            assertThat(of(seen, "tasks", "outcome", parses)).isEqualTo(2);
            assertThat(seen.text("tasks", "failure", parses)).isEqualTo("java.lang.IllegalArgumentException");
            assertThat(seen.text("tasks", "message", parses)).isEqualTo("line 17");
            assertThat(of(seen, "tasks", "outcome", writes)).isEqualTo(3);
            int cancel = of(seen, "tasks", "cancel", writes);
            assertThat(seen.describe(of(seen, "cancels", "target", cancel))).isEqualTo("group 'import'");
            assertThat(seen.describe(of(seen, "cancels", "by", cancel))).isEqualTo("task 'parses'");
            assertThat(seen.describe(of(seen, "cancels", "about", cancel))).isEqualTo("task 'parses'");
            assertThat(seen.text("cancels", "kind", cancel)).isEqualTo("SIBLING_FAILED");
            assertThat(seen.text("cancels", "exception", cancel))
                    .isEqualTo("java.lang.IllegalArgumentException: line 17");
        }
    }

    @Test
    @DisplayName(
            "a task that is cancelled alone, one that never runs, and one below a scope that is cancelled say by what")
    void cancellations() throws Exception {
        try (var recorder = Recorder.start()) {
            var never = new Event("never");
            TaskGroup.run(o -> o.name("a"), group -> {
                Task<Void> alone = group.fork("alone", () -> never.await());
                Await.waiting(never, 1);
                alone.cancel("not wanted");
                Await.until(alone::isDone);
                group.cancel("enough");
                group.fork("never runs", () -> {});
            });
            var scope = CancelScope.create();
            assertThat(scope.run(() -> TaskGroup.run(o -> o.name("b"), group -> {
                        group.fork("below", () -> never.await());
                        Await.waiting(never, 1);
                        scope.cancel("the scope");
                    })))
                    .isFalse();
            var seen = Recorded.of(recorder, folder);
            assertThat(why(seen, "alone")).isEqualTo("not wanted");
            assertThat(why(seen, "never runs")).isEqualTo("enough");
            assertThat(seen.started()[seen.task("never runs")]).isNaN();
            assertThat(why(seen, "below")).isEqualTo("the scope");
        }
    }

    private static String why(Recorded seen, String task) {
        assertThat(of(seen, "tasks", "outcome", seen.task(task))).isEqualTo(3);
        return String.valueOf(seen.text("cancels", "message", of(seen, "tasks", "cancel", seen.task(task))));
    }

    @Test
    @DisplayName("what began before the recorder is in it, with what it waits for, whether it has ended since or not")
    void before() throws Exception {
        var release = new Event("release");
        var quick = new Event("quick");
        TaskGroup.run(o -> o.name("old"), group -> {
            group.fork("stays", () -> release.await());
            group.fork("ends", () -> quick.await());
            Await.waiting(release, 1);
            Await.waiting(quick, 1);
            var recorder = Recorder.start();
            quick.set();
            Await.until(() -> group.stats().active() == 1);
            var seen = Recorded.of(recorder, folder);
            assertThat(seen.ended()[seen.task("ends")]).isPositive();
            assertThat(seen.forked()[seen.task("ends")]).isNaN();
            assertThat(seen.forked()[seen.task("stays")]).isNaN();
            assertThat(of(seen, "tasks", "group", seen.task("stays"))).isEqualTo(seen.group("old"));
            assertThat(seen.waits()).contains("task 'stays' waits for event 'release'");
            recorder.close();
            release.set();
            seen = Recorded.of(recorder, folder);
            assertThat(of(seen, "tasks", "outcome", seen.task("stays")))
                    .as("how it was at the end of the recording")
                    .isZero();
        });
    }

    @Test
    @DisplayName("after close nothing more is recorded, and what was can be written as often as one likes")
    void closed() throws Exception {
        var recorder = Recorder.start();
        TaskGroup.run(group -> group.fork("before", () -> {}));
        recorder.close();
        recorder.close();
        TaskGroup.run(group -> group.fork("after", () -> {}));
        for (int i = 0; i < 2; i++) {
            assertThat(Recorded.of(recorder, folder).names("tasks"))
                    .contains("before")
                    .doesNotContain("after");
        }
    }

    @Test
    @DisplayName("a limited recorder keeps the last, counts the others, and shows what lives however old it is")
    void limit() throws Exception {
        var release = new Event("release");
        try (var recorder = Recorder.start(o -> o.limit(1_000))) {
            TaskGroup.run(o -> o.name("long"), outer -> {
                outer.fork("old", () -> release.await());
                Await.waiting(release, 1);
                for (int round = 0; round < 10; round++) {
                    int number = round;
                    TaskGroup.run(o -> o.name("round-" + number), group -> {
                        for (int i = 0; i < 10_000; i++) {
                            group.fork("t", () -> {});
                        }
                    });
                }
                var seen = Recorded.of(recorder, folder);
                assertThat(seen.tasks()).isBetween(1_000, 1_000 + 4 * 4_096);
                assertThat(seen.tasks() + seen.lost("tasks"))
                        .as("the old one is forgotten, and found again because it lives")
                        .isEqualTo(100_002);
                assertThat(seen.task("old")).isNotNegative();
                assertThat(seen.group("long")).isNotNegative();
                assertThat(seen.group("round-9")).isNotNegative();
                assertThat(seen.waits()).contains("task 'old' waits for event 'release'");
                release.set();
            });
        }
    }

    @Test
    @DisplayName("of the last seconds what ended before is left out, and what lived then is not")
    void last() throws Exception {
        var release = new Event("release");
        try (var recorder = Recorder.start(o -> o.last(Duration.ofMillis(300)))) {
            TaskGroup.run(o -> o.name("around"), around -> {
                around.fork("lives", () -> release.await());
                TaskGroup.run(o -> o.name("early"), group -> group.fork("gone", () -> {}));
                long then = System.nanoTime();
                Await.until(() -> System.nanoTime() - then > 400_000_000);
                TaskGroup.run(o -> o.name("late"), group -> group.fork("new", () -> {}));
                var seen = Recorded.of(recorder, folder);
                assertThat(seen.names("tasks")).contains("lives", "new").doesNotContain("gone");
                assertThat(seen.names("groups")).contains("around", "late").doesNotContain("early");
                release.set();
            });
        }
    }

    @Test
    @DisplayName("what is read while it is written, and forgotten, is never of two tasks")
    void whileWritten() throws Exception {
        var over = new AtomicBoolean();
        try (var recorder = Recorder.start(o -> o.limit(2_000))) {
            TaskGroup.run(o -> o.name("writers"), writers -> {
                for (int w = 0; w < 4; w++) {
                    writers.fork("writer", () -> {
                        while (!over.get()) {
                            TaskGroup.run(o -> o.name("named"), group -> {
                                for (int i = 0; i < 500; i++) {
                                    group.fork("x", () -> {});
                                }
                            });
                            assertThatThrownBy(() -> TaskGroup.run(group -> {
                                        for (int i = 0; i < 500; i++) {
                                            group.fork(RecorderTest::fails);
                                        }
                                    }))
                                    .isInstanceOf(TaskGroupException.class);
                        }
                    });
                }
                for (int i = 0; i < 30; i++) {
                    var seen = Recorded.of(recorder, folder);
                    for (int t = 0; t < seen.tasks(); t++) {
                        String name = seen.text("tasks", "name", t);
                        int outcome = of(seen, "tasks", "outcome", t);
                        String group = seen.text("groups", "name", of(seen, "tasks", "group", t));
                        if ("x".equals(name)) {
                            assertThat(outcome).isIn(0, 1);
                            assertThat(group).isIn("named", null);
                        } else if (name == null) {
                            assertThat(outcome).isIn(0, 2, 3);
                            assertThat(group).isNull();
                        } else {
                            assertThat(name).isEqualTo("writer");
                        }
                    }
                }
                over.set(true);
            });
        }
    }

    private static void fails() {
        throw new IllegalStateException("not x");
    }

    @Test
    @DisplayName("values, exceptions and groups are not kept")
    void nothingKept() throws Exception {
        try (var recorder = Recorder.start()) {
            var value = new WeakReference<>(TaskGroup.call(
                    group -> group.fork("makes", () -> new byte[1_000_000]).await()));
            var failure = new WeakReference<>(failing());
            Await.until(() -> {
                System.gc();
                return value.get() == null && failure.get() == null;
            });
            assertThat(Recorded.of(recorder, folder).names("tasks")).contains("makes", "fails");
        }
    }

    private static Throwable failing() throws InterruptedException {
        try {
            TaskGroup.run(group -> group.fork("fails", () -> {
                throw new IOException("gone");
            }));
            throw new AssertionError("it fails");
        } catch (TaskGroupException e) {
            return e.failures().getFirst();
        }
    }

    @Test
    @DisplayName("an exception whose message throws, long names, and halves of characters do no harm")
    void odd() throws Exception {
        @SuppressWarnings("serial") // never serialized
        class Odd extends RuntimeException {
            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("no message");
            }
        }
        try (var recorder = Recorder.start()) {
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT).name("a\ud800b"), group -> {
                group.fork("odd", () -> {
                    throw new Odd();
                });
                group.fork("n".repeat(100_000), () -> {});
            });
            var seen = Recorded.of(recorder, folder);
            assertThat(seen.text("tasks", "message", seen.task("odd")))
                    .contains("cannot be had", "UnsupportedOperationException");
            assertThat(seen.names("groups")).contains("a?b");
            assertThat(seen.names("tasks")).allSatisfy(name -> assertThat(name).hasSizeLessThan(1_010));
        }
    }

    @Test
    @DisplayName("a file that cannot be written throws, and leaves what was there")
    void unwritable() throws Exception {
        try (var recorder = Recorder.start()) {
            assertThatThrownBy(() -> recorder.writeHtml(folder.resolve("no such folder/a.html")))
                    .isInstanceOf(IOException.class);
            Path file = folder.resolve("a.html");
            recorder.writeHtml(file);
            recorder.writeHtml(file);
            try (var files = Files.list(folder)) {
                assertThat(files.toList()).containsExactly(file);
            }
        }
    }

    @Test
    @DisplayName("options say what they accept, and what they are")
    void options() {
        assertThatThrownBy(() -> RecorderOptions.DEFAULT.limit(0)).hasMessageContaining("1 to 100000000");
        assertThatThrownBy(() -> RecorderOptions.DEFAULT.last(Duration.ZERO)).hasMessageContaining("must be positive");
        assertThat(RecorderOptions.DEFAULT.limit(5).last(Duration.ofSeconds(1)).waits(false))
                .hasToString("RecorderOptions[limit=5, last=PT1S, waits=false]");
        assertThat(List.of(RecorderOptions.DEFAULT.limit(), 1_000_000)).containsExactly(1_000_000, 1_000_000);
    }
}
