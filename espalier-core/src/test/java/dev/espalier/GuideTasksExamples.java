// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the combinators' Javadoc and guide: what is shown is what runs here. */
@SuppressWarnings("FutureReturnValueIgnored") // a group awaits its tasks and throws their failures
class GuideTasksExamples {
    record Account(String owner, int balance) {}

    private static String loadOwner(int id) {
        return "owner " + id;
    }

    private static int loadBalance(int id) {
        return 100 * id;
    }

    // @start region="zip"
    static Account load(int id) throws InterruptedException {
        return Tasks.zip(
                () -> loadOwner(id), // both at once
                () -> loadBalance(id),
                Account::new); // when both have ended, on the calling thread
    }
    // @end

    @Test
    @DisplayName("two results of different types, combined")
    void zip() throws InterruptedException {
        assertThat(load(7)).isEqualTo(new Account("owner 7", 700));
    }

    private static String fetch(String url) throws IOException {
        if (url.startsWith("http:")) {
            throw new IOException(url + " is not encrypted");
        }
        return "page of " + url;
    }

    // @start region="gather"
    static List<String> fetchBoth(String first, String second) throws IOException, InterruptedException {
        try {
            return Tasks.gather(() -> fetch(first), () -> fetch(second)); // in this order
        } catch (TaskGroupException e) {
            e.rethrow(IOException.class); // the first one, with its static type
            throw e;
        }
    }
    // @end

    @Test
    @DisplayName("all results, in order")
    void gather() throws Exception {
        assertThat(fetchBoth("https:a", "https:b")).containsExactly("page of https:a", "page of https:b");
        assertThatThrownBy(() -> fetchBoth("https:a", "http:b")).hasMessage("http:b is not encrypted");
    }

    // @start region="settled"
    static List<String> report(List<String> urls) throws InterruptedException {
        var lines = new ArrayList<String>();
        for (var outcome : Tasks.mapSettled(urls, 8, url -> fetch(url))) {
            lines.add(
                    switch (outcome) {
                        case Outcome.Success(var page) -> page;
                        case Outcome.Failure(var exception) -> "failed: " + exception.getMessage();
                        case Outcome.Cancelled(var reason) -> "cancelled: " + reason.message();
                    });
        }
        return lines;
    }
    // @end

    @Test
    @DisplayName("how each of them ended")
    void settled() throws Exception {
        assertThat(report(List.of("https:a", "http:b")))
                .containsExactly("page of https:a", "failed: http:b is not encrypted");
    }

    private static String ask(String mirror) throws IOException, InterruptedException {
        if (mirror.equals("down")) {
            throw new IOException("connection refused");
        }
        if (mirror.equals("slow")) {
            Tasks.sleep(Duration.ofDays(1));
        }
        return "answer of " + mirror;
    }

    // @start region="any"
    static String askAny(List<String> mirrors) throws InterruptedException {
        List<Callable<String>> questions =
                mirrors.stream().<Callable<String>>map(m -> () -> ask(m)).toList();
        return Tasks.any(questions); // the others are cancelled, and have ended
    }
    // @end

    @Test
    @DisplayName("the first success")
    void any() throws Exception {
        assertThat(askAny(List.of("down", "slow", "fast"))).isEqualTo("answer of fast");
        assertThatThrownBy(() -> askAny(List.of("down", "down"))).isInstanceOf(TaskGroupException.class);
    }

    private static int version(String replica) throws IOException, InterruptedException {
        return ask(replica).length();
    }

    // @start region="quorum"
    static int newestVersion(String a, String b, String c) throws InterruptedException {
        List<Integer> two = Tasks.firstSuccessful(2, () -> version(a), () -> version(b), () -> version(c));
        return Math.max(two.get(0), two.get(1));
    }
    // @end

    @Test
    @DisplayName("a quorum")
    void quorum() throws Exception {
        assertThat(newestVersion("a", "slow", "bb")).isEqualTo("answer of bb".length());
        assertThatThrownBy(() -> newestVersion("down", "down", "slow")).isInstanceOf(TaskGroupException.class);
    }

    // @start region="hedge"
    static String askTwice(Callable<String> question) throws InterruptedException {
        return Tasks.hedge(Duration.ofMillis(50), 2, question); // a second attempt if the first takes longer
    }
    // @end

    @Test
    @DisplayName("a second attempt when the first is slow")
    void hedge() throws Exception {
        var attempts = new AtomicInteger();
        assertThat(askTwice(() -> ask(attempts.getAndIncrement() == 0 ? "slow" : "fast")))
                .isEqualTo("answer of fast");
    }

    // @start region="race"
    static String firstEvent(Callable<String> message, Callable<String> shutdown) throws InterruptedException {
        return Tasks.race(message, shutdown); // whatever ends first decides, by a value or a failure
    }
    // @end

    @Test
    @DisplayName("whatever ends first")
    void race() throws Exception {
        assertThat(firstEvent(() -> ask("slow"), () -> "stop")).isEqualTo("stop");
    }

    // @start region="gatherWithin"
    static List<String> searchFor(Duration time, List<Callable<String>> engines) throws InterruptedException {
        return Tasks.gatherWithin(time, engines).stream()
                .filter(outcome -> outcome instanceof Outcome.Success)
                .map(outcome -> ((Outcome.Success<String>) outcome).value())
                .toList(); // what was found in time; the slow ones were cancelled
    }
    // @end

    @Test
    @DisplayName("what is done in time")
    void gatherWithin() throws Exception {
        assertThat(searchFor(Duration.ofMillis(300), List.of(() -> ask("fast"), () -> ask("slow"), () -> ask("down"))))
                .containsExactly("answer of fast");
    }

    // @start region="fallback"
    static String answerOr(String fallback, Duration time) throws InterruptedException {
        return CancelScope.moveOnAfter(time, () -> Tasks.any(() -> ask("slow"), () -> ask("down")))
                .orElse(fallback);
    }
    // @end

    @Test
    @DisplayName("a fallback when there is no answer in time")
    void fallback() throws Exception {
        assertThat(answerOr("old", Duration.ofMillis(1))).isEqualTo("old");
    }

    // @start region="map"
    static List<Integer> sizes(Iterable<String> urls) throws InterruptedException {
        return Tasks.map(urls, 16, url -> fetch(url).length()); // 16 at once, results in the order of the urls
    }
    // @end

    @Test
    @DisplayName("all results of a source, with a limit")
    void map() throws Exception {
        assertThat(sizes(List.of("https:a", "https:bc"))).containsExactly(15, 16);
    }

    private final Queue<Integer> imported = new ConcurrentLinkedQueue<>();

    private void importRow(int row) {
        imported.add(row);
    }

    // @start region="forEach"
    void importAll(Iterable<Integer> rows) throws InterruptedException {
        Tasks.forEach(rows, 8, row -> importRow(row)); // rows may be endless: they are read as there is room
    }
    // @end

    // @start region="batches"
    void importInBatches(Iterable<Integer> rows) throws InterruptedException {
        Tasks.batches(rows, 100, row -> importRow(row)); // the next hundred when this hundred has ended
    }
    // @end

    @Test
    @DisplayName("something for each item, as there is room or in batches")
    void forEach() throws Exception {
        importAll(List.of(1, 2, 3));
        importInBatches(List.of(4, 5));
        assertThat(imported).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
    }

    // @start region="stream"
    static List<String> firstPages(Stream<String> urls) {
        return urls.filter(url -> url.startsWith("https:"))
                .gather(Tasks.mapConcurrent(16, url -> fetch(url))) // 16 at once, in order
                .limit(10) // what is ahead is cancelled then
                .toList();
    }
    // @end

    // @start region="streamInScope"
    static List<String> pages(Stream<String> urlsThatMayFail) throws InterruptedException {
        return TaskGroup.call(group -> urlsThatMayFail
                .gather(Tasks.mapConcurrentUnordered(16, url -> fetch(url)))
                .toList()); // if the source throws, the fetches have ended when this returns
    }
    // @end

    @Test
    @DisplayName("a stage of a stream")
    void stream() throws Exception {
        assertThat(firstPages(Stream.generate(() -> "https:a"))).hasSize(10).containsOnly("page of https:a");
        assertThat(pages(Stream.of("https:a", "https:b")))
                .containsExactlyInAnyOrder("page of https:a", "page of https:b");
    }

    // @start region="asCompleted"
    static String show(List<String> mirrors) throws InterruptedException {
        var lines = new StringBuilder();
        TaskGroup.run(group -> {
            var tasks = mirrors.stream().map(m -> group.fork(m, () -> ask(m))).toList();
            for (var task : Tasks.asCompleted(tasks)) { // as they end
                lines.append(task.name()).append(": ").append(task.await()).append('\n');
            }
        });
        return lines.toString();
    }
    // @end

    // @start region="await"
    static List<String> busyAfter(Duration time, List<Task<String>> tasks) throws InterruptedException {
        var waited = Tasks.await(tasks, WaitUntil.ALL_DONE, time);
        return waited.pending().stream().map(Task::name).toList(); // they go on
    }
    // @end

    @Test
    @DisplayName("some of several tasks")
    void some() throws Exception {
        assertThat(show(List.of("fast", "quick")).lines())
                .containsExactlyInAnyOrder("fast: answer of fast", "quick: answer of quick");
        TaskGroup.run(group -> {
            var tasks = List.of(group.fork("slow", () -> ask("slow")), group.fork("fast", () -> ask("fast")));
            assertThat(tasks.getLast().await()).isEqualTo("answer of fast");
            assertThat(busyAfter(Duration.ofMillis(1), tasks)).containsExactly("slow");
            group.cancel();
        });
    }

    @SuppressWarnings("try") // that close may be interrupted is what is shown
    static final class Lease implements AutoCloseable {
        private final CountDownLatch returned = new CountDownLatch(1);

        void giveBack() throws InterruptedException {
            Tasks.sleep(Duration.ofMillis(1)); // a round trip
            returned.countDown();
        }

        @Override
        public void close() throws InterruptedException {
            CancelScope.shielded(Duration.ofSeconds(5), () -> giveBack()); // also when this code is cancelled
        }
    }

    // @start region="cleanUp"
    static String quote(Lease lease, String shop) throws IOException, InterruptedException {
        try (lease) { // closed when this loses the race, too, before the race returns
            return ask(shop);
        }
    }

    static String fastestQuote(Lease a, Lease b) throws InterruptedException {
        return Tasks.any(() -> quote(a, "slow"), () -> quote(b, "fast"));
    }
    // @end

    @Test
    @DisplayName("losers clean up before the answer is returned")
    void cleanUp() throws Exception {
        var a = new Lease();
        var b = new Lease();
        assertThat(fastestQuote(a, b)).isEqualTo("answer of fast");
        assertThat(a.returned.getCount() + b.returned.getCount()).isZero();
    }

    // @start region="whyCancelled"
    static String whyStopped(Queue<String> log) throws InterruptedException {
        return Tasks.any(
                () -> {
                    try {
                        return ask("slow");
                    } finally {
                        CancelScope.current().reason().ifPresent(reason -> log.add(reason.message()));
                    }
                },
                () -> ask("fast"));
    }
    // @end

    @Test
    @DisplayName("a loser is told who has won")
    void whyCancelled() throws Exception {
        var log = new ConcurrentLinkedQueue<String>();
        assertThat(whyStopped(log)).isEqualTo("answer of fast");
        assertThat(log).containsExactly("'any[1]' was the first to succeed");
    }
}
