// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc and the guide: what is shown is what runs here. */
class GuideExamples {
    record User(int id) {}

    record Order(int id) {}

    record Page(User user, List<Order> orders) {}

    private static User loadUser(int id) {
        return new User(id);
    }

    private static List<Order> loadOrders(int id) {
        return List.of(new Order(id));
    }

    // @start region="fanOut"
    static Page load(int id) throws InterruptedException {
        return TaskGroup.call(group -> {
            var user = group.fork(() -> loadUser(id));
            var orders = group.fork(() -> loadOrders(id));
            return new Page(user.await(), orders.await());
        });
    }
    // @end

    @Test
    @DisplayName("fan out and combine")
    void fanOut() throws InterruptedException {
        assertThat(load(7)).isEqualTo(new Page(new User(7), List.of(new Order(7))));
    }

    // @start region="open"
    static Page loadInOrder(int id) throws InterruptedException {
        try (var group = TaskGroup.open()) {
            var user = group.fork(() -> loadUser(id));
            var orders = group.fork(() -> loadOrders(id));
            group.join();
            return new Page(user.resultNow(), orders.resultNow());
        }
    }
    // @end

    @Test
    @DisplayName("the form for a try statement")
    void open() throws InterruptedException {
        assertThat(loadInOrder(7)).isEqualTo(new Page(new User(7), List.of(new Order(7))));
    }

    private static void copy(String from) throws IOException {
        throw new IOException(from + " is gone");
    }

    // @start region="rethrow"
    static void copyAll(List<String> files) throws IOException, InterruptedException {
        try {
            TaskGroup.run(group -> {
                for (var file : files) {
                    group.fork(() -> copy(file));
                }
            });
        } catch (TaskGroupException e) {
            e.rethrow(IOException.class); // the first one, with its static type
            throw e; // none of the failures was an IOException
        }
    }
    // @end

    @Test
    @DisplayName("the first failure of a type, with its static type")
    void rethrow() {
        assertThatThrownBy(() -> copyAll(List.of("a")))
                .isInstanceOf(IOException.class)
                .hasMessage("a is gone");
    }

    private static String ask(String question, Deadline deadline) throws InterruptedException {
        return CancelScope.failAt(deadline, () -> "answer to " + question);
    }

    // @start region="deadline"
    static String both(Duration timeout) throws InterruptedException {
        var deadline = Deadline.after(timeout);
        var first = ask("first", deadline); // both together take at most the timeout
        return first + ", " + ask("second", deadline);
    }
    // @end

    @Test
    @DisplayName("one deadline for many calls")
    void deadline() throws InterruptedException {
        assertThat(both(Duration.ofMinutes(1))).isEqualTo("answer to first, answer to second");
        assertThatThrownBy(() -> CancelScope.failAt(Deadline.after(Duration.ZERO), () -> {
                    Tasks.sleep(Duration.ofDays(1));
                }))
                .isInstanceOf(DeadlineExceededException.class);
    }

    private final AtomicBoolean crawled = new AtomicBoolean();

    private void visit(String url) {
        crawled.set(url.startsWith("https://"));
    }

    // @start region="options"
    void crawl(List<String> urls) throws InterruptedException {
        TaskGroup.run(o -> o.name("crawl").limit(16).timeout(Duration.ofMinutes(5)), group -> {
            for (var url : urls) {
                group.fork(url, () -> visit(url));
            }
        });
    }
    // @end

    @Test
    @DisplayName("options")
    void options() throws InterruptedException {
        crawl(List.of("https://localhost"));
        assertThat(crawled).isTrue();
    }

    private static String query(String sql) throws InterruptedException {
        Tasks.sleep(Duration.ofDays(1));
        return sql;
    }

    // @start region="timeouts"
    static String cachedOr(String fallback, Duration timeout) throws InterruptedException {
        Optional<String> fresh = CancelScope.moveOnAfter(timeout, () -> query("select ..."));
        return fresh.orElse(fallback);
    }

    static String freshOrFail(Duration timeout) throws InterruptedException {
        return CancelScope.failAfter(timeout, () -> query("select ...")); // DeadlineExceededException
    }
    // @end

    @Test
    @DisplayName("timeouts, with a fallback and with a failure")
    void timeouts() throws InterruptedException {
        assertThat(cachedOr("old", Duration.ofMillis(1))).isEqualTo("old");
        assertThatThrownBy(() -> freshOrFail(Duration.ofMillis(1))).isInstanceOf(DeadlineExceededException.class);
    }

    static final class Transaction {
        private boolean rolledBack;

        void work() throws InterruptedException {
            Tasks.sleep(Duration.ofDays(1));
        }

        void rollBack() throws InterruptedException {
            Tasks.sleep(Duration.ofMillis(1)); // a round trip to the database
            rolledBack = true;
        }
    }

    // @start region="shielded"
    static void transact(Transaction transaction) throws InterruptedException {
        try {
            transaction.work();
        } catch (InterruptedException e) {
            // without the shield, rollBack would be cancelled at its first blocking call
            CancelScope.shielded(Duration.ofSeconds(5), () -> transaction.rollBack());
            throw e;
        }
    }
    // @end

    @Test
    @DisplayName("cleanup that blocks, under cancellation")
    void shielded() throws InterruptedException {
        var transaction = new Transaction();
        assertThat(CancelScope.runOrMoveOnAfter(Duration.ofMillis(1), () -> transact(transaction)))
                .isFalse();
        assertThat(transaction.rolledBack).isTrue();
    }

    static final class Statement {
        private final CountDownLatch cancelled = new CountDownLatch(1);

        void cancel() {
            cancelled.countDown();
        }

        String execute() throws IOException {
            boolean interrupted = false;
            while (true) { // an interrupt would break the connection; only cancel ends it
                try {
                    cancelled.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            throw new IOException("canceling statement due to user request" + (interrupted ? ", interrupted" : ""));
        }
    }

    // @start region="cancelling"
    static String run(Statement statement, Duration timeout) throws IOException, InterruptedException {
        return CancelScope.failAfter(
                timeout, // the deadline is around the call that has the hook
                () -> CancelScope.cancelling(statement::cancel, statement::execute));
    }
    // @end

    @Test
    @DisplayName("work that has its own way to be stopped")
    void cancelling() {
        assertThatThrownBy(() -> run(new Statement(), Duration.ofMillis(200)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasRootCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("canceling statement due to user request");
    }

    // @start region="start"
    static int serveOnce() throws InterruptedException {
        return TaskGroup.call(group -> {
            var server = group.start((Status<Integer> status) -> {
                try (var socket = new java.net.ServerSocket(0)) {
                    status.started(socket.getLocalPort());
                    socket.accept().close();
                }
            });
            connect(server.value()); // the port is open now
            return server.value();
        });
    }
    // @end

    private static void connect(int port) {
        try (var socket = new java.net.Socket("localhost", port)) {
            assertThat(socket.isConnected()).isTrue();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("start a server and wait until it is ready")
    void start() throws InterruptedException {
        assertThat(serveOnce()).isPositive();
    }
}
