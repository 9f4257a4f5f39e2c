// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the program in this JVM, against servers in this JVM. */
class LinkCheckerTest {
    private static final Settings DEFAULTS =
            new Settings(16, 8, Duration.ofSeconds(10), 2, Integer.MAX_VALUE, Duration.ofSeconds(1), false);

    private static Finding finding(Finding.Kind kind, String target, String detail) {
        return new Finding(kind, target, detail, List.of("/"));
    }

    @Test
    void thePlantedFaultsAreFoundAndNothingElse() throws Exception {
        try (EmbeddedSite site = EmbeddedSite.openFaults();
                var fetcher = new Fetcher(DEFAULTS)) {
            var crawl = new Crawl(site, DEFAULTS, fetcher);
            crawl.run(Progress.NONE);
            Report report = crawl.report(Optional.empty());

            String reset = site.hosts().stream()
                    .filter(host -> !host.equals(site.start().getAuthority()))
                    .map(host -> "http://" + host + "/reset.html")
                    .findFirst()
                    .orElseThrow();
            assertThat(report.findings())
                    .filteredOn(finding -> finding.kind() != Finding.Kind.SLOW)
                    .containsExactly(
                            finding(Finding.Kind.BROKEN, "/docs/index.html", "404 Not Found"),
                            finding(
                                    Finding.Kind.BROKEN,
                                    "/faults/loop-a.html",
                                    "redirect loop: /faults/loop-b.html -> /faults/loop-a.html"),
                            finding(Finding.Kind.BROKEN, "/faults/missing.html", "404 Not Found"),
                            finding(Finding.Kind.BROKEN, reset, "Connection reset"),
                            finding(Finding.Kind.ANCHOR, "/faults/here.html#nowhere", "no such anchor in the page"),
                            finding(Finding.Kind.REDIRECT, "/faults/moved.html", "301 -> /faults/here.html"),
                            finding(Finding.Kind.FLAKY, "/faults/flaky.html", "answered at attempt 3"));
            assertThat(report.findings())
                    .filteredOn(finding -> finding.kind() == Finding.Kind.SLOW)
                    .extracting(Finding::target)
                    .contains("/faults/slow.html");
            // the start and ten linked URLs of which two are one page, and the other half of the loop; four of them are
            // pages
            assertThat(report.totals()).isEqualTo(new Report.Totals(10, 4, 13, 4, 1, 0));
            assertThat(report.partial()).isEmpty();
        }
    }

    @Test
    void withInspectTheUrlOfThePageIsWrittenFirst() throws Exception {
        Run run = Run.of("--inspect", "--max-pages", "1", "--no-progress");

        assertThat(run.err()).matches("linkcheck: watch it at http://127\\.0\\.0\\.1:\\d+/\\?token=\\S+\\R");
    }

    @Test
    void withRecordThePageIsWrittenAtTheEnd(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("crawl.html");

        Run run = Run.of("--record", file.toString(), "--max-pages", "5", "--no-progress");

        assertThat(run.err()).matches("linkcheck: the recording is in \\S+crawl\\.html\\R");
        assertThat(file).content().contains("<title>Recording");
    }

    @Test
    void aRecordingThatCannotBeWrittenChangesNothingElse(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("no such folder").resolve("crawl.html");

        Run run = Run.of("--record", file.toString(), "--max-pages", "1", "--no-progress");

        assertThat(run.status())
                .isEqualTo(Run.of("--max-pages", "1", "--no-progress").status());
        assertThat(run.err()).startsWith("linkcheck: the recording cannot be written: ");
    }

    @Test
    void theEmbeddedSiteHasHundredsOfPages() throws Exception {
        Run run = Run.of("--json", "--no-progress");

        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isEqualTo(LinkChecker.BROKEN);
        Map<String, Object> json = run.json();
        assertThat(json).containsEntry("partial", false).containsEntry("reason", null);
        assertThat(json.get("totals"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .hasEntrySatisfying(
                        "pages", pages -> assertThat((Integer) pages).isGreaterThan(200))
                .containsEntry("notVisited", 0);
        assertThat(json.get("findings"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .contains(Map.of(
                        "kind", "anchor",
                        "target", "/faults/here.html#nowhere",
                        "detail", "no such anchor in the page",
                        "linkedFrom", List.of("/")));
    }

    @Test
    void aSiteWithoutFaultsIsClean() throws Exception {
        try (TestSite site = TestSite.linking("/a", "/b#here")) {
            Run run = Run.of(site.url());

            assertThat(run.status()).isEqualTo(LinkChecker.CLEAN);
            assertThat(run.out()).contains("URLs visited: 3 in", "broken: 0").doesNotContain("PARTIAL");
        }
    }

    @Test
    void aFolderIsServedAndChecked(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("index.html"), "<a href='sub/'>1</a> <a href='sub'>2</a> <a href='gone.html'>3</a>");
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub").resolve("page.html"), "<a href='../#x'>4</a>");

        Run run = Run.of(folder.toString());

        assertThat(run.status()).isEqualTo(LinkChecker.BROKEN);
        assertThat(run.out())
                .containsPattern("broken +/gone.html +404 Not Found +/\n")
                .containsPattern("anchor +/#x +no such anchor in the page +/sub/page.html\n")
                .containsPattern("redirect +/sub +301 -> /sub/ +/\n");
    }

    @Test
    void notMoreRequestsGoToAHostThanThatBears() throws Exception {
        String[] paths = {"/gather1", "/gather2", "/gather3", "/gather4", "/gather5", "/gather6", "/gather7"};
        try (TestSite site = TestSite.gathering(3, paths)) {
            Run run = Run.of(site.url(), "--per-host", "3", "--concurrency", "7");

            assertThat(run.status()).isEqualTo(LinkChecker.CLEAN);
            assertThat(site.most).hasValue(3);
        }
    }

    @Test
    void theTimeoutOfTheRunKeepsWhatWasFoundAndStopsWhatWasUnderWay() throws Exception {
        try (TestSite site = TestSite.hanging(2, "/missing", "/fine", "/hang1", "/hang2", "/hang3")) {
            Run run = Run.of(site.url(), "--timeout", "3s", "--per-host", "2", "--json");

            site.hanging.await();
            assertThat(run.status()).isEqualTo(LinkChecker.BROKEN);
            assertThat(run.json())
                    .containsEntry("partial", true)
                    .containsEntry("reason", "stopped after 3.00 s (--timeout)")
                    .containsEntry(
                            "totals",
                            Map.of(
                                    "visited", 3,
                                    "pages", 2,
                                    "links", 5,
                                    "retries", 0,
                                    "externalSkipped", 0,
                                    "notVisited", 3))
                    .containsEntry(
                            "findings",
                            List.of(Map.of(
                                    "kind", "broken",
                                    "target", "/missing",
                                    "detail", "404 Not Found",
                                    "linkedFrom", List.of("/"))));
        }
    }

    @Test
    void aTimeoutBeforeAnythingIsBrokenHasAStatusOfItsOwn() throws Exception {
        try (TestSite site = TestSite.hanging(1)) {
            Run run = Run.of(site.url() + "hang", "--timeout", "500ms");

            assertThat(run.status()).isEqualTo(LinkChecker.TIMED_OUT);
            assertThat(run.out()).contains("PARTIAL: stopped after 0.50 s (--timeout), URLs found and not visited: 1");
        }
    }

    @Test
    void aBugEndsTheRunWithItsStackTrace() throws Exception {
        try (TestSite site = TestSite.linking("/a", "/bug")) {
            Run run = Run.of(
                    visitor -> url -> {
                        if (url.getPath().equals("/bug")) {
                            throw new IllegalStateException("planted");
                        }
                        return visitor.visit(url);
                    },
                    site.url());

            assertThat(run.status()).isEqualTo(LinkChecker.BUG);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .startsWith("linkcheck: internal error\n")
                    .contains("java.lang.IllegalStateException: planted", "LinkCheckerTest");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        http://ho st/             | cannot read the URL http://ho st/: Illegal character in authority
        ftp://host/               | cannot read the URL ftp://host/: not an http or https URL
        no/such/folder            | no such folder: no/such/folder; a site needs http:// or https://
        --concurrency=0           | --concurrency is 0; it must be at least 1
        --per-host=-1             | --per-host is -1; it must be at least 1
        --retries=-1              | --retries is -1; it must be at least 0
        --max-pages=0             | --max-pages is 0; it must be at least 1
        --concurrency=many        | Invalid value for option '--concurrency': 'many' is not an int
        --timeout=soon            | Invalid value for option '--timeout': 'soon' is not a duration such as 500ms, 30s, 2m or 1h
        --timeout=-1s             | Invalid value for option '--timeout': '-1s' is not a duration such as 500ms, 30s, 2m or 1h
        --request-timeout=0s      | Invalid value for option '--request-timeout': '0s' is not more than zero
        --nonsense                | Unknown option: '--nonsense'
        """)
    void wrongUsageGetsOneClearLine(String arg, String message) {
        Run run = Run.of(arg);

        assertThat(run.status()).isEqualTo(LinkChecker.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("linkcheck: " + message + " (see --help)" + System.lineSeparator());
    }

    @Test
    void helpAndVersionAreNoErrors() {
        assertThat(Run.of("--help")).satisfies(run -> {
            assertThat(run.status()).isZero();
            assertThat(run.out()).contains("--per-host", "Exit status:", "130");
        });
        assertThat(Run.of("--version")).satisfies(run -> {
            assertThat(run.status()).isZero();
            assertThat(run.out()).startsWith("linkcheck ");
        });
    }

    @Test
    void aStartThatIsBrokenIsReported() throws Exception {
        try (TestSite site = TestSite.linking()) {
            Run run = Run.of(site.url() + "missing", "--json");

            assertThat(run.status()).isEqualTo(LinkChecker.BROKEN);
            assertThat(run.json())
                    .containsEntry("start", URI.create(site.url() + "missing").toString());
            assertThat(run.out()).contains("404 Not Found");
        }
    }
}
