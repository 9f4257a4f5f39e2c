// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Clients that close their connections in the middle of a request: real sockets. */
@SpringBootTest(
        classes = TestApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "espalier.request.disconnect-check-interval=1ms")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DisconnectTest {
    private static final String GONE = "ASKED: the client has closed its connection";

    @LocalServerPort
    private int port;

    @Autowired
    private Desk desk;

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String request) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(request.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private static String post(String path, String body, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: " + length
                + "\r\n\r\n" + body;
    }

    /** The body of the next response, which has one line. */
    private static String body(BufferedReader in) throws IOException {
        int length = -1;
        assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 ");
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        var body = new char[length];
        int read = 0;
        while (read < length) {
            read += in.read(body, read, length - read);
        }
        return new String(body);
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    @Test
    @DisplayName("a request is cancelled when its client closes the connection")
    void close() throws Exception {
        try (Socket socket = connect()) {
            send(socket, get("/wait/close"));
            desk.visit("close").awaitEntered();
        }
        assertThat(desk.visit("close").outcome()).isEqualTo(GONE);
    }

    @Test
    @DisplayName("a request is cancelled when its client resets the connection")
    void reset() throws Exception {
        try (Socket socket = connect()) {
            socket.setSoLinger(true, 0);
            send(socket, get("/wait/reset"));
            desk.visit("reset").awaitEntered();
        }
        assertThat(desk.visit("reset").outcome()).isEqualTo(GONE);
    }

    @Test
    @DisplayName("tasks of a nested group are cancelled with the request")
    void nested() throws Exception {
        try (Socket socket = connect()) {
            send(socket, get("/nested/close-nested"));
            desk.visit("close-nested").awaitEntered();
        }
        assertThat(desk.visit("close-nested").outcome()).isEqualTo(GONE);
    }

    @Test
    @DisplayName("a request whose body has been read is cancelled, too")
    void body() throws Exception {
        try (Socket socket = connect()) {
            send(socket, post("/wait/close-body", "twelve bytes", 12));
            desk.visit("close-body").awaitEntered();
        }
        assertThat(desk.visit("close-body").outcome()).isEqualTo(GONE);
    }

    @Test
    @DisplayName("a body that comes slowly, while the connection is looked at, is read whole")
    void slowBody() throws Exception {
        try (Socket socket = connect()) {
            var whole = new StringBuilder();
            for (int i = 0; i < 20_000; i++) {
                whole.append(i).append(',');
            }
            send(socket, post("/wait/slow-body", "", whole.length()));
            int piece = 97; // each a read of its own, and a place for a look to go wrong
            for (int sent = 0; sent < whole.length(); sent += piece) {
                send(socket, whole.substring(sent, Math.min(sent + piece, whole.length())));
                LockSupport.parkNanos(50_000); // slower than the server
            }
            desk.visit("slow-body").awaitEntered();
            desk.visit("slow-body").leave();
            assertThat(body(reader(socket)))
                    .isEqualTo("left " + whole.length() + " " + whole.toString().hashCode());
        }
    }

    @Test
    @DisplayName("requests that are sent before the answer to the first one are neither lost nor cancelled")
    void pipelined() throws Exception {
        try (Socket socket = connect()) {
            send(socket, get("/wait/pipelined"));
            desk.visit("pipelined").awaitEntered();
            send(socket, get("/hello") + get("/forks"));
            for (int i = 0; i < 5; i++) {
                pauseForALook(); // which takes the next request into the buffer
            }
            assertThat(desk.visit("pipelined").isOver()).isFalse();
            desk.visit("pipelined").leave();
            BufferedReader in = reader(socket);
            assertThat(body(in)).isEqualTo("left");
            assertThat(body(in)).isEqualTo("hello");
            assertThat(body(in)).isEqualTo("ab");
        }
    }

    @Test
    @DisplayName("a connection that was looked at serves the next requests, and is looked at again")
    void keepAlive() throws Exception {
        try (Socket socket = connect()) {
            BufferedReader in = reader(socket);
            for (int i = 0; i < 3; i++) {
                Visit visit = desk.visit("keep-alive-" + i);
                send(socket, get("/wait/keep-alive-" + i));
                visit.awaitEntered();
                pauseForALook();
                visit.leave();
                assertThat(body(in)).isEqualTo("left");
            }
            send(socket, get("/wait/keep-alive-last"));
            desk.visit("keep-alive-last").awaitEntered();
        }
        assertThat(desk.visit("keep-alive-last").outcome()).isEqualTo(GONE);
    }

    @Test
    @DisplayName("a client that goes cancels its own request, and no other")
    void others() throws Exception {
        try (Socket stays = connect()) {
            send(stays, get("/wait/stays"));
            desk.visit("stays").awaitEntered();
            try (Socket goes = connect()) {
                send(goes, get("/wait/goes"));
                desk.visit("goes").awaitEntered();
            }
            assertThat(desk.visit("goes").outcome()).isEqualTo(GONE);
            assertThat(desk.visit("stays").isOver()).isFalse();
            desk.visit("stays").leave();
            assertThat(body(reader(stays))).isEqualTo("left");
        }
    }

    /** Long enough for connections to be looked at: another client goes, and that is noticed. */
    private void pauseForALook() throws Exception {
        String id = "look-" + System.nanoTime();
        try (Socket socket = connect()) {
            send(socket, get("/wait/" + id));
            desk.visit(id).awaitEntered();
        }
        assertThat(desk.visit(id).outcome()).isEqualTo(GONE);
    }
}
