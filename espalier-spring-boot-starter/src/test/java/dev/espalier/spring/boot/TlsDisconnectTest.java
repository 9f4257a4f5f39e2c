// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Clients that disconnect, with TLS. */
class TlsDisconnectTest {
    /** Of a certificate that was made a second ago. */
    private static final X509TrustManager TRUSTING = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private static SSLSocket connect(int port) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {TRUSTING}, new SecureRandom());
        return (SSLSocket) tls.getSocketFactory().createSocket("localhost", port);
    }

    private static void send(SSLSocket socket, String path) throws Exception {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    @DisplayName("a request by TLS is cancelled when its client closes the connection, and one that is looked at is"
            + " answered")
    void tls(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        try (ConfigurableApplicationContext context = TestApplication.start(
                "server.ssl.key-store=" + store.toUri(), "server.ssl.key-store-password=changeit")) {
            Desk desk = context.getBean(Desk.class);
            int port = TestApplication.port(context);
            try (SSLSocket stays = connect(port)) {
                stays.setSoTimeout(10_000);
                send(stays, "/wait/tls-stays");
                desk.visit("tls-stays").awaitEntered();
                try (SSLSocket goes = connect(port)) {
                    send(goes, "/nested/tls-goes");
                    desk.visit("tls-goes").awaitEntered();
                }
                assertThat(desk.visit("tls-goes").outcome()).isEqualTo("ASKED: the client has closed its connection");
                assertThat(desk.visit("tls-stays").isOver()).isFalse();
                desk.visit("tls-stays").leave();
                var answer = new byte[15];
                assertThat(stays.getInputStream().readNBytes(answer, 0, 15)).isEqualTo(15);
                assertThat(new String(answer, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 200");
            }
        }
    }
}
