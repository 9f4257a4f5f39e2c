// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.espalier.CancelReason;
import dev.espalier.FailurePolicy;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.sync.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a page is told. */
class FeedTest {
    @Test
    @DisplayName("rows come and go with tasks, and only what has changed is sent")
    void differences() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            var release = new Event("release");
            TaskGroup.run(o -> o.name("shop"), shop -> {
                for (int i = 0; i < 10; i++) {
                    shop.fork("task-" + i, () -> release.await());
                }
                Await.waiting(release, 10);
                feed.until(() -> feed.names().contains("task-9"));
                assertThat(feed.names()).containsSubsequence("shop", "task-0", "task-1", "task-9");
                feed.until(() -> "waits for event 'release'"
                        .equals(feed.row("task-9").get("doing").getAsString()));
                for (int i = 0; i < 3; i++) { // nothing changes, but for the thread that reads the feed
                    feed.next();
                }
                int before = feed.sent;
                var quick = new Event("quick");
                Task<Void> another = shop.fork("another", () -> quick.await());
                feed.until(() -> feed.names().contains("another"));
                quick.set();
                feed.until(() -> !feed.names().contains("another"));
                assertThat(another.isDone()).isTrue();
                assertThat(feed.sent - before)
                        .as("rows sent for a task that came and went")
                        .isLessThan(10);
                assertThat(feed.latest("counts").get("tasks").getAsInt()).isGreaterThanOrEqualTo(10);
                release.set();
            });
            feed.until(() -> feed.names().isEmpty());
        }
    }

    @Test
    @DisplayName("siblings that look the same are one row, which opens to as many as are in view")
    void bundles() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            var release = new Event("release");
            TaskGroup.run(o -> o.name("crowd"), crowd -> {
                for (int i = 0; i < 2_000; i++) {
                    crowd.fork("one-" + i, () -> release.await());
                }
                Await.waiting(release, 2_000);
                feed.until(() -> feed.row("2000 alike") != null);
                assertThat(feed.names()).hasSize(3);
                assertThat(feed.row("2000 alike").get("doing").getAsString()).isEqualTo("wait for event 'release'");
                String key = feed.key("2000 alike");
                assertThat(feed.show(1_000, 50, "", List.of(key), key)).isEqualTo(204);
                feed.until(() -> feed.latest("rows").get("first").getAsInt() == 1_000);
                assertThat(feed.latest("rows").get("total").getAsInt()).isEqualTo(2_003);
                assertThat(feed.names()).hasSize(50).startsWith("one-997", "one-998");
                feed.until(() ->
                        feed.latest("detail") != null && !feed.latest("detail").has("gone"));
                assertThat(feed.latest("detail").get("title").getAsString())
                        .isEqualTo("2,000 tasks that look the same");
                assertThat(feed.latest("detail").toString())
                        .contains("100 of 100")
                        .contains("at FeedTest.");
                release.set();
            });
        }
    }

    @Test
    @DisplayName("a search finds names and waits, with what is around them")
    void search() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            var release = new Event("the bell");
            TaskGroup.run(o -> o.name("outer"), outer -> {
                outer.fork("other", () -> Thread.sleep(100_000));
                outer.fork(
                        "parent",
                        () -> TaskGroup.run(o -> o.name("inner"), inner -> {
                            var _ = inner.fork("Needle", () -> release.await());
                        }));
                Await.waiting(release, 1);
                feed.show(0, 50, "nEEdle", List.of(), "");
                feed.until(() -> feed.latest("rows") != null
                        && feed.latest("rows").get("matches").getAsInt() == 1);
                assertThat(feed.names())
                        .endsWith("outer", "parent", "inner", "Needle")
                        .doesNotContain("other");
                feed.show(0, 50, "bell", List.of(), "");
                feed.until(() -> feed.latest("rows").get("query").getAsString().equals("bell"));
                assertThat(feed.names()).endsWith("inner", "Needle");
                feed.show(0, 50, "nowhere", List.of(), "");
                feed.until(() -> feed.names().isEmpty());
                outer.cancel();
            });
        }
    }

    @Test
    @DisplayName("of a task that is selected the stack is told, with what is the user's own, and when it has ended")
    void detail() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            var release = new Event("release");
            TaskGroup.run(o -> o.name("outer"), outer -> {
                var task = outer.fork("chosen", () -> release.await());
                Await.waiting(release, 1);
                feed.show(0, 50, "", List.of(), "t" + task.id());
                feed.until(() -> feed.latest("detail") != null);
                JsonObject detail = feed.latest("detail");
                assertThat(detail.get("path").getAsString()).endsWith("group 'outer' > task 'chosen'");
                var own = new ArrayList<String>();
                detail.get("stack").getAsJsonArray().forEach(frame -> {
                    if (frame.getAsJsonObject().get("own").getAsBoolean()) {
                        own.add(frame.getAsJsonObject().get("at").getAsString());
                    }
                });
                assertThat(own).isNotEmpty().allMatch(frame -> frame.startsWith("dev.espalier.inspect.FeedTest."));
                release.set();
                feed.until(() -> feed.latest("detail").has("gone"));
            });
        }
    }

    @Test
    @DisplayName("a group is cancelled from the page if that is allowed, and the reason says by whom")
    void cancel() throws Exception {
        try (var inspector = Inspector.start(o -> o.allowCancel(true));
                var feed = new FeedClient(inspector)) {
            var release = new Event("release");
            try (var group = TaskGroup.open(o -> o.name("doomed"))) {
                group.fork("in it", () -> release.await());
                feed.until(() -> feed.row("doomed") != null);
                String key = feed.key("doomed");
                feed.show(0, 50, "", List.of(), key);
                feed.until(() -> feed.latest("detail") != null);
                assertThat(feed.latest("detail").get("cancellable").getAsBoolean())
                        .isTrue();
                assertThat(feed.post("/cancel", key).statusCode()).isEqualTo(204);
                group.join();
                CancelReason reason = group.scope().reason().orElseThrow();
                assertThat(reason.message()).isEqualTo("cancelled by hand, on the inspector's page");
                feed.until(() -> feed.latest("detail").toString().contains("cancelled by hand"));
                assertThat(feed.latest("detail").get("cancellable").getAsBoolean())
                        .isFalse();
            }
            assertThat(feed.post("/cancel", "g99999").statusCode()).isEqualTo(404);
        }
    }

    @Test
    @DisplayName("without that it is not offered, and refused")
    void noCancel() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            TaskGroup.run(o -> o.name("safe"), group -> {
                feed.until(() -> feed.row("safe") != null);
                String key = feed.key("safe");
                feed.show(0, 50, "", List.of(), key);
                feed.until(() -> feed.latest("detail") != null);
                assertThat(feed.hello().get("allowCancel").getAsBoolean()).isFalse();
                assertThat(feed.latest("detail").get("cancellable").getAsBoolean())
                        .isFalse();
                var answer = feed.post("/cancel", key);
                assertThat(answer.statusCode()).isEqualTo(403);
                assertThat(answer.body()).contains("start the inspector with allowCancel(true)");
                assertThat(group.isCancelled()).isFalse();
            });
        }
    }

    @Test
    @DisplayName("of a failed group is told who failed first, who after it, and who was cancelled by that")
    void failures() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            var release = new Event("release");
            try {
                TaskGroup.run(o -> o.name("import"), group -> {
                    for (int i = 0; i < 3; i++) {
                        group.fork("waits-" + i, () -> release.await());
                    }
                    group.fork(
                            "parent",
                            () -> TaskGroup.run(inner -> {
                                var _ = inner.fork("below", () -> release.await());
                            }));
                    Await.waiting(release, 4);
                    group.fork("second", () -> {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException("while cleaning up");
                        }
                    });
                    Await.waiting(release, 5);
                    group.fork("parses", () -> {
                        throw new IllegalArgumentException("line 17\nis wrong");
                    });
                });
            } catch (TaskGroupException e) {
                assertThat(e).hasMessageContaining("line 17");
            }
            feed.until(() -> feed.latest("failures") != null
                    && feed.latest("failures").get("failures").getAsJsonArray().size() == 1
                    && first(feed).get("closed").getAsBoolean());
            JsonObject failure = first(feed);
            assertThat(failure.get("group").getAsString()).isEqualTo("import");
            assertThat(failure.get("first").getAsString()).isEqualTo("parses");
            assertThat(failure.get("exception").getAsString())
                    .isEqualTo("java.lang.IllegalArgumentException: line 17 is wrong");
            assertThat(failure.get("frames").getAsJsonArray().get(0).getAsString())
                    .startsWith("FeedTest.");
            assertThat(failure.get("path").getAsString()).endsWith("group 'import' > task 'parses'");
            assertThat(failure.get("others").getAsJsonArray()).hasSize(1);
            assertThat(failure.get("others").toString())
                    .contains("second: java.lang.IllegalStateException: while cleaning up");
            var cancelled = new ArrayList<String>();
            failure.get("cancelled").getAsJsonArray().forEach(name -> cancelled.add(name.getAsString()));
            assertThat(cancelled).containsExactlyInAnyOrder("waits-0", "waits-1", "waits-2", "parent", "below");
        }
    }

    private static JsonObject first(FeedClient feed) {
        return feed.latest("failures").get("failures").getAsJsonArray().get(0).getAsJsonObject();
    }

    @Test
    @DisplayName(
            "failures that are collected, and a body that throws, are failures too; looking at them is not seeing to"
                    + " them")
    void otherFailures() throws Exception {
        try (var inspector = Inspector.start(o -> o.failures(2));
                var feed = new FeedClient(inspector)) {
            for (int i = 0; i < 2; i++) {
                String name = "collects-" + i;
                TaskGroup.run(o -> o.name(name).failurePolicy(FailurePolicy.COLLECT), group -> {
                    var failed = group.fork("fails", () -> {
                        throw new java.io.IOException("disk");
                    });
                    Await.until(failed::isDone);
                    group.join();
                    assertThat(failed.outcome()).isPresent(); // now it has been seen to
                });
            }
            try {
                TaskGroup.run(o -> o.name("throws"), group -> {
                    throw new IllegalStateException("the body's own");
                });
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("the body's own");
            }
            feed.until(() -> feed.latest("failures") != null
                    && feed.latest("failures").toString().contains("throws"));
            assertThat(feed.latest("failures").get("failures").getAsJsonArray())
                    .as("the last two")
                    .hasSize(2);
            assertThat(first(feed).get("first").getAsString()).isEqualTo("the body");
            assertThat(first(feed).get("exception").getAsString()).contains("the body's own");
            assertThat(feed.latest("failures").toString())
                    .contains("collects-1")
                    .doesNotContain("collects-0");
        }
    }

    @Test
    @DisplayName("F2 a failure whose message cannot be had is told as any other")
    void silentFailure() throws Exception {
        @SuppressWarnings("serial") // never serialized
        class Silent extends RuntimeException {
            @Override
            public String getMessage() {
                throw new AssertionError("no message");
            }
        }
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            assertThatThrownBy(() -> TaskGroup.run(group -> group.fork("silent", () -> {
                        throw new Silent();
                    })))
                    .isInstanceOf(TaskGroupException.class);
            feed.until(() -> feed.latest("failures") != null
                    && !feed.latest("failures").get("failures").getAsJsonArray().isEmpty());
            assertThat(first(feed).get("first").getAsString()).isEqualTo("silent");
            assertThat(first(feed).get("exception").getAsString())
                    .endsWith("Silent, whose toString threw java.lang.AssertionError");
        }
    }

    @Test
    @DisplayName("a circle of waits is told, with its rows")
    void deadlock() throws Exception {
        try (var inspector = Inspector.start();
                var feed = new FeedClient(inspector)) {
            TaskGroup.run(
                    o -> o.name("bank"),
                    group -> Standstill.during(group, () -> {
                        feed.until(() -> feed.latest("deadlocks") != null
                                && !feed.latest("deadlocks")
                                        .get("deadlocks")
                                        .getAsJsonArray()
                                        .isEmpty());
                        feed.until(() -> feed.row("transfer") != null
                                && feed.row("transfer").has("deadlock"));
                        assertThat(feed.row("book").get("deadlock").getAsBoolean())
                                .isTrue();
                        assertThat(feed.row("bank").has("deadlock")).isFalse();
                    }));
        }
    }

    @Test
    @DisplayName("what is no view is refused, and a page that is gone is forgotten")
    void badViews() throws Exception {
        try (var inspector = Inspector.start()) {
            try (var feed = new FeedClient(inspector)) {
                assertThat(feed.post("/view", "[]").statusCode()).isEqualTo(400);
                assertThat(feed.post("/view", "{\"feed\":").statusCode()).isEqualTo(400);
                assertThat(feed.post("/view", "{\"first\":\"x\"}").statusCode()).isEqualTo(400);
                assertThat(feed.post("/view", "{\"open\":{}}").statusCode()).isEqualTo(400);
                assertThat(feed.post("/view", "{\"surprise\":1}").body()).contains("a view has no surprise");
                assertThat(feed.post("/view", "{\"feed\":\"777\"}").statusCode())
                        .isEqualTo(404);
                assertThat(feed.post("/view", " ".repeat(70_000)).statusCode()).isEqualTo(400);
            }
            for (int i = 0; i < 12; i++) { // eight at once are allowed
                try (var feed = new FeedClient(inspector)) {
                    feed.until(() -> feed.latest("counts") != null);
                } catch (NullPointerException | AssertionError | StringIndexOutOfBoundsException e) {
                    throw new AssertionError("feeds of pages that are gone take the place of others: " + i, e);
                }
            }
        }
    }

    @Test
    @DisplayName("closing the inspector ends the feed, and leaves no thread behind")
    void close() throws Exception {
        var inspector = Inspector.start();
        var feed = new FeedClient(inspector);
        inspector.close();
        String last = "";
        while (last != null) {
            try {
                last = feed.next();
            } catch (java.io.IOException e) { // cut off, which is as good
                break;
            }
        }
        feed.close();
        Await.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("espalier-inspect")
                        || thread.getName().equals("HTTP-Dispatcher")));
    }
}
