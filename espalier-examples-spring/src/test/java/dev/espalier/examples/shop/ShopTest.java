// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The shop over HTTP. Its stock takes a day to answer: whoever waits for it does not come back in the time of a test. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"shop.stock-delay=1d", "espalier.request.disconnect-check-interval=20ms"})
class ShopTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private PriceWatch prices;

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String tree() throws Exception {
        return get("/actuator/tasks", "Accept", "text/plain").body();
    }

    @Test
    @DisplayName("a page shows what there is in time")
    void product() throws Exception {
        HttpResponse<String> response = get("/products/7");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"name\":\"a trellis\",\"stock\":\"not known yet\",\"reviews\":\"not available\"}");
    }

    @Test
    @DisplayName("a page that wants everything fails with the first service, and does not wait for the slow one")
    void complete() throws Exception {
        HttpResponse<String> response = get("/products/7/complete");
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).contains("A service of the shop failed: ").contains("answered 500: out of order");
        assertThat(tree()).doesNotContain("Services.stock");
    }

    @Test
    @DisplayName("a client that has little time gets an answer within it")
    void deadline() throws Exception {
        HttpResponse<String> response = get("/products/7/stock", "X-Request-Timeout", "200ms");
        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.body()).contains("not finished within its timeout");
        assertThat(tree()).doesNotContain("Services.get");
    }

    @Test
    @DisplayName("the tree shows on what a request waits, until its client goes")
    void disconnect() throws Exception {
        try (var socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write("GET /products/7/stock HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            while (!tree().contains("Services.get(Services.java:")) {
                Thread.onSpinWait();
            }
        }
        while (tree().contains("Services.get(Services.java:")) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("the background task runs, and groups have metrics")
    void background() throws Exception {
        assertThat(prices.rounds()).isPositive();
        assertThat(tree()).contains("task 'prices'");
        get("/products/8");
        assertThat(get("/actuator/metrics/espalier.tasks.ended?tag=group:product")
                        .body())
                .contains("\"name\":\"espalier.tasks.ended\"");
    }
}
