// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Crawls without a network: the visitor makes the site up. */
class CrawlTest {
    private static final URI START = URI.create("http://host/");
    private static final Settings SETTINGS =
            new Settings(4, 4, Duration.ofSeconds(1), 0, Integer.MAX_VALUE, Duration.ofSeconds(1), false);

    private static Visit found(URI url, String... links) {
        Set<Link> targets = Arrays.stream(links)
                .map(link -> new Link(START.resolve(link), ""))
                .collect(Collectors.toSet());
        return visit(url, new Answer.Found(Optional.of(new Page(targets, Set.of(), Set.of()))));
    }

    private static Visit moved(URI url, String target) {
        return visit(url, new Answer.Moved(302, START.resolve(target)));
    }

    private static Visit visit(URI url, Answer answer) {
        return new Visit(url, answer, 1, Duration.ZERO);
    }

    private static Crawl crawl(Settings settings, Visitor visitor) {
        return new Crawl(Site.at(START), settings, visitor);
    }

    private static Report report(Settings settings, Visitor visitor) throws InterruptedException {
        Crawl crawl = crawl(settings, visitor);
        crawl.run(Progress.NONE);
        return crawl.report(Optional.empty());
    }

    @Test
    void everyPageOfAGraphWithCyclesIsVisitedOnce() throws Exception {
        Map<URI, Integer> visits = new ConcurrentHashMap<>();
        // page n links to 2n, 2n+1 and to the start: 511 pages, found from many sides at once
        Report report = report(SETTINGS, url -> {
            visits.merge(url, 1, Integer::sum);
            int n = url.getPath().length() == 1
                    ? 1
                    : Integer.parseInt(url.getPath().substring(1));
            return n < 256 ? found(url, "/" + 2 * n, "/" + (2 * n + 1), "/", "/" + n) : found(url, "/");
        });

        // "/" and "/1" are the same node here, so there is one more
        assertThat(visits)
                .hasSize(512)
                .allSatisfy((url, times) -> assertThat(times).isEqualTo(1));
        assertThat(report.totals().visited()).isEqualTo(512);
        assertThat(report.totals().notVisited()).isZero();
        assertThat(report.findings()).isEmpty();
        assertThat(report.partial()).isEmpty();
    }

    @Test
    void aCrawlWithOnePlaceComesToItsEnd() throws Exception {
        var one = new Settings(1, 1, Duration.ofSeconds(1), 0, Integer.MAX_VALUE, Duration.ofSeconds(1), false);

        Report report = report(one, url -> url.equals(START) ? found(url, "/a", "/b", "/c") : found(url, "/d"));

        assertThat(report.totals().visited()).isEqualTo(5);
    }

    @Test
    void aBugInATaskStopsTheCrawlWithItsCause() {
        var others = new CountDownLatch(3);
        var stopped = new AtomicInteger();
        var bug = new IllegalStateException("a bug");

        Crawl crawl = crawl(SETTINGS, url -> {
            if (url.equals(START)) {
                return found(url, "/a", "/b", "/c", "/bug");
            }
            if (url.getPath().equals("/bug")) {
                others.await();
                throw bug;
            }
            others.countDown();
            try {
                Tasks.sleep(Duration.ofMinutes(1));
            } finally {
                stopped.incrementAndGet();
            }
            return found(url);
        });

        assertThatThrownBy(() -> crawl.run(Progress.NONE))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(bug);
        assertThat(stopped).hasValue(3);
    }

    @Test
    void aCancelledCrawlReportsWhatItHasFound() throws Exception {
        var scope = CancelScope.create();
        var hanging = new CountDownLatch(3);
        Crawl crawl = crawl(SETTINGS, url -> switch (url.getPath()) {
            case "/" -> found(url, "/missing", "/hang1", "/hang2", "/hang3", "/hang4");
            case "/missing" -> {
                hanging.await(); // so that the body is told of it when it is cancelled, or after it
                scope.cancel("enough");
                yield visit(url, new Answer.Broken("404", false));
            }
            default -> {
                hanging.countDown();
                Tasks.sleep(Duration.ofMinutes(1));
                yield found(url);
            }
        });

        assertThat(scope.run(() -> crawl.run(Progress.NONE))).isFalse();
        Report report = crawl.report(scope.reason().map(Object::toString));

        assertThat(report.partial()).contains("enough");
        assertThat(report.findings())
                .containsExactly(new Finding(Finding.Kind.BROKEN, "/missing", "404", List.of("/")));
        assertThat(report.totals().visited()).isEqualTo(2);
        assertThat(report.totals().notVisited()).isEqualTo(4);
    }

    @Test
    void aCrawlWithAMostNumberOfPagesIsPartial() throws Exception {
        var three = new Settings(4, 4, Duration.ofSeconds(1), 0, 3, Duration.ofSeconds(1), false);

        Report report = report(three, url -> found(url, "/a", "/b", "/c", "/d"));

        assertThat(report.partial()).contains("stopped after 3 URLs (--max-pages)");
        assertThat(report.totals().visited()).isEqualTo(3);
        assertThat(report.totals().notVisited()).isEqualTo(2);
    }

    @Test
    void redirectsAreReportedWhereTheyEnd() throws Exception {
        Report report = report(SETTINGS, url -> switch (url.getPath()) {
            case "/" -> found(url, "/twice", "/to-missing", "/loop", "/endless/0");
            case "/twice" -> moved(url, "/once");
            case "/once" -> moved(url, "/target");
            case "/to-missing" -> moved(url, "/missing");
            case "/missing" -> visit(url, new Answer.Broken("404", false));
            case "/loop" -> moved(url, "/loop");
            case "/target" -> found(url);
            default -> moved(url, "/endless/" + (Integer.parseInt(url.getPath().substring(9)) + 1));
        });

        assertThat(report.findings())
                .containsExactly(
                        new Finding(Finding.Kind.BROKEN, "/endless/0", "more than 10 redirects", List.of("/")),
                        new Finding(Finding.Kind.BROKEN, "/loop", "redirect loop: /loop", List.of("/")),
                        new Finding(Finding.Kind.BROKEN, "/to-missing", "/missing: 404", List.of("/")),
                        new Finding(Finding.Kind.REDIRECT, "/twice", "302 -> /once -> /target", List.of("/")));
        assertThat(report.totals().notVisited()).isZero();
    }

    @Test
    void aStartThatRedirectsToAnotherHostMakesThatTheSite() throws Exception {
        Report report = report(SETTINGS, url -> switch (url.toString()) {
            case "http://host/" -> moved(url, "http://www.host/");
            case "http://www.host/" -> found(url, "http://www.host/page", "http://third/");
            default -> found(url);
        });

        assertThat(report.totals().visited()).isEqualTo(3);
        assertThat(report.totals().external()).isEqualTo(1);
    }

    @Test
    void externalLinksAreVisitedOnDemandAndTheirsAreNot() throws Exception {
        var external = new Settings(4, 4, Duration.ofSeconds(1), 0, Integer.MAX_VALUE, Duration.ofSeconds(1), true);
        Visitor visitor =
                url -> url.getHost().equals("host") ? found(url, "http://other/") : found(url, "http://third/");

        assertThat(report(SETTINGS, visitor).totals()).isEqualTo(new Report.Totals(1, 1, 1, 0, 1, 0));
        assertThat(report(external, visitor).totals()).isEqualTo(new Report.Totals(2, 1, 1, 0, 0, 0));
    }

    @Test
    void anchorsOfExternalPagesAreNotChecked() throws Exception {
        var external = new Settings(4, 4, Duration.ofSeconds(1), 0, Integer.MAX_VALUE, Duration.ofSeconds(1), true);
        var links = Set.of(new Link(URI.create("http://other/"), "x"), new Link(START, "y"));

        Report report = report(
                external,
                url -> visit(url, new Answer.Found(Optional.of(new Page(links, Set.of(), Set.of("anchor"))))));

        assertThat(report.totals().visited()).isEqualTo(2);
        assertThat(report.findings()).extracting(Finding::target).containsExactly("/#y");
    }

    @Test
    void notMoreTasksRunThanTheConcurrency() throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var full = new CountDownLatch(4);
        String[] links = IntStream.range(0, 40).mapToObj(i -> "/" + i).toArray(String[]::new);
        var wide = new Settings(4, 40, Duration.ofSeconds(1), 0, Integer.MAX_VALUE, Duration.ofSeconds(1), false);

        report(wide, url -> {
            if (url.equals(START)) {
                return found(url, links);
            }
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            full.countDown();
            full.await(); // all four places are used, or this never ends
            running.decrementAndGet();
            return found(url);
        });

        assertThat(most).hasValue(4);
    }
}
