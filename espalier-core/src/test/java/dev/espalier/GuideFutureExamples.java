// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static dev.espalier.GuideShop.fetch;
import static dev.espalier.GuideShop.price;
import static dev.espalier.GuideShop.stock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.GuideShop.Offer;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's page for those who come from {@code CompletableFuture}, before and after; and what it claims of that. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // that is part of what is shown
class GuideFutureExamples {
    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

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
}
