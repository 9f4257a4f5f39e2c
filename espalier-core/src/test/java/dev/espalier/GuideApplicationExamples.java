// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.RestartPolicy;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Straggler;
import dev.espalier.contract.Threads;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's pages on background work and on the graceful shutdown: what is shown is what runs here. */
@SuppressWarnings("FutureReturnValueIgnored") // an application awaits its tasks and reports their failures
class GuideApplicationExamples {
    private static final CountDownLatch ASKED = new CountDownLatch(1);
    private static final CountDownLatch STOCKED = new CountDownLatch(1);

    private static String loadName() {
        ASKED.countDown();
        return "tea";
    }

    private static int loadStock() throws InterruptedException {
        STOCKED.await();
        return 3;
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    // @start region="server"
    /** A shop: each request is a group of the application, and a task in the background keeps the prices up to date. */
    static HttpServer startShop(ApplicationScope app) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var server = HttpServer.create(address, /* backlog= */ 0, "/", exchange -> handle(app, exchange));
        server.setExecutor(Thread::startVirtualThread);
        app.manage("server", () -> server.stop(/* delay= */ 0)); // closed when the last request has been answered
        app.forkDaemon("prices", GuideApplicationExamples::keepPricesUpToDate);
        server.start();
        return server;
    }

    private static void handle(ApplicationScope app, HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(app, exchange);
        } catch (InterruptedException e) { // the server stops its threads
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(ApplicationScope app, HttpExchange exchange) throws IOException, InterruptedException {
        try {
            app.run(o -> o.name("request").timeout(Duration.ofSeconds(30)), group -> {
                var name = group.fork(() -> loadName());
                var stock = group.fork(() -> loadStock());
                send(exchange, 200, name.await() + ": " + stock.await()); // in the group: a shutdown waits for it, too
            });
        } catch (ApplicationShutdownException e) { // refused, or cut short after the grace
            send(exchange, 503, "shutting down");
        }
    }
    // @end

    private static final BlockingQueue<Integer> PRICES = new LinkedBlockingQueue<>();
    private static final Queue<Integer> KNOWN = new LinkedBlockingQueue<>();

    private static void keepPricesUpToDate() throws InterruptedException {
        while (true) {
            KNOWN.add(PRICES.take());
        }
    }

    private static HttpURLConnection get(HttpServer server) throws IOException {
        var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/")
                .toURL();
        return (HttpURLConnection) url.openConnection();
    }

    @Test
    @DisplayName("a server with requests and background work, that answers what it has begun when it is shut down")
    void server() throws Exception {
        var app = ApplicationScope.create(o -> o.signals(false));
        app.start();
        HttpServer server = startShop(app);
        var refused = new AtomicInteger();
        app.onShutdown("test", () -> refused.set(get(server).getResponseCode())); // the server is still there
        PRICES.add(7);
        TaskGroup.run(group -> {
            var slow = group.fork(() -> new String(get(server).getInputStream().readAllBytes(), UTF_8));
            ASKED.await();
            Threads.until(() -> !KNOWN.isEmpty());
            app.shutdown();
            STOCKED.countDown();
            assertThat(slow.await()).isEqualTo("tea: 3");
        });
        assertThat(app.awaitShutdown().isInOrder()).isTrue();
        assertThat(refused).hasValue(503);
        assertThat(KNOWN).containsExactly(7);
        assertThatThrownBy(() -> get(server).getResponseCode()).isInstanceOf(IOException.class);
    }

    /** In place of a message broker. */
    interface Broker extends AutoCloseable {
        void consume() throws IOException, InterruptedException;

        @Override
        default void close() {}
    }

    private static Broker connect() {
        var connections = new AtomicInteger();
        return () -> {
            if (connections.incrementAndGet() < 3) {
                throw new IOException("connection lost");
            }
            RESTARTED.countDown();
            new CountDownLatch(1).await();
        };
    }

    private static final CountDownLatch RESTARTED = new CountDownLatch(1);
    private static final AtomicInteger SENT = new AtomicInteger();

    private static void sendMetrics() {
        SENT.incrementAndGet();
    }

    private static void sendMail() {}

    // @start region="restart"
    private static final RestartPolicy RECONNECT = RestartPolicy.onFailure(
            Backoff.exponential(Duration.ofMillis(10), Duration.ofSeconds(30)), /* max= */ 5, Duration.ofMinutes(10));

    static void startBackground(ApplicationScope app, Broker broker) {
        app.forkDaemon("orders", RECONNECT, broker::consume); // six failures in ten minutes end the application
        app.forkDaemon(
                "metrics",
                RestartPolicy.always(Backoff.fixed(Duration.ofSeconds(10)), /* max= */ 3, Duration.ofMinutes(1))
                        .keepRunning(), // not worth ending the application for
                () -> sendMetrics());
        app.fork("welcome mail", () -> sendMail()); // no daemon: a shutdown lets it end
    }
    // @end

    @Test
    @DisplayName("background work that is started again when it fails")
    void restart() throws Exception {
        try (var app = ApplicationScope.create(o -> o.signals(false))) {
            app.start();
            startBackground(app, connect());
            RESTARTED.await();
        }
        assertThat(SENT).hasPositiveValue();
    }

    // @start region="options"
    private static AppOptions shop(AppOptions o) {
        return o.name("shop")
                .grace(Duration.ofSeconds(15)) // for requests and tasks to end by themselves
                .hardLimit(Duration.ofSeconds(3)) // then for what was cancelled to clean up
                .hookLimit(Duration.ofSeconds(2)); // for each hook and resource
    }
    // @end

    private static final List<String> CLEANED = new CopyOnWriteArrayList<>();

    static final class Main {
        private Main() {}

        // @start region="main"
        public static void main(String[] args) throws InterruptedException {
            int status = ApplicationScope.runApplication(
                    o -> shop(o), app -> startShop(app), _ -> System.out.println("bye"));
            System.exit(status);
        }
        // @end
    }

    // @start region="hooks"
    static ApplicationScope withHooks(AutoCloseable pool, List<String> log) {
        var app = ApplicationScope.create(o -> shop(o).signals(false));
        app.onStartup("migrate", () -> log.add("schema is up to date"));
        app.manage("pool", pool);
        app.onStopIntake("balancer", () -> log.add("told the balancer"));
        app.onShutdown("flush", () -> log.add("flushed")); // before the pool closes: the reverse of this order
        return app;
    }
    // @end

    @Test
    @DisplayName("hooks, and resources in the reverse order")
    void hooks() throws Exception {
        try (var app = withHooks(() -> CLEANED.add("pool closed"), CLEANED)) {
            app.start();
        }
        assertThat(CLEANED).containsExactly("schema is up to date", "told the balancer", "flushed", "pool closed");
    }

    // @start region="report"
    static String tell(ShutdownReport report) {
        var text = new StringBuilder(report.reason().message());
        report.took()
                .forEach((step, time) ->
                        text.append("\n").append(step).append(" took ").append(time));
        report.troubles()
                .forEach(t -> text.append("\n").append(t.name()).append(": ").append(t.exception()));
        for (Straggler straggler : report.stragglers()) {
            text.append("\nleft behind: ").append(straggler.path()).append(", ").append(straggler.state());
        }
        return text.toString();
    }
    // @end

    @Test
    @DisplayName("the report of a shutdown")
    void report() throws Exception {
        var app = ApplicationScope.create(o -> o.name("shop").signals(false));
        app.start();
        app.shutdown("the tests are over");
        assertThat(tell(app.awaitShutdown()))
                .startsWith("application 'shop' shuts down: the tests are over\n")
                .contains("CLOSE took PT");
    }
}
