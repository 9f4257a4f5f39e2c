// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The same with Jetty, but for clients that disconnect. */
class JettyTest {
    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + TestApplication.port(context) + path))
                            .header("X-Request-Timeout", "200ms")
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    @Test
    @DisplayName("on Jetty requests run in groups with deadlines")
    void jetty() throws Exception {
        try (ConfigurableApplicationContext context = TestApplication.start(
                "spring.autoconfigure.exclude=org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration")) {
            assertThat(((WebServerApplicationContext) context).getWebServer()).isInstanceOf(JettyWebServer.class);
            assertThat(get(context, "/scope").body()).startsWith("TaskGroup[request] REQUEST 1");
            assertThat(get(context, "/wait/jetty").statusCode()).isEqualTo(504);
            assertThat(get(context, "/deferred/jetty-deferred").statusCode()).isEqualTo(504);
            assertThat(get(context, "/forks").body()).isEqualTo("ab");
        }
    }
}
