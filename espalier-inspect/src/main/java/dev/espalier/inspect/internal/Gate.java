// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may come in. */
final class Gate {
    /*
     * Against whom: other users of the machine, who can reach the port, and web pages in the browser of the user, which can make it send requests there.
     *
     *   the Host header        one of ours, or nothing is answered: a page whose name is made to point to 127.0.0.1 (DNS rebinding) sends its own name
     *   the token              in the URL once, which comes from the log; then in a cookie, which scripts cannot read, and which is sent with
     *                          requests of our own page only (SameSite)
     *   Sec-Fetch-Site         what the browser says of who asks: not another site, and of another port only to look at the page itself
     *   a second token         for what changes something, in a header: it is told in the feed, which other pages cannot read
     *   the content policy     nothing is loaded or run but what is in the jar, and nobody frames the page
     *
     * Cookies do not know ports, so its name has the port: several inspectors do not log each other out.
     */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    static final String HEADER = "X-Espalier-Token";

    private final Set<String> hosts;
    private final String cookie;
    private final String token;
    private final String postToken = random();

    Gate(int port, @Nullable String token) {
        this.token = token == null ? random() : token;
        this.cookie = "espalier-" + port;
        this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    private static String random() {
        byte[] bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    String token() {
        return token;
    }

    /** What POSTs need. */
    String postToken() {
        return postToken;
    }

    /** A handler of GET and HEAD. */
    HttpHandler before(HttpHandler handler) {
        return exchange -> answer(exchange, handler, Set.of("GET", "HEAD"));
    }

    /** A handler of POST. */
    HttpHandler beforePost(HttpHandler handler) {
        return exchange -> answer(exchange, handler, Set.of("POST"));
    }

    private void answer(HttpExchange exchange, HttpHandler handler, Set<String> methods) throws IOException {
        try {
            secure(exchange.getResponseHeaders());
            String refusal = refusal(exchange);
            if (refusal != null) {
                Answers.text(exchange, 403, refusal);
            } else if (!methods.contains(exchange.getRequestMethod())) {
                exchange.getResponseHeaders()
                        .set(
                                "Allow",
                                String.join(", ", methods.stream().sorted().toList()));
                Answers.text(
                        exchange,
                        405,
                        "only " + String.join(" and ", methods.stream().sorted().toList()) + " here");
            } else if (methods.contains("POST") && !same(postToken, first(exchange.getRequestHeaders(), HEADER))) {
                Answers.text(exchange, 403, "the header " + HEADER + " is missing or not the one that the feed told");
            } else {
                handler.handle(exchange);
            }
        } catch (BadRequest e) {
            Answers.text(exchange, 400, String.valueOf(e.getMessage()));
        } finally {
            exchange.close();
        }
    }

    private static void secure(Headers headers) {
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }

    /** Why not; null if he may. */
    private @Nullable String refusal(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        if (!hosts.contains(first(headers, "Host"))) {
            return "this host name is not ours: open the page as 127.0.0.1 or localhost";
        }
        String query = exchange.getRequestURI().getRawQuery();
        boolean byUrl = exchange.getRequestURI().getPath().equals("/")
                && query != null
                && query.startsWith("token=")
                && same(token, query.substring("token=".length()));
        String from = first(headers, "Sec-Fetch-Site");
        if (!byUrl && !Set.of("", "same-origin", "none").contains(from)) {
            return "asked for by another site; open the page by its URL, which is in the log of the program";
        }
        String origin = first(headers, "Origin");
        if (!origin.isEmpty() && hosts.stream().noneMatch(host -> origin.equals("http://" + host))) {
            return "asked for by another site";
        }
        if (byUrl) {
            exchange.getResponseHeaders()
                    .set("Set-Cookie", cookie + "=" + token + "; Path=/; HttpOnly; SameSite=Strict");
            return null;
        }
        return hasCookie(headers)
                ? null
                : "no token: open the page by its URL, which is in the log of the program"
                        + " (\"The tree of tasks is at http://127.0.0.1:...\")";
    }

    private boolean hasCookie(Headers headers) {
        for (String line : headers.getOrDefault("Cookie", List.of())) {
            for (String pair : line.split(";", -1)) {
                String[] parts = pair.strip().split("=", 2);
                if (parts.length == 2 && parts[0].equals(cookie) && same(token, parts[1])) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String first(Headers headers, String name) {
        String value = headers.getFirst(name);
        return value == null ? "" : value;
    }

    /** Takes as long whatever is wrong. */
    private static boolean same(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
