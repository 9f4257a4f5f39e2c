// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A service in another process, as far as the shop can see: an HTTP server on a port of its own, with one fixed way to answer. */
final class Service implements AutoCloseable {
    private final HttpServer server;
    private final int status;
    private final String answer;
    private final Duration delay;

    private Service(int status, String answer, Duration delay) throws IOException {
        this.status = status;
        this.answer = answer;
        this.delay = delay;
        this.server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), /* backlog= */ 0, "/", this::handle);
        server.setExecutor(Thread::startVirtualThread);
        server.start();
    }

    static Service answering(String answer, Duration delay) throws IOException {
        return new Service(200, answer, delay);
    }

    static Service failing() throws IOException {
        return new Service(500, "out of order", Duration.ZERO);
    }

    URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Thread.sleep(delay);
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(/* delay= */ 0);
    }
}
