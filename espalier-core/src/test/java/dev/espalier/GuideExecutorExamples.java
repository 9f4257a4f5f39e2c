// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static dev.espalier.GuideShop.fetch;
import static dev.espalier.GuideShop.price;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.contract.Threads;
import dev.espalier.pool.WorkerPool;
import dev.espalier.spi.Backend;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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

/** The examples of the guide's page for those who come from {@code ExecutorService}, before and after; and what it claims of that. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // that is part of what is shown
class GuideExecutorExamples {
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
}
