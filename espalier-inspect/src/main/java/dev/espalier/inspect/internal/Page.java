// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.Registration;
import dev.espalier.TaskGroup;
import dev.espalier.inspect.InspectorOptions;
import dev.espalier.inspect.TaskTree;
import dev.espalier.internal.Ages;
import dev.espalier.spi.TaskObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The server of the page. */
public final class Page {
    /*
     * Each request has a virtual thread of its own, which is in no scope of Espalier's: the inspector does not see itself. A feed keeps its
     * thread until the page goes, or the server is closed.
     *
     * The server's dispatcher inherits from whoever starts it whether it is a daemon, so a daemon does.
     */
    private static final int FEEDS = 8;
    private static final int MAX_BODY = 64 * 1024;

    private final HttpServer server;
    private final Gate gate;
    private final InspectorOptions options;
    private final URI url;
    private final Keys keys = new Keys();
    private final Pulse pulse = new Pulse();
    private final FailureLog failures;
    private final ConcurrentSkipListMap<Long, Feed> feeds = new ConcurrentSkipListMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("espalier-inspect-", 0).factory());
    private final Registration observing;
    private final Registration logging;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Page(HttpServer server, InspectorOptions options) {
        this.server = server;
        this.options = options;
        int port = server.getAddress().getPort();
        this.gate = new Gate(port, options.token());
        this.url = URI.create("http://127.0.0.1:" + port + "/?token=" + gate.token());
        this.failures = new FailureLog(options.failures());
        this.observing = TaskObserver.install(pulse);
        this.logging = TaskObserver.install(failures);
    }

    /**
     * Opens one.
     *
     * @param options how it is reached, and what it may do
     * @return listening
     * @throws IOException if the port is taken
     */
    public static Page open(InspectorOptions options) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), options.port()), 0);
        } catch (IOException e) {
            throw new IOException(
                    "the inspector cannot listen on port " + options.port()
                            + " of 127.0.0.1; take another one, or 0 for any that is free",
                    e);
        }
        Ages.keep();
        var page = new Page(server, options);
        page.start();
        return page;
    }

    private void start() {
        server.setExecutor(threads);
        Map<String, HttpHandler> handlers = Map.of(
                "/feed", gate.before(this::feed),
                "/tree.txt", gate.before(this::text),
                "/tree.json", gate.before(this::json),
                "/view", gate.beforePost(this::view),
                "/cancel", gate.beforePost(this::cancel));
        HttpHandler files = gate.before(Assets::send);
        // one context: those of the server take all paths that begin like theirs
        server.createContext(
                "/",
                exchange -> handlers.getOrDefault(exchange.getRequestURI().getPath(), files)
                        .handle(exchange));
        Thread starter = Thread.ofPlatform().daemon().name("espalier-inspect").start(server::start);
        boolean interrupted = false;
        while (starter.isAlive()) {
            try {
                starter.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        pulse.start(feeds::isEmpty);
        System.getLogger("dev.espalier.inspect").log(System.Logger.Level.INFO, "The tree of tasks is at " + url);
    }

    /**
     * What to open.
     *
     * @return with the token
     */
    public URI url() {
        return url;
    }

    /** Ends it. */
    public void close() {
        if (closed.compareAndSet(false, true)) {
            observing.close();
            logging.close();
            pulse.close();
            feeds.values().forEach(Feed::close);
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private void feed(HttpExchange exchange) throws IOException {
        long id = numbers.incrementAndGet();
        var feed = new Feed(Long.toString(id), keys, pulse, failures, gate, options.allowCancel());
        feeds.put(id, feed);
        for (int more = feeds.size() - FEEDS;
                more > 0;
                more--) { // the oldest ones, which may be of pages that are gone
            var oldest = feeds.pollFirstEntry();
            if (oldest != null) {
                oldest.getValue().close();
            }
        }
        try {
            if (closed.get()) {
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.getResponseHeaders().set("X-Accel-Buffering", "no");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                feed.run(out);
            }
        } finally {
            feeds.remove(id);
        }
    }

    private void view(HttpExchange exchange) throws IOException {
        View view = View.read(body(exchange));
        Feed feed = view.feed().matches("\\d{1,18}") ? feeds.get(Long.valueOf(view.feed())) : null;
        if (feed == null) {
            Answers.text(exchange, 404, "there is no such feed: connect again");
        } else {
            feed.show(view);
            Answers.nothing(exchange);
        }
    }

    private void cancel(HttpExchange exchange) throws IOException {
        if (!options.allowCancel()) {
            Answers.text(exchange, 403, "cancelling is off: start the inspector with allowCancel(true)");
            return;
        }
        String key = new String(body(exchange), StandardCharsets.UTF_8).strip();
        TaskGroup group = keys.group(key);
        if (group == null) {
            Answers.text(exchange, 404, "there is no such group any more");
        } else {
            group.cancel("cancelled by hand, on the inspector's page");
            feeds.values().forEach(Feed::wake);
            Answers.nothing(exchange);
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new BadRequest("the request is larger than " + MAX_BODY + " bytes");
        }
        return body;
    }

    private void text(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        try (Writer out = new OutputStreamWriter(exchange.getResponseBody(), StandardCharsets.UTF_8)) {
            TaskTree.dump(out, o -> o);
        }
    }

    private void json(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            TaskTree.dumpJson(out, o -> o);
        }
    }
}
