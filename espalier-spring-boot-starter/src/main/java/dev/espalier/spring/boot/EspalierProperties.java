// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code espalier.*}. Durations are written as Spring Boot has them: {@code 500ms}, {@code 2s}, {@code PT2S}, or a number of milliseconds.
 *
 * @param request the group of each request
 * @param shutdown how the application ends
 * @param transaction what a cancellation does to a transaction
 * @param metrics metrics for Micrometer
 * @param context context of other libraries in tasks
 * @since 0.1
 */
@ConfigurationProperties("espalier")
public record EspalierProperties(
        @DefaultValue Request request,
        @DefaultValue Shutdown shutdown,
        @DefaultValue Transaction transaction,
        @DefaultValue Metrics metrics,
        @DefaultValue Context context) {
    /**
     * The group of each request: {@code espalier.request.*}.
     *
     * @param enabled whether each request runs in a group
     * @param timeout of a request that does not ask for another; none unless it is given
     * @param timeoutHeader the header in which a client asks for a timeout; empty for none
     * @param maxTimeout the longest timeout that a client gets; {@code timeout} unless it is given, and without either whatever it asks for
     * @param cancelOnDisconnect whether a request is cancelled when its client has closed the connection; needs Tomcat and HTTP/1.1
     * @param disconnectCheckInterval how often the connections of requests that are still open are looked at
     * @param exclude patterns of paths whose requests have no group, such as {@code /events/**}
     * @param filterOrder the order of the servlet filter; by default just behind those that set the encoding and observe the request
     */
    public record Request(
            @DefaultValue("true") boolean enabled,
            @Nullable Duration timeout,
            @DefaultValue("X-Request-Timeout") String timeoutHeader,
            @Nullable Duration maxTimeout,
            @DefaultValue("true") boolean cancelOnDisconnect,
            @DefaultValue("500ms") Duration disconnectCheckInterval,
            @DefaultValue List<String> exclude,
            @DefaultValue("-2147483628") int filterOrder) {
        /** Checks the values. */
        public Request {
            checkPositive("espalier.request.timeout", timeout);
            checkPositive("espalier.request.max-timeout", maxTimeout);
            checkPositive("espalier.request.disconnect-check-interval", disconnectCheckInterval);
            if (timeout != null && maxTimeout != null && timeout.compareTo(maxTimeout) > 0) {
                throw new IllegalArgumentException("espalier.request.timeout is " + timeout
                        + ", longer than espalier.request.max-timeout, which is " + maxTimeout
                        + "; make the one shorter or the other longer");
            }
            timeoutHeader = timeoutHeader.strip();
            exclude = List.copyOf(exclude);
        }
    }

    /**
     * How the application ends: {@code espalier.shutdown.*}.
     *
     * @param grace how long background tasks may go on after the last request has ended, before they are cancelled
     * @param hardLimit how long what was cancelled may take to end: first requests, then background tasks
     * @param hookLimit how long each hook and each managed resource may take
     * @param whenEnded what becomes of the context when the application ends before it: because a managed task gave up, or somebody shut it down
     */
    public record Shutdown(
            @DefaultValue("10s") Duration grace,
            @DefaultValue("5s") Duration hardLimit,
            @DefaultValue("5s") Duration hookLimit,
            @DefaultValue("close-context") WhenEnded whenEnded) {
        /** Checks the values. */
        public Shutdown {
            checkNotNegative("espalier.shutdown.grace", grace);
            checkNotNegative("espalier.shutdown.hard-limit", hardLimit);
            checkPositive("espalier.shutdown.hook-limit", hookLimit);
        }
    }

    /** What becomes of the Spring context when the application ends before it. */
    public enum WhenEnded {
        /** The context is closed. The JVM ends when nothing else keeps it, with status 0. */
        CLOSE_CONTEXT,
        /** The context is closed, and the JVM exits with the status of {@link org.springframework.boot.SpringApplication#exit}, or if that is 0, of the application's report. */
        EXIT,
        /** The context goes on, and whoever asks the application for work is refused. */
        NOTHING
    }

    /**
     * What a cancellation does to a transaction: {@code espalier.transaction.*}.
     *
     * @param rollbackOnInterruption whether a method with {@code @Transactional} that ends with an {@link InterruptedException} rolls back; Spring alone commits
     */
    public record Transaction(@DefaultValue("true") boolean rollbackOnInterruption) {}

    /**
     * Metrics for Micrometer: {@code espalier.metrics.*}.
     *
     * @param enabled whether they are registered, if {@code espalier-micrometer} and a meter registry are there
     */
    public record Metrics(@DefaultValue("true") boolean enabled) {}

    /**
     * Context of other libraries: {@code espalier.context.*}.
     *
     * @param enabled whether tasks see the thread-locals that Micrometer's context propagation knows, if {@code espalier-micrometer} and that library are there
     */
    public record Context(@DefaultValue("true") boolean enabled) {}

    private static void checkPositive(String name, @Nullable Duration value) {
        if (value != null && !value.isPositive()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be more than zero");
        }
    }

    private static void checkNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be zero or more");
        }
    }
}
