// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The tree of tasks over HTTP, while a request waits. */
@SpringBootTest(
        classes = TestApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "management.endpoints.web.exposure.include=tasks")
class TasksEndpointTest {
    private final HttpClient client = HttpClient.newHttpClient();

    private final String id = "tree-" + System.nanoTime();

    @LocalServerPort
    private int port;

    @Autowired
    private Desk desk;

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @BeforeEach
    void someRequestWaits() throws Exception {
        client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/nested/" + id))
                        .build(),
                BodyHandlers.ofString());
        desk.visit(id).awaitEntered();
    }

    @AfterEach
    void itGoes() {
        desk.visit(id).leave();
    }

    @Test
    @DisplayName("unless something else is asked for, the tree is JSON")
    void json() throws Exception {
        for (HttpResponse<String> response : List.of(
                get("/actuator/tasks"),
                get("/actuator/tasks", "Accept", "*/*"),
                get("/actuator/tasks", "Accept", "application/json"))) {
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
            Map<String, Object> tree = JsonParserFactory.getJsonParser().parseMap(response.body());
            assertThat(tree).containsKeys("pid", "threads", "deadlocks", "totals");
            assertThat(response.body()).contains("\"request\"").contains("\"nested\"");
        }
    }

    @Test
    @DisplayName("with Accept: text/plain the tree is text, and says where a request waits")
    void text() throws Exception {
        HttpResponse<String> response = get("/actuator/tasks", "Accept", "text/plain");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain;charset=UTF-8");
        assertThat(response.body())
                .contains("group 'request'")
                .contains("task 'nested'")
                .contains("Visit.await(Visit.java:");
    }

    @Test
    @DisplayName("depth, frames and each are those of the dump")
    void options() throws Exception {
        assertThat(get("/actuator/tasks?depth=1", "Accept", "text/plain").body())
                .doesNotContainPattern("\\n +task 'nested'");
        assertThat(get("/actuator/tasks?frames=0", "Accept", "text/plain").body())
                .doesNotContain("Visit.java");
        assertThat(get("/actuator/tasks?frames=9&each=true", "Accept", "text/plain")
                        .body())
                .contains("Visit.java", "Desk.java");
    }

    @Test
    @DisplayName("an option that cannot be is answered with 400")
    void badOptions() throws Exception {
        assertThat(get("/actuator/tasks?depth=0").statusCode()).isEqualTo(400);
        assertThat(get("/actuator/tasks?frames=-1").statusCode()).isEqualTo(400);
        assertThat(get("/actuator/tasks?depth=deep").statusCode()).isEqualTo(400);
        assertThat(get("/actuator/tasks", "Accept", "image/png").statusCode()).isEqualTo(406);
    }
}
