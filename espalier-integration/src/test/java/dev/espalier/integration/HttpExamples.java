// SPDX-License-Identifier: Apache-2.0

package dev.espalier.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Espalier;
import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's page on cancelling HTTP, with a real server: what is shown is what runs here. */
class HttpExamples {
    // @start region="send"
    static String get(HttpClient client, URI uri, Duration limit) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri).build();
        return CancelScope.failAfter(
                limit, () -> client.send(request, BodyHandlers.ofString()).body());
    }
    // @end

    // @start region="async"
    static String getAsync(HttpClient client, URI uri) throws IOException, InterruptedException {
        var response = client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        try {
            return CancelScope.cancelling(() -> response.cancel(true), () -> response.get())
                    .body();
        } catch (ExecutionException e) {
            throw new IOException("could not get " + uri, e.getCause());
        } finally {
            response.cancel(true); // if this code was cancelled before `cancelling`, the hook did not run
        }
    }
    // @end

    // @start region="blocking"
    /** On a platform thread no interrupt reaches a socket; what does, is closing it from another thread. */
    static String getBlocking(URI uri) throws IOException, InterruptedException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        return CancelScope.cancelling(connection::disconnect, () -> {
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        });
    }
    // @end

    /** /fast answers; /slow begins to, goes on until the client has gone, and then says so. */
    private static final class Server implements AutoCloseable {
        final HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch clientGone = new CountDownLatch(1);

        Server() throws IOException {
            http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            http.createContext("/fast", exchange -> {
                exchange.sendResponseHeaders(200, 5);
                exchange.getResponseBody().write("hello".getBytes(StandardCharsets.UTF_8));
                exchange.close();
            });
            http.createContext("/slow", this::slow);
            http.start();
        }

        private void slow(HttpExchange exchange) throws IOException {
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                while (true) {
                    body.write('.');
                    body.flush();
                    begun.countDown();
                    Thread.yield();
                }
            } catch (IOException e) {
                clientGone.countDown();
            }
        }

        URI uri(String path) {
            return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + path);
        }

        void awaitClientGone() throws InterruptedException {
            assertThat(clientGone.await(10, TimeUnit.SECONDS))
                    .as("the server sees that the client is gone")
                    .isTrue();
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }

    private interface Get {
        String get(URI uri) throws IOException, InterruptedException;
    }

    /** Cancels it when the answer has begun, and returns when the server has noticed. */
    private static void cancelWhenBegun(Get get) throws Exception {
        try (var server = new Server()) {
            assertThat(get.get(server.uri("/fast"))).isEqualTo("hello");
            TaskGroup.run(group -> {
                var getting = group.fork(() -> get.get(server.uri("/slow")));
                server.begun.await();
                getting.cancel();
                assertThatThrownBy(getting::await).isInstanceOf(dev.espalier.TaskCancelledException.class);
                server.awaitClientGone();
            });
        }
    }

    @Test
    @DisplayName("C8 HttpClient.send ends by the interrupt of a deadline, and the server sees it")
    void send() throws Exception {
        try (var server = new Server();
                var client = HttpClient.newHttpClient()) {
            assertThat(get(client, server.uri("/fast"), Duration.ofSeconds(30))).isEqualTo("hello");
            assertThatThrownBy(() -> get(client, server.uri("/slow"), Duration.ofMillis(100)))
                    .isInstanceOf(DeadlineExceededException.class);
            server.awaitClientGone();
            assertThat(get(client, server.uri("/fast"), Duration.ofSeconds(30))).isEqualTo("hello");
        }
    }

    @Test
    @DisplayName("C9 a request sent asynchronously is cancelled by its hook, and before it in a finally")
    void async() throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            cancelWhenBegun(uri -> getAsync(client, uri));
            try (var server = new Server()) {
                var scope = CancelScope.create();
                assertThat(scope.run(() -> {
                            scope.cancel();
                            assertThatThrownBy(() -> getAsync(client, server.uri("/slow")))
                                    .isInstanceOf(CancelledException.class);
                        }))
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName("C9 a blocking request on a platform thread, which no interrupt reaches, ends by its hook")
    void blocking() throws Exception {
        var _ = Espalier.<Boolean, Exception>run(Backend.platformThreads(), () -> {
            cancelWhenBegun(HttpExamples::getBlocking);
            return true;
        });
    }
}
