// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.contract.Threads;
import dev.espalier.pool.WorkerPool;
import dev.espalier.spi.Backend;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's pages for those who come from the JDK's own classes, before and after; and what the pages claim of those classes. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // that is part of what is shown
class GuideMigrationExamples {
    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

    record Offer(int price, int stock) {}

    private static int price(int id) {
        return 10 * id;
    }

    private static int stock(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("no product " + id);
        }
        return id;
    }

    private static String fetch(String url) throws IOException {
        if (url.startsWith("bad")) {
            throw new IOException("404: " + url);
        }
        return "page of " + url;
    }

    // ---- CompletableFuture

    // @start region="futureBefore"
    static CompletableFuture<Offer> offerLater(int id) {
        return CompletableFuture.supplyAsync(() -> price(id), EXECUTOR)
                .thenCombine(CompletableFuture.supplyAsync(() -> stock(id), EXECUTOR), Offer::new)
                .orTimeout(2, TimeUnit.SECONDS); // price and stock run on, and nobody waits for them
    }
    // @end

    // @start region="futureAfter"
    static Offer offer(int id) throws InterruptedException {
        return CancelScope.failAfter(
                Duration.ofSeconds(2),
                () -> Tasks.zip(() -> price(id), () -> stock(id), Offer::new)); // both have ended, in every case
    }
    // @end

    @Test
    @DisplayName("CompletableFuture: two results combined, with a timeout")
    void combine() throws Exception {
        assertThat(offerLater(3).get()).isEqualTo(offer(3));
        assertThatThrownBy(() -> offerLater(-1).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> offer(-1))
                .isInstanceOf(TaskGroupException.class)
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    // @start region="chainBefore"
    static CompletableFuture<String> titleLater(String url) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return fetch(url);
                            } catch (IOException e) { // a Supplier throws nothing checked
                                throw new UncheckedIOException(e);
                            }
                        },
                        EXECUTOR)
                .thenApply(page -> page.substring(8))
                .exceptionally(e -> "no title");
    }
    // @end

    // @start region="chainAfter"
    static String title(String url) {
        try {
            return fetch(url).substring(8); // one line after the other, on the task's thread
        } catch (IOException e) {
            return "no title";
        }
    }
    // @end

    @Test
    @DisplayName("CompletableFuture: a chain of stages")
    void chain() throws Exception {
        for (var url : List.of("a", "bad")) {
            assertThat(titleLater(url).get()).isEqualTo(title(url));
        }
    }

    @Test
    @DisplayName("CompletableFuture: cancel interrupts nothing, and orTimeout ends nothing")
    void cancelDoesNotReach() throws Exception {
        var began = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var interrupted = new AtomicBoolean();
        var future = CompletableFuture.runAsync(
                () -> {
                    began.countDown();
                    try {
                        leave.await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                    ended.countDown();
                },
                EXECUTOR);
        began.await();
        assertThat(future.cancel(true)).isTrue();
        assertThat(future.isDone()).isTrue();
        assertThat(ended.getCount()).isEqualTo(1);
        leave.countDown();
        ended.await();
        assertThat(interrupted).isFalse();
    }

    // @start region="bridge"
    static <T> T await(CompletableFuture<T> future) throws ExecutionException, InterruptedException {
        return CancelScope.cancelling(() -> future.cancel(true), () -> future.get()); // a client that gives you futures
    }

    static CompletableFuture<Offer> asFuture(TaskGroup group, int id) {
        return group.fork(() -> offer(id)).toCompletableFuture(); // a framework that wants one
    }
    // @end

    @Test
    @DisplayName("CompletableFuture: bridges in both directions")
    void bridges() throws Exception {
        assertThat(await(offerLater(3))).isEqualTo(offer(3));
        TaskGroup.run(group -> {
            try {
                assertThat(asFuture(group, 3).get()).isEqualTo(offer(3));
            } catch (ExecutionException e) {
                throw new AssertionError(e);
            }
        });
        var never = new CompletableFuture<String>();
        Optional<String> none = CancelScope.moveOnAfter(Duration.ofMillis(1), () -> await(never));
        assertThat(none).isEmpty();
        assertThat(never).isCancelled();
    }

    @Test
    @DisplayName("CompletableFuture: method by method")
    void futureCells() throws Exception {
        Callable<Integer> a = () -> 1;
        Callable<Integer> b = () -> 2;
        TaskGroup.run(group -> {
            var task = group.fork(() -> price(3));
            task.onDone(t -> assertThat(t.isDone()).isTrue());
            int value = task.await();
            assertThat(value).isEqualTo(30);
            task.cancel();
        });
        var sum = Tasks.zip(a, b, (x, y) -> x + y);
        var all = Tasks.gather(a, b);
        var first = Tasks.race(a, b);
        var success = Tasks.any(a, b);
        var settled = Tasks.gatherSettled(a, b);
        int inTime = CancelScope.failAfter(Duration.ofSeconds(2), () -> price(3));
        int orElse =
                CancelScope.moveOnAfter(Duration.ofSeconds(2), () -> price(3)).orElse(0);
        var done = new Event();
        done.set();
        done.await();
        assertThat(List.of(sum, inTime, orElse)).containsExactly(3, 30, 30);
        assertThat(all).containsExactly(1, 2);
        assertThat(settled).hasSize(2);
        assertThat(List.of(1, 2)).contains(first, success);
    }

    // ---- ExecutorService

    // @start region="executorBefore"
    static List<String> fetchAllBefore(List<String> urls) throws InterruptedException, ExecutionException {
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Future<String>> futures = new ArrayList<>();
            for (String url : urls) {
                futures.add(executor.submit(() -> fetch(url)));
            }
            List<String> pages = new ArrayList<>();
            for (Future<String> future : futures) {
                pages.add(future.get()); // if one fails, close() waits for all the others
            }
            return pages;
        }
    }
    // @end

    // @start region="executorAfter"
    static List<String> fetchAll(List<String> urls) throws InterruptedException {
        return Tasks.map(urls, 8, url -> fetch(url)); // if one fails, the others are cancelled
    }
    // @end

    @Test
    @DisplayName("ExecutorService: all of a list, so many at once")
    void fetching() throws Exception {
        assertThat(fetchAll(List.of("a", "b"))).isEqualTo(fetchAllBefore(List.of("a", "b")));
        assertThatThrownBy(() -> fetchAllBefore(List.of("a", "bad")))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> fetchAll(List.of("a", "bad")))
                .isInstanceOf(TaskGroupException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("ExecutorService: a failure that nobody asks for is never seen; close waits for what runs, and cancels"
            + " nothing")
    void executorForgets() throws Exception {
        var leave = new CountDownLatch(1);
        var ended = new AtomicBoolean();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        Future<?> forgotten = executor.submit(() -> {
            throw new IOException("nobody sees this");
        });
        executor.submit(() -> {
            leave.await();
            ended.set(true);
            return null;
        });
        var closer = Threads.aside("closer").start(executor::close);
        Threads.awaitBlocked(closer);
        assertThat(closer.isAlive()).isTrue();
        leave.countDown();
        closer.join();
        assertThat(ended).isTrue();
        assertThat(forgotten.state()).isEqualTo(Future.State.FAILED);
    }

    // @start region="serviceBefore"
    static final class MailerBefore implements AutoCloseable {
        private final ExecutorService executor = Executors.newFixedThreadPool(4); // an unbounded queue

        void send(String mail) {
            executor.execute(() -> deliver(mail)); // what it throws goes to the thread's exception handler
        }

        @Override
        public void close() {
            executor.shutdown();
            try {
                if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
                    executor.shutdownNow().forEach(mail -> {}); // Runnables: which mails were they?
                }
            } catch (InterruptedException e) {
                executor.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
    }
    // @end

    // @start region="serviceAfter"
    static final class Mailer {
        private final WorkerPool<String> pool;

        Mailer(TaskGroup server) throws InterruptedException {
            pool = WorkerPool.start(
                    server, o -> o.workers(4).queue(1_000).onFailure((mail, e) -> keep(mail)), mail -> deliver(mail));
        }

        void send(String mail) throws InterruptedException {
            pool.submit(mail); // waits while a thousand are waiting
        }

        void close() throws InterruptedException {
            if (!CancelScope.runOrMoveOnAfter(Duration.ofSeconds(10), pool::stop)) {
                pool.cancel().forEach(mail -> keep(mail)); // those that were not begun
            }
        }
    }
    // @end

    private static final ConcurrentLinkedQueue<String> DELIVERED = new ConcurrentLinkedQueue<>();
    private static final ConcurrentLinkedQueue<String> KEPT = new ConcurrentLinkedQueue<>();

    private static void deliver(String mail) {
        if (mail.equals("bounces")) {
            throw new IllegalStateException("no such user");
        }
        DELIVERED.add(mail);
    }

    private static void keep(String mail) {
        KEPT.add(mail);
    }

    @Test
    @DisplayName("ExecutorService: background work")
    void service() throws Exception {
        try (var before = new MailerBefore()) {
            before.send("one");
        }
        TaskGroup.run(server -> {
            var mailer = new Mailer(server);
            mailer.send("two");
            mailer.send("bounces");
            mailer.close();
        });
        assertThat(DELIVERED).containsExactly("one", "two");
        assertThat(KEPT).containsExactly("bounces");
    }

    // @start region="scheduled"
    static void heartbeat(TaskGroup group, Runnable beat) {
        group.forkDaemon("heartbeat", () -> {
            while (true) {
                beat.run(); // what it throws is the group's failure, and not the silent end of the beats
                Tasks.sleep(Duration.ofMillis(1));
            }
        });
    }
    // @end

    @Test
    @DisplayName("ExecutorService: something that repeats; a ScheduledExecutorService ends it silently when it fails")
    void scheduled() throws Exception {
        var beats = new AtomicInteger();
        var three = new Event();
        TaskGroup.run(group -> {
            heartbeat(group, () -> {
                if (beats.incrementAndGet() == 3) {
                    three.set();
                }
            });
            three.await();
        });
        assertThat(beats.get()).isGreaterThanOrEqualTo(3);
        try (var scheduler = Executors.newSingleThreadScheduledExecutor()) {
            var repeated = scheduler.scheduleAtFixedRate(
                    () -> {
                        throw new IllegalStateException("no heart");
                    },
                    0,
                    1,
                    TimeUnit.MILLISECONDS);
            assertThatThrownBy(repeated::get).isInstanceOf(ExecutionException.class);
            assertThat(repeated.isDone()).as("it never runs again").isTrue();
        }
    }

    @Test
    @DisplayName("ExecutorService: method by method")
    void executorCells() throws Exception {
        Callable<Integer> a = () -> 1;
        Callable<Integer> b = () -> 2;
        var callables = List.of(a, b);
        var urls = List.of("a", "b");
        TaskGroup.run(o -> o.limit(8), group -> {
            Task<String> task = group.fork(() -> fetch("a"));
            assertThat(task.await()).isEqualTo("page of a");
            var later = group.tryFork(() -> fetch("b"));
            assertThat(later).isPresent();
            group.join();
            task.cancel();
        });
        TaskGroup.run(group -> {
            group.fork(() -> Tasks.sleep(Duration.ofDays(1)));
            group.cancel("shutting down");
        });
        var factory = Thread.ofPlatform().daemon().factory();
        TaskGroup.run(o -> o.backend(Backend.of(factory)), group -> group.fork(() -> price(1)));
        var all = Tasks.gatherSettled(callables);
        var inTime = Tasks.gatherWithin(Duration.ofSeconds(2), callables);
        int any = Tasks.any(callables);
        var pages = Tasks.map(urls, 8, url -> fetch(url));
        assertThat(all).isEqualTo(inTime);
        assertThat(any).isBetween(1, 2);
        assertThat(pages).hasSize(2);
    }

    // ---- StructuredTaskScope

    // @start region="scopeAfter"
    static Offer both(int id) throws InterruptedException {
        return TaskGroup.call(o -> o.name("offer").timeout(Duration.ofSeconds(2)), group -> {
            var price = group.fork(() -> price(id));
            var stock = group.fork(() -> stock(id));
            return new Offer(price.await(), stock.await()); // no join: call waits for all
        });
    }
    // @end

    // @start region="scopeAfterOpen"
    static Offer bothOpened(int id) throws InterruptedException {
        try (var group = TaskGroup.open(o -> o.name("offer").timeout(Duration.ofSeconds(2)))) {
            var price = group.fork(() -> price(id));
            var stock = group.fork(() -> stock(id));
            group.join();
            return new Offer(price.resultNow(), stock.resultNow());
        }
    }
    // @end

    @Test
    @DisplayName("StructuredTaskScope: two subtasks, in both forms")
    void scope() throws Exception {
        assertThat(both(3)).isEqualTo(new Offer(30, 3)).isEqualTo(bothOpened(3));
        assertThatThrownBy(() -> both(-1)).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bothOpened(-1)).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    // @start region="scopedValues"
    static String greet() throws InterruptedException {
        return ScopedValue.where(USER, "ada")
                .call(() -> TaskGroup.<String, InterruptedException>call(
                        o -> o.inherit(USER), // named, and not all of them
                        group -> group.fork(() -> "hello " + USER.get()).await()));
    }
    // @end

    @Test
    @DisplayName("StructuredTaskScope: scoped values are named")
    void scopedValues() throws Exception {
        assertThat(greet()).isEqualTo("hello ada");
    }

    // @start region="joiner"
    static List<String> untilEnough(List<String> urls, int enough) throws InterruptedException {
        var pages = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(group -> {
            for (String url : urls) {
                group.fork(() -> fetch(url)).onDone(task -> {
                    if (task.state() == Future.State.SUCCESS) {
                        pages.add(task.resultNow());
                    }
                    if (pages.size() >= enough) {
                        group.cancel("enough"); // the others end; run returns normally
                    }
                });
            }
        });
        return List.copyOf(pages);
    }
    // @end

    @Test
    @DisplayName("StructuredTaskScope: a joiner of one's own")
    void joiner() throws Exception {
        assertThat(untilEnough(List.of("a", "b", "c", "d"), 2)).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    @DisplayName("StructuredTaskScope: line by line")
    void scopeCells() throws Exception {
        Callable<Integer> a = () -> 1;
        Callable<Integer> b = () -> 2;
        var factory = Thread.ofVirtual().factory();
        TaskGroup.run(
                o -> o.name("offer")
                        .timeout(Duration.ofSeconds(2))
                        .backend(Backend.of(factory))
                        .inherit(USER),
                group -> {
                    var task = group.fork(() -> price(3));
                    group.join();
                    int value = task.resultNow();
                    assertThat(value).isEqualTo(30);
                    assertThat(task.state()).isEqualTo(Future.State.SUCCESS);
                });
        try (var group = TaskGroup.open()) {
            group.fork(() -> price(3));
            group.join();
        }
        var all = Tasks.gather(a, b);
        int any = Tasks.any(a, b);
        var settled = Tasks.gatherSettled(a, b);
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var failing = group.fork(() -> fetch("bad"));
            group.join();
            assertThat(failing.exceptionNow()).isInstanceOf(IOException.class);
        });
        try {
            TaskGroup.run(group -> group.fork(() -> fetch("bad")));
        } catch (TaskGroupException e) {
            assertThat(e.getCause()).hasMessage("404: bad");
            assertThatThrownBy(() -> e.rethrow(IOException.class)).isInstanceOf(IOException.class);
        }
        var partial = Tasks.gatherWithin(Duration.ofSeconds(2), a, b);
        assertThat(all).hasSize(2);
        assertThat(any).isBetween(1, 2);
        assertThat(settled).isEqualTo(partial);
    }
}
