// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.spring.boot.EspalierProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** How long a request may take: what its client asks for, within what the server grants. */
final class RequestTimeouts {
    private static final int MAX_LENGTH = 50; // of a header that is read, and of what a message repeats of it

    private final EspalierProperties.Request properties;

    RequestTimeouts(EspalierProperties.Request properties) {
        this.properties = properties;
    }

    /**
     * The timeout of a request.
     *
     * @return null for none; zero if the client's time is over
     * @throws IllegalArgumentException if the header is wrong, with a message for the client
     */
    @Nullable
    Duration of(HttpServletRequest request) {
        String name = properties.timeoutHeader();
        String header = name.isEmpty() ? null : request.getHeader(name);
        if (header == null) {
            return properties.timeout();
        }
        Duration asked = parse(name, header.strip());
        Duration most = properties.maxTimeout() != null ? properties.maxTimeout() : properties.timeout();
        return most != null && most.compareTo(asked) < 0 ? most : asked;
    }

    private static Duration parse(String name, String header) {
        if (header.length() <= MAX_LENGTH) {
            try {
                Duration asked = DurationStyle.detectAndParse(header, ChronoUnit.MILLIS);
                if (!asked.isNegative()) {
                    return asked;
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                // as one that is negative
            }
        }
        String shown = header.length() <= MAX_LENGTH ? header : header.substring(0, MAX_LENGTH) + "...";
        throw new IllegalArgumentException("The header " + name + " is '" + shown
                + "'; it must be a number of milliseconds, such as 1500, or a duration, such as 2s or PT2S,"
                + " and not negative.");
    }
}
