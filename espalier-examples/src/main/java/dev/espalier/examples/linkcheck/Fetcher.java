// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Tasks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Visits URLs over HTTP. Each attempt has a timeout; temporary failures are tried again after a pause.
 *
 * <p>Only what the network may do is turned into an answer. Any other exception is a bug in this program: it leaves,
 * and so fails its task, the group, and the crawl.
 */
final class Fetcher implements Visitor, AutoCloseable {
    private static final int MAX_PAGE_BYTES = 32 << 20;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Pattern CHARSET = Pattern.compile("(?i)charset=\"?([^\";\\s]+)");

    // Redirects are not followed here: to the crawl a redirect is a link, visited once however many lead there.
    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private final Duration timeout;
    private final int retries;

    Fetcher(Settings settings) {
        timeout = settings.requestTimeout();
        retries = settings.retries();
    }

    @Override
    public Visit visit(URI url) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            Visit visit = attempt(url, attempt);
            if (attempt > retries || !(visit.answer() instanceof Answer.Broken broken && broken.temporary())) {
                return visit;
            }
            // twice as long each time, and a little of chance, so that not all come back at once
            Tasks.sleep(pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2)));
            pause = pause.multipliedBy(2);
        }
    }

    /** A deadline of the attempt is an answer; a cancellation from outside passes through as InterruptedException. */
    private Visit attempt(URI url, int attempt) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            HttpResponse<InputStream> response = CancelScope.failAfter(timeout, () -> send(url));
            Duration time = since(begin); // without the parsing
            return new Visit(url, read(url, response), attempt, time);
        } catch (DeadlineExceededException e) {
            String why = "no answer in " + Durations.format(timeout);
            return new Visit(url, new Answer.Broken(why, true), attempt, since(begin));
        } catch (IOException e) {
            return new Visit(url, broken(e), attempt, since(begin));
        }
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /**
     * Sends a request and waits for the answer. Who gives up cancels the exchange, which resets the one HTTP/2 stream
     * or closes the one connection, where an interrupt would only end the waiting. So nothing of it goes on when this
     * method has ended.
     */
    private HttpResponse<InputStream> send(URI url) throws IOException, InterruptedException {
        Future<HttpResponse<InputStream>> exchange = client.sendAsync(request(url), wholeIfHtml());
        try {
            return CancelScope.cancelling(() -> exchange.cancel(true), () -> exchange.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("the HTTP client failed on " + url, e.getCause());
        } finally {
            exchange.cancel(true); // no effect if it is done; else we were cancelled before the hook was in place
        }
    }

    private static HttpRequest request(URI url) {
        return HttpRequest.newBuilder(url)
                .header("User-Agent", "espalier-linkcheck")
                // no attempts to upgrade plain connections: some servers answer them badly
                .version(url.getScheme().equals("http") ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
                .build();
    }

    /** HTML has been read when the answer is there; of anything else, which may be large, only the headers. */
    private static BodyHandler<InputStream> wholeIfHtml() {
        return info -> isHtml(info.headers())
                ? BodySubscribers.mapping(
                        BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_PAGE_BYTES),
                        ByteArrayInputStream::new)
                : BodySubscribers.ofInputStream();
    }

    private static Answer read(URI url, HttpResponse<InputStream> response) throws IOException {
        HttpHeaders headers = response.headers();
        int status = response.statusCode();
        try (InputStream body = response.body()) { // closing gives up what has not been read
            if (REDIRECTS.contains(status)) {
                return redirect(url, status, headers.firstValue("Location").orElse(""));
            }
            if (status >= 400) {
                return new Answer.Broken(name(status), TEMPORARY.contains(status));
            }
            return new Answer.Found(
                    isHtml(headers) ? Optional.of(PageParser.parse(body, charset(headers), url)) : Optional.empty());
        }
    }

    private static Answer redirect(URI url, int status, String location) {
        try {
            return new Answer.Moved(status, Link.of(url, location).target());
        } catch (URISyntaxException e) {
            return new Answer.Broken(status + " to \"" + location + "\", which is not a valid URL", false);
        }
    }

    private static boolean isHtml(HttpHeaders headers) {
        String type = headers.firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        return type.startsWith("text/html") || type.startsWith("application/xhtml+xml");
    }

    private static @Nullable String charset(HttpHeaders headers) {
        var charset = CHARSET.matcher(headers.firstValue("Content-Type").orElse(""));
        try {
            return charset.find() && Charset.isSupported(charset.group(1)) ? charset.group(1) : null;
        } catch (IllegalCharsetNameException e) {
            return null; // the server's mistake: jsoup looks into the page instead
        }
    }

    private static String name(int status) {
        return switch (status) {
            case 401 -> "401 Unauthorized";
            case 403 -> "403 Forbidden";
            case 404 -> "404 Not Found";
            case 410 -> "410 Gone";
            case 429 -> "429 Too Many Requests";
            case 500 -> "500 Internal Server Error";
            case 503 -> "503 Service Unavailable";
            default -> String.valueOf(status);
        };
    }

    /** The client wraps what happened in what it was doing: the innermost exception says it best. */
    private static Answer.Broken broken(IOException e) {
        Throwable innermost = e;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return switch (innermost) {
            case UnresolvedAddressException unresolved -> new Answer.Broken("unknown host", false);
            case ConnectException refused -> new Answer.Broken("cannot connect", true);
            case ClosedChannelException refused -> new Answer.Broken("cannot connect", true);
            default -> {
                String name = innermost.getClass().getSimpleName();
                yield new Answer.Broken(Objects.requireNonNullElse(innermost.getMessage(), name), true);
            }
        };
    }

    @Override
    public void close() {
        client.shutdownNow(); // without waiting: each task has awaited or cancelled its exchange
    }
}
