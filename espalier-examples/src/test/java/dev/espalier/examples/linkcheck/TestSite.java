// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A site for one test. Its start links to the given paths. {@code /missing...} is not there, {@code /hang...} does not
 * answer before the site is closed, {@code /gather...} answers when so many of them have been asked for at once as are
 * given, all others are pages.
 */
final class TestSite implements AutoCloseable {
    /** Opens when as many requests hang as are expected to. */
    final CountDownLatch hanging;

    /** The most requests that were under way at once, the start's not counted. */
    final AtomicInteger most = new AtomicInteger();

    private final AtomicInteger underWay = new AtomicInteger();
    private final CountDownLatch gathered;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final String start;
    private final LocalServer server;

    private TestSite(int hanging, int gathered, String... paths) throws IOException {
        this.hanging = new CountDownLatch(hanging);
        this.gathered = new CountDownLatch(gathered);
        start = Arrays.stream(paths).map("<a href='%s'>link</a>"::formatted).collect(Collectors.joining());
        server = LocalServer.start(this::handle);
    }

    static TestSite linking(String... paths) throws IOException {
        return new TestSite(0, 0, paths);
    }

    static TestSite hanging(int expected, String... paths) throws IOException {
        return new TestSite(expected, 0, paths);
    }

    static TestSite gathering(int expected, String... paths) throws IOException {
        return new TestSite(0, expected, paths);
    }

    String url() {
        return server.start().toString();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/")) {
                send(exchange, 200, start);
                return;
            }
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            if (path.startsWith("/hang")) {
                hanging.countDown();
                closed.await();
            } else if (path.startsWith("/gather")) {
                gathered.countDown();
                gathered.await();
            }
            underWay.decrementAndGet(); // before the answer: after it the client may ask for the next
            send(exchange, path.startsWith("/missing") ? 404 : 200, "<p id='here'>A page</p>");
        } catch (InterruptedException e) {
            throw new IOException("the server is stopped", e);
        }
    }

    private static void send(HttpExchange exchange, int status, String html) throws IOException {
        byte[] bytes = html.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }
}
