// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** HTTP by hand, with headers that no client lets one set. */
record RawHttp(int status, Map<String, String> headers, String body) {
    static RawHttp get(URI base, String path, String... headers) throws IOException {
        return send("GET", base, path, "", headers);
    }

    /** Headers as name, value, name, value; Host is that of the base unless it is among them. */
    static RawHttp send(String method, URI base, String path, String body, String... headers) throws IOException {
        var all = new LinkedHashMap<String, String>();
        all.put("Host", base.getAuthority());
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        var request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        all.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        request.append("Content-Length: ")
                .append(body.getBytes(StandardCharsets.UTF_8).length)
                .append("\r\n\r\n")
                .append(body);
        try (var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), base.getPort())) {
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            String[] lines = answer.substring(0, end).split("\r\n", -1);
            var received = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            for (int i = 1; i < lines.length; i++) {
                String[] parts = lines[i].split(": ", 2);
                received.put(parts[0], parts[1]);
            }
            return new RawHttp(Integer.parseInt(lines[0].split(" ", 3)[1]), received, answer.substring(end + 4));
        }
    }
}
