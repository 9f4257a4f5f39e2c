// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * An HTTP server on this machine, for this program only.
 *
 * <p>It stands for the world outside: no part of the crawl, so its threads are no tasks of the crawl's group.
 */
record LocalServer(HttpServer server) implements Site {
    static {
        // The JDK's server writes headers and body apart; without this each answer may wait 40 ms for the client's TCP.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** Starts a server at a free port of the loopback address, that answers each request on a virtual thread. */
    static LocalServer start(HttpHandler handler) throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        var server = HttpServer.create(address, 0, "/", handler);
        server.setExecutor(Thread::startVirtualThread);
        server.start();
        return new LocalServer(server);
    }

    @Override
    public URI start() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
