// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The files of the page, which are in the jar. */
final class Assets {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private Assets() {}

    static void send(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String name = path.equals("/") ? "index.html" : path.substring(1);
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type != null && name.matches("[a-z]+\\.[a-z]+")) {
            try (InputStream in = Assets.class.getResourceAsStream("page/" + name)) {
                if (in != null) {
                    Answers.bytes(exchange, 200, type, in.readAllBytes());
                    return;
                }
            }
        }
        Answers.text(exchange, 404, "there is nothing here");
    }
}
