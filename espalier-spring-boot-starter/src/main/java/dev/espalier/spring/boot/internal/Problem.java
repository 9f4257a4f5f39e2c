// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.json.JsonWriter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * What a client is told instead of a result, as RFC 9457 has it.
 *
 * @param status of HTTP
 * @param detail one sentence for whoever reads it
 */
record Problem(HttpStatus status, String detail) {
    private record Body(Problem problem, String instance) {}

    private static final JsonWriter<Body> JSON = JsonWriter.of(members -> {
        members.add("type", "about:blank");
        members.add("title", body -> body.problem.status.getReasonPhrase());
        members.add("status", body -> body.problem.status.value());
        members.add("detail", body -> body.problem.detail);
        members.add("instance", Body::instance);
    });

    /** Takes the place of what has been written so far; only as long as nothing is on its way to the client. */
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.resetBuffer(); // not reset: the headers of CORS and of security stay, or a browser shows nothing
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        String json = JSON.writeToString(new Body(this, request.getRequestURI()));
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        try {
            response.getOutputStream().write(bytes);
        } catch (IllegalStateException e) { // the application has taken the writer
            response.setContentLengthLong(-1); // in whatever encoding that has
            response.getWriter().write(json);
        }
    }
}
