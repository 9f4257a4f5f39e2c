// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The site that is checked when no other is named: the documentation of a library, as it was published, and a page of
 * planted faults.
 */
final class EmbeddedSite implements Site {
    /** How long the slow page takes. */
    static final Duration SLOW_PAGE = Duration.ofMillis(1500);

    private static final String DOCUMENTATION = "/dev/espalier/examples/site.jar";
    private static final String START = """
        <!doctype html>
        <html lang="en"><head><title>A site with faults</title></head><body>
        <h1>A site with faults</h1>
        <ul>
        <li><a href="docs/index.html">The documentation of a library</a>, which no one here wrote
        <li><a href="faults/missing.html">A page that is not there</a>
        <li><a href="faults/loop-a.html">A redirect loop</a>
        <li><a href="faults/moved.html">A page that has moved</a>
        <li><a href="faults/slow.html">A slow page</a>
        <li><a href="RESET_URL">A connection that is reset</a>
        <li><a href="faults/flaky.html">A page that fails twice and then works</a>
        <li><a href="faults/here.html#here">An anchor that is there</a>
        <li><a href="faults/here.html#nowhere">An anchor that is not there</a>
        <li><a href="https://example.com/">A page of somebody else</a>
        <li><a href="mailto:nobody@example.com">No page at all</a>
        </ul></body></html>
        """;
    private static final String PAGE = """
        <!doctype html>
        <html lang="en"><head><title>A page</title></head><body>
        <h1 id="here">A page</h1><p>Back to <a href="/">the start</a>.</p>
        </body></html>
        """;

    private final Map<String, byte[]> files;
    private final ServerSocket resetPort;
    private final LocalServer server;
    private final AtomicInteger flakyRequests = new AtomicInteger();

    private EmbeddedSite(Map<String, byte[]> files) throws IOException {
        this.files = files;
        resetPort = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().name("reset-port").start(this::resetConnections);
        server = LocalServer.start(this::handle);
    }

    /** Serves everything. */
    static EmbeddedSite open() throws IOException {
        return new EmbeddedSite(documentation());
    }

    /** Serves the planted faults only: the link to the documentation is one more. */
    static EmbeddedSite openFaults() throws IOException {
        return new EmbeddedSite(Map.of());
    }

    private static Map<String, byte[]> documentation() throws IOException {
        try (InputStream resource = EmbeddedSite.class.getResourceAsStream(DOCUMENTATION);
                var zip = new ZipInputStream(
                        Objects.requireNonNull(resource, "not packed by the build: " + DOCUMENTATION))) {
            var files = new HashMap<String, byte[]>();
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    files.put("/docs/" + entry.getName(), zip.readAllBytes());
                }
            }
            return files;
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            switch (path) {
                case "/" ->
                    html(exchange, 200, START.replace("RESET_URL", resetUrl().toString()));
                case "/faults/here.html" -> html(exchange, 200, PAGE);
                case "/faults/moved.html" -> redirect(exchange, 301, "here.html");
                case "/faults/loop-a.html" -> redirect(exchange, 302, "loop-b.html");
                case "/faults/loop-b.html" -> redirect(exchange, 302, "loop-a.html");
                case "/faults/slow.html" -> {
                    Thread.sleep(SLOW_PAGE);
                    html(exchange, 200, PAGE);
                }
                case "/faults/flaky.html" -> {
                    boolean works = flakyRequests.incrementAndGet() % 3 == 0;
                    html(exchange, works ? 200 : 503, PAGE);
                }
                default -> file(exchange, path, files.get(path));
            }
        } catch (InterruptedException e) {
            throw new IOException("the server is stopped", e);
        }
    }

    private static void file(HttpExchange exchange, String path, byte @Nullable [] content) throws IOException {
        if (content == null) {
            html(exchange, 404, PAGE);
        } else {
            String type = URLConnection.guessContentTypeFromName(path);
            send(exchange, 200, type == null ? "application/octet-stream" : type, content);
        }
    }

    private static void redirect(HttpExchange exchange, int status, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(status, -1);
    }

    private static void html(HttpExchange exchange, int status, String content) throws IOException {
        send(exchange, status, "text/html; charset=utf-8", content.getBytes(UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
    }

    /** The JDK's server closes connections politely; so the one that is reset has a port of its own. */
    private void resetConnections() {
        while (true) {
            try (Socket socket = resetPort.accept()) {
                socket.getInputStream().read(); // when the request has come,
                socket.setSoLinger(true, 0); // closing means: reset
            } catch (IOException e) {
                if (resetPort.isClosed()) {
                    return;
                }
            }
        }
    }

    private URI resetUrl() {
        return URI.create("http://127.0.0.1:" + resetPort.getLocalPort() + "/reset.html");
    }

    @Override
    public URI start() {
        return server.start();
    }

    @Override
    public Set<String> hosts() {
        return Set.of(Link.host(start()), Link.host(resetUrl()));
    }

    @Override
    public void close() {
        server.close();
        try {
            resetPort.close();
        } catch (IOException e) {
            // nothing that could be done about it, and the program ends
        }
    }
}
