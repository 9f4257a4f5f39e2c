// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.spring.boot.EspalierProperties;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** What a client asks for, and what it gets. */
class RequestTimeoutsTest {
    @ParameterizedTest(name = "timeout {0}, maximum {1}, asked for {2}: {3}")
    @CsvSource({
        ", , , ",
        ", , 5s, 5s",
        "2s, , , 2s",
        "2s, , 1s, 1s",
        "2s, , 5s, 2s", // without a maximum, the server's own timeout is one
        "2s, 4s, , 2s",
        "2s, 4s, 3s, 3s",
        "2s, 4s, 5s, 4s",
        ", 4s, , ", // the maximum is for those who ask
        ", 4s, 5s, 4s",
        ", 4s, 0, 0s",
        ", , 106751991167d, 106751991167d", // longer than nanoseconds in a long
    })
    @DisplayName("the timeout of a request")
    void timeout(String timeout, String most, String asked, String expected) {
        assertThat(of("X-Request-Timeout", timeout, most, asked)).isEqualTo(duration(expected));
    }

    @ParameterizedTest(name = "header ''{0}'': {1}")
    @CsvSource({"'', 2s", "'  ', 2s", "X-Other, 2s", "X-REQUEST-TIMEOUT, 1s"})
    @DisplayName("the header has the name of the property, or none")
    void header(String name, String expected) {
        assertThat(of(name, "2s", null, "1s")).isEqualTo(duration(expected));
    }

    private static Duration of(String header, String timeout, String most, String asked) {
        var properties = new EspalierProperties.Request(
                true, duration(timeout), header, duration(most), true, Duration.ofSeconds(1), List.of(), 0);
        var request = new MockHttpServletRequest();
        if (asked != null) {
            request.addHeader("X-Request-Timeout", asked);
        }
        return new RequestTimeouts(properties).of(request);
    }

    private static Duration duration(String text) {
        return text == null ? null : org.springframework.boot.convert.DurationStyle.SIMPLE.parse(text);
    }
}
