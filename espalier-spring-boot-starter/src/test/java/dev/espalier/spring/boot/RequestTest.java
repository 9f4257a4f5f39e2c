// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A group for each request, over real HTTP. Timeouts: 30 s unless the client asks for another, and at most 60 s. */
@SpringBootTest(
        classes = TestApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"espalier.request.timeout=30s", "espalier.request.max-timeout=60s"})
class RequestTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private Desk desk;

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(15)); // Tomcat gives up an asynchronous request after 30 s by itself
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> getWithin(String timeout, String path) throws IOException, InterruptedException {
        return get(path, "X-Request-Timeout", timeout);
    }

    private static void assertLate(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(response.body())
                .startsWith("{\"type\":\"about:blank\",\"title\":\"Gateway Timeout\",\"status\":504,")
                .contains("\"detail\":\"The request was not finished within its timeout.\"")
                .contains("\"instance\":\"" + response.uri().getPath() + "\"");
    }

    // ---- the scope

    @Test
    @DisplayName("a controller runs in a group, whose deadline is that of the property")
    void enclosingScope() throws Exception {
        assertThat(get("/scope").body()).contains("TaskGroup[request]").matches("(?s).* REQUEST (29|30)\\d{3}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2000", "2s", "PT2S", " 2000ms "})
    @DisplayName("a client asks for a timeout in milliseconds, with a unit, or as ISO 8601 has it")
    void header(String timeout) throws Exception {
        assertThat(getWithin(timeout, "/scope").body()).matches("(?s).* (2000|1\\d{3})");
    }

    @Test
    @DisplayName("a client may ask for a longer timeout than the default, but for no longer one than the maximum")
    void maximum() throws Exception {
        assertThat(getWithin("45s", "/scope").body()).matches("(?s).* 4[45]\\d{3}");
        assertThat(getWithin("20h", "/scope").body()).matches("(?s).* (60000|5\\d{4})");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "soon",
                "-1",
                "-PT1S",
                "1.5s",
                "2 s",
                "",
                "99999999999999999999",
                "9999999999999999999d",
                "1\"}{<script>",
                "111111111111111111111111111111111111111111111111111111111111111111111111111"
            })
    @DisplayName("a header that is no timeout is answered with 400, and with what it must be")
    void badHeader(String timeout) throws Exception {
        HttpResponse<String> response = getWithin(timeout, "/wait/bad");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        String shown = timeout.length() > 50 ? timeout.substring(0, 50) + "..." : timeout.replace("\"", "\\\"");
        assertThat(response.body())
                .contains("\"detail\":\"The header X-Request-Timeout is '" + shown
                        + "'; it must be a number of milliseconds, such as 1500, or a duration, such as 2s or PT2S");
    }

    @Test
    @DisplayName("a request whose time is over before it begins is answered with 504, and no controller runs")
    void zero() throws Exception {
        assertLate(getWithin("0", "/wait/zero"));
        desk.visit("zero").leave();
        assertThat(desk.visit("zero").isOver()).isFalse();
    }

    // ---- the deadline

    @Test
    @DisplayName(
            "at the deadline the controller is cancelled, and the client gets 504, whatever exception handlers there"
                    + " are")
    void late() throws Exception {
        assertLate(getWithin("50ms", "/wait/late"));
        assertThat(desk.visit("late").outcome()).startsWith("DEADLINE: ");
    }

    @Test
    @DisplayName("at the deadline tasks of groups in the controller are cancelled too")
    void lateNested() throws Exception {
        assertLate(getWithin("50ms", "/nested/late-nested"));
        assertThat(desk.visit("late-nested").outcome()).startsWith("DEADLINE: ");
    }

    @Test
    @DisplayName("what had been written and not sent is replaced at the deadline, headers such as those of CORS stay")
    void lateAfterWriter() throws Exception {
        HttpResponse<String> response = getWithin("50ms", "/writer/late-writer");
        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        assertThat(response.body()).startsWith("{\"type\"").endsWith("}");
    }

    @Test
    @DisplayName("an answer that is on its way at the deadline is broken off, and does not look whole")
    void lateAfterFlush() {
        assertThatThrownBy(() -> getWithin("100ms", "/stream/late-stream")).isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("a thread of the server serves the next request without a trace of a cancellation")
    void nothingLeaks() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertLate(getWithin("5ms", "/wait/leak-" + i));
            assertThat(get("/forks").body()).isEqualTo("ab");
        }
    }

    // ---- the group

    @Test
    @DisplayName("a controller that takes a TaskGroup gets that of its request")
    void forks() throws Exception {
        assertThat(get("/forks").body()).isEqualTo("ab");
    }

    @Test
    @DisplayName("a request ends when the tasks that it has left in its group have ended")
    void leavesBehind() throws Exception {
        CompletableFuture<HttpResponse<String>> response =
                client.sendAsync(request("/leaves-behind/behind").build(), BodyHandlers.ofString());
        desk.visit("behind").awaitEntered();
        desk.visit("behind").leave();
        assertThat(response.get(10, TimeUnit.SECONDS).body()).isEqualTo("forked");
        assertThat(desk.visit("behind").outcome()).isEqualTo("left");
    }

    @Test
    @DisplayName("tasks that the controller has left behind are cancelled at the deadline")
    void leavesBehindLate() throws Exception {
        get("/leaves-behind/behind-late", "X-Request-Timeout", "50ms");
        assertThat(desk.visit("behind-late").outcome()).startsWith("DEADLINE: ");
    }

    @Test
    @DisplayName("a task of the request's group that fails makes the request fail")
    void taskFails() throws Exception {
        assertThat(get("/task-fails").statusCode()).isEqualTo(500);
    }

    @Test
    @DisplayName("what the controller throws goes to the exception handlers, a timeout of its own included")
    void ownFailures() throws Exception {
        assertThat(get("/fails").body()).isEqualTo("handled: the controller's");
        assertThat(get("/fails-in-time").statusCode()).isEqualTo(409);
    }

    // ---- dispatches

    @Test
    @DisplayName("a path that is excluded has no group, and a controller that wants one is told so")
    void excluded() throws Exception {
        assertThat(getWithin("nonsense", "/excluded/scope").body())
                .doesNotContain("TaskGroup[request]")
                .endsWith(" none");
        assertThat(get("/excluded/forks").body())
                .contains("espalier.request.exclude")
                .contains("TaskGroup.call");
    }

    @Test
    @DisplayName("a forward stays in the group of its request")
    void forwards() throws Exception {
        assertThat(getWithin("2s", "/forwards").body())
                .contains("TaskGroup[request]")
                .matches("(?s).* FORWARD (2000|1\\d{3})");
    }

    @Test
    @DisplayName("an asynchronous dispatch has a group with what is left of the deadline")
    void asyncDispatch() throws Exception {
        assertThat(getWithin("2s", "/async-scope").body())
                .contains("TaskGroup[request]")
                .matches("(?s).* ASYNC (2000|1\\d{3})");
    }

    @Test
    @DisplayName("an error page is rendered outside of the group")
    void errorPage() throws Exception {
        HttpResponse<String> response = get("/sends-error", "Accept", "application/json");
        assertThat(response.statusCode()).isEqualTo(410);
        assertThat(response.body()).contains("\"path\":\"/sends-error\"");
    }

    @Test
    @DisplayName("an asynchronous result that does not come is given up at the deadline")
    void lateDeferred() throws Exception {
        assertLate(getWithin("200ms", "/deferred/deferred"));
        assertThat(desk.visit("deferred").await()).isEqualTo("left");
        while (!desk.completed().contains("/deferred/deferred")) {
            Thread.onSpinWait(); // interceptors close what they have opened, just after the answer
        }
    }

    @Test
    @DisplayName("a Callable is interrupted at the deadline")
    void lateCallable() throws Exception {
        assertLate(getWithin("200ms", "/callable/callable"));
        assertThat(desk.visit("callable").outcome()).startsWith("interrupted");
    }

    @Test
    @DisplayName("an asynchronous result that comes in time is answered")
    void callable() throws Exception {
        desk.visit("callable-in-time").leave();
        assertThat(get("/callable/callable-in-time").body()).isEqualTo("left");
    }
}
