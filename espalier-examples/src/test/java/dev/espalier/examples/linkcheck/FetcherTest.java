// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FetcherTest {
    private static Fetcher fetcher(Duration timeout, int retries) {
        return new Fetcher(new Settings(4, 4, timeout, retries, 100, Duration.ofSeconds(1), false));
    }

    private static Visit visit(HttpHandler handler) throws Exception {
        try (LocalServer server = LocalServer.start(handler);
                var fetcher = fetcher(Duration.ofSeconds(10), 0)) {
            return fetcher.visit(server.start().resolve("/dir/page.html"));
        }
    }

    private static HttpHandler answering(int status, String header, String value, String body) {
        return exchange -> {
            try (exchange) {
                byte[] bytes = body.getBytes(UTF_8);
                exchange.getResponseHeaders().set(header, value);
                exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        };
    }

    @Test
    void anHtmlPageIsParsed() throws Exception {
        Visit visit = visit(answering(200, "Content-Type", "text/html;charset=nonsense", "<a href='x'>x</a>"));

        assertThat(visit.targets())
                .singleElement()
                .satisfies(url -> assertThat(url).hasPath("/dir/x"));
    }

    @Test
    void aFileThatIsNotHtmlIsFoundWithoutReadingIt() throws Exception {
        var given = new CountDownLatch(1);
        Visit visit = visit(exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("Content-Type", "application/zip");
                exchange.sendResponseHeaders(200, 1L << 40); // a terabyte
                exchange.getResponseBody().write(new byte[100]);
                exchange.getResponseBody().flush();
                while (true) {
                    exchange.getResponseBody().write(new byte[1 << 16]);
                }
            } catch (IOException e) {
                given.countDown(); // the client has closed the connection
            }
        });

        assertThat(visit.answer()).isInstanceOf(Answer.Found.class);
        assertThat(visit.targets()).isEmpty();
        given.await();
    }

    @Test
    void aRelativeRedirectIsResolved() throws Exception {
        Visit visit = visit(answering(302, "Location", "../other page.html", ""));

        assertThat(visit.targets())
                .singleElement()
                .satisfies(url -> assertThat(url.getRawPath()).isEqualTo("/other%20page.html"));
    }

    @Test
    void aRedirectToNoUrlIsBroken() throws Exception {
        assertThat(visit(answering(301, "Location", "mailto:a@b", "")).answer())
                .isEqualTo(new Answer.Broken("301 to \"mailto:a@b\", which is not a valid URL", false));
    }

    @Test
    void aServerThatDoesNotListenIsBroken() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        try (var fetcher = fetcher(Duration.ofSeconds(10), 0)) {
            assertThat(fetcher.visit(URI.create("http://127.0.0.1:" + port + "/"))
                            .answer())
                    .isInstanceOfSatisfying(
                            Answer.Broken.class,
                            broken -> assertThat(broken.why()).startsWith("cannot connect"));
        }
    }

    @Test
    void aRequestThatTakesTooLongIsBrokenAndTriedAgain() throws Exception {
        try (TestSite site = TestSite.hanging(2);
                var fetcher = fetcher(Duration.ofMillis(300), 1)) {
            Visit visit = fetcher.visit(URI.create(site.url() + "hang"));

            assertThat(visit.answer()).isEqualTo(new Answer.Broken("no answer in 0.30 s", true));
            assertThat(visit.attempts()).isEqualTo(2);
            site.hanging.await();
        }
    }

    @Test
    void aTemporaryFailureIsTriedAgainUntilItIsGone() throws Exception {
        var requests = new AtomicInteger();
        HttpHandler handler = exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(requests.incrementAndGet() < 3 ? 503 : 200, -1);
            }
        };
        try (LocalServer server = LocalServer.start(handler);
                var fetcher = fetcher(Duration.ofSeconds(10), 5)) {
            Visit visit = fetcher.visit(server.start());

            assertThat(visit.answer()).isInstanceOf(Answer.Found.class);
            assertThat(visit.attempts()).isEqualTo(3);
        }
    }

    @Test
    void aLastingFailureIsNotTriedAgain() throws Exception {
        try (TestSite site = TestSite.linking();
                var fetcher = fetcher(Duration.ofSeconds(10), 5)) {
            Visit visit = fetcher.visit(URI.create(site.url() + "missing"));

            assertThat(visit)
                    .extracting(Visit::answer, Visit::attempts)
                    .containsExactly(new Answer.Broken("404 Not Found", false), 1);
        }
    }

    @Test
    void aCancelledRequestClosesItsConnection() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                var fetcher = fetcher(Duration.ofMinutes(1), 5)) {
            TaskGroup.run(group -> {
                var scope = CancelScope.create();
                var _ = group.fork("server", () -> {
                    try (var socket = listener.accept()) {
                        var in = socket.getInputStream();
                        assertThat(in.read()).isEqualTo('G');
                        scope.cancel("enough");
                        while (in.read() >= 0) {} // ends when the client closes the connection
                    }
                });
                assertThat(scope.run(() -> {
                            var _ = fetcher.visit(URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"));
                        }))
                        .isFalse();
            });
        }
    }
}
