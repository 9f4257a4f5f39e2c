// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's page on worker pools: what is shown is what runs here. */
class GuideWorkerExamples {
    private final Map<String, Integer> index = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> deadLetters = new ConcurrentLinkedQueue<>();
    private final Event hold = new Event();

    private String load(String url) throws IOException, InterruptedException {
        if (url.endsWith("/slow")) {
            hold.await();
        }
        if (url.endsWith("/broken")) {
            throw new IOException("404 for " + url);
        }
        return url.toUpperCase(java.util.Locale.ROOT);
    }

    private void indexPage(String url) throws IOException, InterruptedException {
        index.put(url, load(url).length());
    }

    // @start region="run"
    void indexAll(Iterable<String> urls) throws InterruptedException {
        WorkerPool.run(
                o -> o.workers(4).queue(100).onFailure((url, e) -> deadLetters.add(url)),
                (String url) -> indexPage(url), // a failing page stops nothing
                pool -> {
                    for (String url : urls) {
                        pool.submit(url); // waits while a hundred are waiting
                    }
                });
    } // here every page has been indexed, or is a dead letter
    // @end

    @Test
    @DisplayName("a pool around a piece of code")
    void run() throws Exception {
        indexAll(List.of("http://a", "http://a/broken", "http://b"));
        assertThat(index).containsOnlyKeys("http://a", "http://b");
        assertThat(deadLetters).containsExactly("http://a/broken");
    }

    // @start region="options"
    WorkerPool<String> open(TaskGroup group) throws InterruptedException {
        return WorkerPool.start(
                group,
                o -> o.name("index")
                        .workers(8) // so many at once
                        .queue(1_000) // so many may wait; then submit waits
                        .onFailure((url, e) -> deadLetters.add(url))
                        .failureLimit(Duration.ofSeconds(2)) // for that, also in a pool that is cancelled
                        .group(g -> g.timeout(Duration.ofHours(1))),
                url -> indexPage(url));
    }
    // @end

    @Test
    @DisplayName("options")
    void options() throws Exception {
        TaskGroup.run(group -> {
            var pool = open(group);
            pool.submit("http://a");
            pool.stop();
            assertThat(pool.name()).isEqualTo("index");
        });
        assertThat(index).hasSize(1);
    }

    // @start region="start"
    static final class Indexer {
        private final WorkerPool<String> pool;

        Indexer(TaskGroup server, Map<String, Integer> index) throws InterruptedException {
            pool = WorkerPool.start(server, o -> o.name("index").workers(8), url -> index.put(url, url.length()));
        }

        boolean requested(String url) { // by any thread, such as that of a request
            return pool.trySubmit(url); // false: too busy, try again later
        }

        void close() throws InterruptedException {
            pool.stop(); // takes no more, and returns when all are done
        }
    }
    // @end

    @Test
    @DisplayName("a pool in a group")
    void start() throws Exception {
        TaskGroup.run(server -> {
            var indexer = new Indexer(server, index);
            assertThat(indexer.requested("http://a")).isTrue();
            indexer.close();
        });
        assertThat(index).containsOnlyKeys("http://a");
    }

    // @start region="shutDown"
    List<String> shutDown(WorkerPool<String> pool) throws InterruptedException {
        if (CancelScope.runOrMoveOnAfter(Duration.ofSeconds(5), pool::stop)) {
            return List.of(); // all handled in time
        }
        List<String> notBegun = pool.cancel(); // what runs is interrupted, and goes to onFailure
        pool.stop(); // until that has ended
        return notBegun;
    }
    // @end

    @Test
    @DisplayName("a shutdown with a limit")
    void shuttingDown() throws Exception {
        TaskGroup.run(group -> {
            var pool = open(group);
            pool.submit("http://a");
            assertThat(shutDown(pool)).isEmpty();
        });
        assertThat(index).hasSize(1);
    }

    // @start region="results"
    Map<String, Integer> lengths(List<String> urls) throws InterruptedException {
        var lengths = new ConcurrentHashMap<String, Integer>();
        WorkerPool.run(
                o -> o.workers(4),
                (String url) -> load(url).length(), // the work
                (url, length) -> lengths.put(url, length), // what becomes of its result
                pool -> pool.submitAll(urls));
        return lengths;
    }
    // @end

    @Test
    @DisplayName("results")
    void results() throws Exception {
        assertThat(lengths(List.of("http://a", "http://bc"))).isEqualTo(Map.of("http://a", 8, "http://bc", 9));
    }

    // @start region="retry"
    void indexWithRetries(List<String> urls) throws InterruptedException {
        var policy = Retry.attempts(3).retryOn(IOException.class);
        WorkerPool.run(
                o -> o.workers(4).onFailure((url, e) -> {
                    switch (e) {
                        case CancelledException c -> deadLetters.add(url + ": cut short, since " + c.reason());
                        case IOException _ -> deadLetters.add(url + ": three times in vain");
                        default -> throw new IllegalStateException("a bug, which ends the pool", e);
                    }
                }),
                (String url) -> policy.run(() -> indexPage(url)),
                pool -> pool.submitAll(urls));
    }
    // @end

    @Test
    @DisplayName("retries, and what becomes of failures")
    void retry() throws Exception {
        indexWithRetries(List.of("http://a", "http://broken/broken"));
        assertThat(deadLetters).containsExactly("http://broken/broken: three times in vain");
    }

    // @start region="crawl"
    static void crawl(WorkerPool<String> pool, String url, List<String> links) throws InterruptedException {
        for (String link : links) {
            if (!pool.trySubmit(link)) { // submit could wait for a worker while being one
                visit(link);
            }
        }
    }
    // @end

    private static final ConcurrentLinkedQueue<String> VISITED = new ConcurrentLinkedQueue<>();

    private static void visit(String link) {
        VISITED.add(link);
    }

    @Test
    @DisplayName("work that submits to its own pool")
    void crawling() throws Exception {
        var links = IntStream.range(0, 50).mapToObj(i -> "/" + i).toList();
        VISITED.clear();
        var pools = new ConcurrentLinkedQueue<WorkerPool<String>>();
        WorkerPool.run(
                o -> o.workers(2).queue(3),
                (String url) -> {
                    if (url.equals("http://a")) {
                        crawl(pools.element(), url, links);
                    } else {
                        visit(url);
                    }
                },
                pool -> {
                    pools.add(pool);
                    pool.submit("http://a");
                });
        assertThat(VISITED).containsExactlyInAnyOrderElementsOf(links);
        assertThat(hold.isSet()).isFalse();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> pools.element().submit("http://late"))
                .isInstanceOf(RejectedExecutionException.class);
    }
}
