// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may look, and from where. */
class GateTest {
    private static final String TOKEN = "a-token-of-my-own_1";

    private Inspector inspector;
    private URI url;
    private String cookie;

    @BeforeEach
    void start() throws IOException {
        inspector = Inspector.start(o -> o.token(TOKEN));
        url = inspector.url();
        cookie = "espalier-" + url.getPort() + "=" + TOKEN;
    }

    @AfterEach
    void stop() {
        inspector.close();
    }

    @Test
    @DisplayName("the URL opens the page and gives the cookie, which scripts cannot read; then the cookie is enough")
    void token() throws IOException {
        RawHttp first = RawHttp.get(url, "/?token=" + TOKEN);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.headers().get("Set-Cookie")).isEqualTo(cookie + "; Path=/; HttpOnly; SameSite=Strict");
        assertThat(first.body()).contains("<title>Espalier</title>").doesNotContain(TOKEN);
        assertThat(RawHttp.get(url, "/", "Cookie", "other=1; " + cookie).status())
                .isEqualTo(200);
        assertThat(RawHttp.get(url, "/main.js", "Cookie", cookie).headers().get("Content-Type"))
                .isEqualTo("text/javascript; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/?token=",
                "/?token=wrong",
                "/?token=a-token-of-my-own_",
                "/main.js",
                "/feed",
                "/tree.txt",
                "/tree.json",
                "/main.js?token=" + TOKEN
            })
    @DisplayName("without the token nothing is answered, and what to do is said")
    void noToken(String path) throws IOException {
        RawHttp answer = RawHttp.get(url, path);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("open the page by its URL, which is in the log");
        assertThat(RawHttp.get(url, path, "Cookie", "espalier-1=" + TOKEN + "; espalier-" + url.getPort() + "=x")
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:80", "127.0.0.1", "localhost.evil.example:1", ""})
    @DisplayName("a host name that is not ours is refused, whatever it points to")
    void rebinding(String host) throws IOException {
        assertThat(RawHttp.get(url, "/?token=" + TOKEN, "Host", host).status()).isIn(400, 403);
        RawHttp answer = RawHttp.get(url, "/tree.txt", "Host", host, "Cookie", cookie);
        assertThat(answer.status()).isIn(400, 403);
        assertThat(answer.body()).doesNotContain("Tasks of process");
    }

    @Test
    @DisplayName("localhost is ours too")
    void localhost() throws IOException {
        assertThat(RawHttp.get(url, "/tree.txt", "Host", "localhost:" + url.getPort(), "Cookie", cookie)
                        .body())
                .contains("Tasks of process");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    @DisplayName("what another site asks for is refused, also with the cookie")
    void otherSites(String site) throws IOException {
        assertThat(RawHttp.get(url, "/tree.json", "Cookie", cookie, "Sec-Fetch-Site", site)
                        .status())
                .isEqualTo(403);
        assertThat(RawHttp.get(url, "/tree.json", "Cookie", cookie, "Origin", "http://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(RawHttp.get(url, "/?token=" + TOKEN, "Sec-Fetch-Site", site).status())
                .as("a link to the page in a chat")
                .isEqualTo(200);
    }

    @Test
    @DisplayName("nothing is loaded, framed, cached or shared with other origins")
    void headers() throws IOException {
        RawHttp answer = RawHttp.get(url, "/", "Cookie", cookie, "Origin", "http://" + url.getAuthority());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers())
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Referrer-Policy", "no-referrer")
                .containsEntry("Cache-Control", "no-store")
                .doesNotContainKey("Access-Control-Allow-Origin");
        assertThat(answer.body()).doesNotContain("style=").doesNotContain("onclick");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing.js",
                "/../internal/Page.class",
                "/page/main.js",
                "/feed.",
                "/feedback",
                "/%2e%2e/Gate.class",
                "/Main.js"
            })
    @DisplayName("only the files of the page are there")
    void files(String path) throws IOException {
        assertThat(RawHttp.get(url, path, "Cookie", cookie).status()).isIn(400, 404);
    }

    @Test
    @DisplayName("methods that are not for a path are refused with those that are")
    void methods() throws IOException {
        for (String path : List.of("/", "/main.js", "/tree.txt", "/feed")) {
            RawHttp answer = RawHttp.send("POST", url, path, "", "Cookie", cookie);
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.headers().get("Allow")).isEqualTo("GET, HEAD");
        }
        assertThat(RawHttp.get(url, "/view", "Cookie", cookie).status()).isEqualTo(405);
        assertThat(RawHttp.send("DELETE", url, "/cancel", "", "Cookie", cookie).status())
                .isEqualTo(405);
        assertThat(RawHttp.send("OPTIONS", url, "/cancel", "", "Cookie", cookie).status())
                .isEqualTo(405);
    }

    @Test
    @DisplayName("a POST needs the token that the feed tells, in a header: the cookie is not enough")
    void posts() throws IOException {
        for (String path : List.of("/view", "/cancel")) {
            assertThat(RawHttp.send("POST", url, path, "{}", "Cookie", cookie).status())
                    .isEqualTo(403);
            assertThat(RawHttp.send("POST", url, path, "{}", "Cookie", cookie, "X-Espalier-Token", TOKEN)
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    @DisplayName("it listens on the loopback interface only")
    void loopbackOnly() throws IOException {
        for (NetworkInterface net : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : net.inetAddresses().toList()) {
                if (!address.isLoopbackAddress()) {
                    try (var socket = new Socket()) {
                        assertThatThrownBy(() -> socket.connect(new InetSocketAddress(address, url.getPort()), 2_000))
                                .isInstanceOf(IOException.class);
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("the text and the JSON can be loaded from it")
    void exports() throws Exception {
        var release = new Event("release");
        TaskGroup.run(o -> o.name("exported"), group -> {
            group.fork("one", () -> release.await());
            Await.waiting(release, 1);
            assertThat(RawHttp.get(url, "/tree.txt", "Cookie", cookie).body()).contains("task 'one'");
            assertThat(RawHttp.get(url, "/tree.json", "Cookie", cookie).body()).contains("\"name\":\"one\"");
            release.set();
        });
    }

    @Test
    @DisplayName("its URL is logged once, and shown by nothing else")
    void logged() throws IOException {
        var logger = Logger.getLogger("dev.espalier.inspect");
        var messages = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try (var other = Inspector.start()) {
            assertThat(messages).containsExactly("The tree of tasks is at " + other.url());
            assertThat(other.url().getQuery()).hasSizeGreaterThan("token=".length() + 20);
            assertThat(other.toString() + InspectorOptions.DEFAULT.token(TOKEN))
                    .doesNotContain(TOKEN)
                    .doesNotContain(other.url().getQuery());
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    @DisplayName("a port that is taken, and options that make no sense, are refused with what to do; closing twice is"
            + " nothing")
    void refused() {
        int port = url.getPort();
        assertThatThrownBy(() -> Inspector.start(o -> o.port(port)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on port " + port)
                .hasMessageContaining("0 for any that is free");
        assertThatThrownBy(() -> InspectorOptions.DEFAULT.token("short")).hasMessageContaining("16 to 200");
        assertThatThrownBy(() -> InspectorOptions.DEFAULT.token("no spaces or; semicolons"))
                .hasMessageNotContaining("spaces");
        assertThatThrownBy(() -> InspectorOptions.DEFAULT.port(70_000))
                .hasMessageContaining("0 (any free one) to 65535");
        assertThatThrownBy(() -> InspectorOptions.DEFAULT.failures(-1)).hasMessageContaining("must be 0 or more");
        inspector.close();
        inspector.close();
        assertThatThrownBy(() -> RawHttp.get(url, "/")).isInstanceOf(IOException.class);
    }
}
