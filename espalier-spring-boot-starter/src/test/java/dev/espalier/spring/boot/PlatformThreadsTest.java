// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** A server with one platform thread, which serves one request after another. */
class PlatformThreadsTest {
    @Test
    @DisplayName("on a server's own platform thread requests are cancelled too, and the next one finds no trace of it")
    void oneThread() throws Exception {
        try (ConfigurableApplicationContext context =
                        TestApplication.start("spring.threads.virtual.enabled=false", "server.tomcat.threads.max=1");
                HttpClient client = HttpClient.newHttpClient()) {
            int port = TestApplication.port(context);
            Desk desk = context.getBean(Desk.class);
            for (int i = 0; i < 10; i++) {
                assertThat(get(client, port, "/wait/late-" + i, "10ms").statusCode())
                        .isEqualTo(504);
                assertThat(get(client, port, "/forks", "20s").body()).isEqualTo("ab");
                try (var socket = new Socket("localhost", port)) {
                    socket.getOutputStream()
                            .write(("GET /nested/gone-" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    desk.visit("gone-" + i).awaitEntered();
                }
                assertThat(desk.visit("gone-" + i).outcome()).startsWith("ASKED: the client has closed");
                assertThat(get(client, port, "/forks", "20s").body()).isEqualTo("ab");
            }
        }
    }

    private static HttpResponse<String> get(HttpClient client, int port, String path, String timeout) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .header("X-Request-Timeout", timeout)
                        .build(),
                BodyHandlers.ofString());
    }
}
