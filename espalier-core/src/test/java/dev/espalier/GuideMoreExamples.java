// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.spi.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the README and the rest of the guide's: what is shown is what runs here. */
@SuppressWarnings("FutureReturnValueIgnored") // a group awaits its tasks and throws their failures
class GuideMoreExamples {
    record Product(String name, int stock, String advice) {}

    private static String loadName(int id) {
        return "product " + id;
    }

    private static int loadStock(int id) {
        return id;
    }

    private static String askAdviser(int id) throws InterruptedException {
        Tasks.sleep(Duration.ofDays(id));
        return "never said";
    }

    // @start region="readme"
    static Product load(int id) throws InterruptedException {
        return TaskGroup.call(o -> o.timeout(Duration.ofSeconds(2)), group -> {
            var name = group.fork(() -> loadName(id)); // each task has a virtual thread
            var stock = group.fork(() -> loadStock(id)); // if one fails, the other and this body are cancelled
            var advice = CancelScope.moveOnAfter(Duration.ofMillis(50), () -> askAdviser(id));
            return new Product(name.await(), stock.await(), advice.orElse("no advice in time"));
        }); // here every task has ended, whatever happened
    }
    // @end

    @Test
    @DisplayName("the example of the README")
    void readme() throws InterruptedException {
        assertThat(load(7)).isEqualTo(new Product("product 7", 7, "no advice in time"));
    }

    private static void send(String message) throws IOException {
        if (message.isEmpty()) {
            throw new IOException("nothing to send");
        }
    }

    // @start region="handle"
    static List<String> sendAll(List<String> messages) throws InterruptedException {
        var problems = new ArrayList<String>();
        try {
            TaskGroup.run(group -> {
                for (var message : messages) {
                    group.fork(() -> send(message));
                }
            });
        } catch (TaskGroupException e) {
            var rest = e.on(IOException.class, failure -> problems.add(failure.getMessage()));
            if (rest.isPresent()) {
                throw rest.get(); // failures of other types
            }
        }
        return problems;
    }
    // @end

    @Test
    @DisplayName("the failures of one type, handled")
    void handle() throws InterruptedException {
        assertThat(sendAll(List.of("a", ""))).containsExactly("nothing to send");
    }

    private static int price(String shop) throws InterruptedException {
        if (shop.startsWith("slow")) {
            Tasks.sleep(Duration.ofDays(1));
        }
        return shop.length();
    }

    // @start region="partial"
    static List<Integer> pricesWithin(Duration timeout, List<String> shops) throws InterruptedException {
        var tasks = new ArrayList<Task<Integer>>();
        try {
            TaskGroup.run(o -> o.timeout(timeout), group -> {
                for (var shop : shops) {
                    tasks.add(group.fork(shop, () -> price(shop)));
                }
            });
        } catch (TaskGroupException e) {
            if (!(e.getCause() instanceof DeadlineExceededException)) {
                throw e; // a task failed; it was not the timeout
            }
        }
        return tasks.stream()
                .filter(task -> task.status() == TaskStatus.SUCCEEDED)
                .map(Task::resultNow)
                .toList();
    }
    // @end

    @Test
    @DisplayName("what was done when the timeout of a group cut the rest short")
    void partial() throws InterruptedException {
        // "fast" may have no time to run; it never has another price
        assertThat(pricesWithin(Duration.ofMillis(200), List.of("fast", "slow")))
                .isIn(List.of(4), List.of());
        assertThat(pricesWithin(Duration.ofMinutes(1), List.of("a", "bb"))).containsExactly(1, 2);
    }

    // @start region="reason"
    static String explain(CancelScope scope) throws InterruptedException {
        var message = new AtomicReference<>("not cancelled");
        scope.run(() -> {
            try {
                Tasks.sleep(Duration.ofDays(1));
            } catch (InterruptedException e) { // from the JDK or from Espalier
                scope.reason().ifPresent(reason -> message.set(reason.kind() + ": " + reason.message()));
                throw e; // let it pass: the scope absorbs it
            }
        });
        return message.get();
    }
    // @end

    @Test
    @DisplayName("why code was cancelled")
    void reason() throws InterruptedException {
        var scope = CancelScope.create();
        scope.cancel("the user closed the window");
        assertThat(explain(scope)).isEqualTo("ASKED: the user closed the window");
    }

    // @start region="checkpoint"
    static long countPrimes(int below) throws InterruptedException {
        long primes = 0;
        for (int n = 2; n < below; n++) {
            CancelScope.checkpoint(); // throws CancelledException if this code is cancelled
            if (isPrime(n)) {
                primes++;
            }
        }
        return primes;
    }
    // @end

    private static boolean isPrime(int n) {
        for (int d = 2; d * d <= n; d++) {
            if (n % d == 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    @DisplayName("code that computes")
    void checkpoint() throws InterruptedException {
        assertThat(countPrimes(20)).isEqualTo(8);
        var scope = CancelScope.create();
        scope.cancel();
        assertThat(scope.run(() -> {
                    var _ = countPrimes(Integer.MAX_VALUE);
                }))
                .isFalse();
    }

    /** An asynchronous client, as java.net.http.HttpClient: cancelling the future ends the exchange and keeps the connection. */
    interface Client {
        CompletableFuture<String> get(URI url);
    }

    // @start region="http"
    static String fetch(Client client, URI url) throws IOException, InterruptedException {
        var response = client.get(url); // with java.net.http: client.sendAsync(request, BodyHandlers.ofString())
        try {
            return CancelScope.cancelling(() -> response.cancel(true), () -> response.get());
        } catch (ExecutionException e) {
            throw new IOException("could not fetch " + url, e.getCause());
        } finally {
            response.cancel(true); // if this code was cancelled before `cancelling`, the hook did not run
        }
    }
    // @end

    @Test
    @DisplayName("a hook that cancels an HTTP request")
    void http() throws Exception {
        var url = URI.create("http://localhost/");
        assertThat(fetch(u -> CompletableFuture.completedFuture("page of " + u), url))
                .isEqualTo("page of http://localhost/");
        var silent = new CompletableFuture<String>();
        assertThat(CancelScope.moveOnAfter(Duration.ofMillis(1), () -> fetch(u -> silent, url)))
                .isEmpty();
        assertThat(silent).isCancelled();
    }

    static final class Connection implements AutoCloseable {
        private final AtomicBoolean closed = new AtomicBoolean();

        void serve() {}

        @Override
        public void close() {
            closed.set(true);
        }
    }

    // @start region="forkWith"
    static void handle(TaskGroup group, Connection connection) {
        group.forkWith(
                connection,
                c -> { // closes the connection in every outcome
                    c.serve();
                    return null;
                });
    }
    // @end

    @Test
    @DisplayName("a resource that is handed to a task")
    void forkWith() throws InterruptedException {
        var served = new Connection();
        var refused = new Connection();
        TaskGroup.run(group -> {
            handle(group, served);
            group.join();
            group.cancel();
            handle(group, refused);
        });
        assertThat(served.closed).isTrue();
        assertThat(refused.closed).isTrue();
    }

    // @start region="daemon"
    static void importAll(List<String> files, AtomicInteger done) throws InterruptedException {
        TaskGroup.run(group -> {
            group.forkDaemon("progress", () -> {
                while (true) {
                    Tasks.sleep(Duration.ofSeconds(1));
                    System.out.println(done + " of " + files.size());
                }
            });
            for (var file : files) {
                group.fork(file, () -> done.addAndGet(1));
            }
        }); // when the last file is done, the daemon is cancelled
    }
    // @end

    @Test
    @DisplayName("a daemon ends with its group")
    void daemon() throws InterruptedException {
        var done = new AtomicInteger();
        importAll(List.of("a", "b"), done);
        assertThat(done).hasValue(2);
    }

    private static void connectTo(String peer) throws IOException {
        throw new IOException(peer + " hung up");
    }

    // @start region="supervisor"
    static void talkTo(List<String> peers, Queue<String> log) throws InterruptedException {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            for (var peer : peers) {
                group.fork(peer, () -> connectTo(peer)).onDone(task -> {
                    if (task.outcome().orElseThrow() instanceof Outcome.Failure<Void>(Throwable failure)) {
                        log.add(task.name() + ": " + failure.getMessage()); // the other peers are not disturbed
                    }
                });
            }
        });
    }
    // @end

    @Test
    @DisplayName("a supervisor hears of every failure")
    void supervisor() throws InterruptedException {
        var log = new ConcurrentLinkedQueue<String>();
        talkTo(List.of("a", "b"), log);
        assertThat(log).containsExactlyInAnyOrder("a: a hung up", "b: b hung up");
    }

    // @start region="tryFork"
    static boolean acceptOrRefuse(TaskGroup group, Action request) {
        return group.tryFork(() -> {
                    request.run();
                    return null;
                })
                .isPresent(); // false: all places are taken; tell the client to come again later
    }
    // @end

    @Test
    @DisplayName("a full group refuses at once")
    void tryFork() throws InterruptedException {
        var release = new CountDownLatch(1);
        TaskGroup.run(o -> o.limit(1), group -> {
            assertThat(acceptOrRefuse(group, release::await)).isTrue();
            assertThat(acceptOrRefuse(group, () -> {})).isFalse();
            release.countDown();
        });
    }

    // @start region="context"
    static final ScopedValue<String> TENANT = ScopedValue.newInstance();

    static String inTenant(String tenant) throws InterruptedException {
        return ScopedValue.where(TENANT, tenant)
                .call(() -> TaskGroup.<String, InterruptedException>call(
                        o -> o.inherit(TENANT), group -> group.fork(TENANT::get).await()));
    }
    // @end

    @Test
    @DisplayName("a scoped value that tasks see")
    void context() throws InterruptedException {
        assertThat(inTenant("acme")).isEqualTo("acme");
    }

    // @start region="test"
    @Test
    void failureStopsTheOtherTask() throws InterruptedException {
        var waiting = new CountDownLatch(1);
        var stopped = new AtomicBoolean();
        assertThatThrownBy(() -> TaskGroup.run(group -> {
                    group.fork(() -> {
                        try {
                            waiting.countDown();
                            Tasks.sleep(Duration.ofDays(1)); // only the cancellation ends it
                        } finally {
                            stopped.set(true);
                        }
                    });
                    group.fork(() -> {
                        waiting.await(); // a latch, and no guess how long the other task takes
                        throw new UncheckedIOException(new IOException("disk full"));
                    });
                }))
                .isInstanceOf(TaskGroupException.class)
                .hasRootCauseMessage("disk full");
        assertThat(stopped).isTrue(); // run has returned, so every task has ended
    }
    // @end

    // @start region="backend"
    @Test
    void onPlatformThreads() throws InterruptedException {
        var virtual = Espalier.run(
                Backend.platformThreads(),
                () -> TaskGroup.call(group ->
                        group.fork(() -> Thread.currentThread().isVirtual()).await()));
        assertThat(virtual).isFalse();
    }
    // @end
}
