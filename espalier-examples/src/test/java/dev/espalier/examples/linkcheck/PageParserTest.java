// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

class PageParserTest {
    private static final URI URL = URI.create("http://host/docs/page.html");

    private static Page parse(String html) throws IOException {
        return PageParser.parse(new ByteArrayInputStream(html.getBytes(UTF_8)), "UTF-8", URL);
    }

    private static Link link(String target, String fragment) {
        return new Link(URI.create(target), fragment);
    }

    @Test
    void relativeLinksAreResolvedAgainstThePage() throws Exception {
        Page page = parse("""
            <a href="other.html">1</a> <a href="../top.html#x">2</a> <a href="/root.html">3</a> <a href="#here">4</a>
            <a href="other.html">1 again</a> <a href="https://elsewhere/">5</a>
            """);

        assertThat(page.links())
                .containsExactly(
                        link("http://host/docs/other.html", ""),
                        link("http://host/top.html", "x"),
                        link("http://host/root.html", ""),
                        link("http://host/docs/page.html", "here"),
                        link("https://elsewhere/", ""));
    }

    @Test
    void aBaseElementMovesRelativeLinksAndNoOthers() throws Exception {
        Page page = parse("""
            <head><base href="../v2/"></head> <a href="a.html">1</a> <a href="#x">2</a> <a href="/b.html">3</a>
            """);

        assertThat(page.links())
                .containsExactly(
                        link("http://host/v2/a.html", ""),
                        link("http://host/v2/", "x"),
                        link("http://host/b.html", ""));
    }

    @Test
    void imagesScriptsFramesAndStyleSheetsAreLinks() throws Exception {
        Page page = parse("""
            <link rel="stylesheet" href="s.css"> <link rel="preconnect" href="http://cdn/">
            <script src="s.js"></script> <img src="i.png"> <iframe src="f.html"></iframe>
            <map><area href="m.html"></map>
            """);

        assertThat(page.links())
                .extracting(link -> link.target().getPath())
                .containsExactly("/docs/s.css", "/docs/s.js", "/docs/i.png", "/docs/f.html", "/docs/m.html");
    }

    @Test
    void linksThatAreNotHttpAreIgnored() throws Exception {
        Page page = parse("""
            <a href="mailto:a@b">1</a> <a href="JavaScript:void(0)">2</a>
            <a href="tel:1">3</a> <a href=" data:text/plain,x">4</a>
            <a name="no-href">5</a>
            """);

        assertThat(page.links()).isEmpty();
        assertThat(page.malformed()).isEmpty();
    }

    @Test
    void linksThatAreNoUrlsAreKeptAsTheyAreWritten() throws Exception {
        Page page = parse("<a href='http://ho st/'>1</a> <a href='http://:80'>2</a> <a href='fine.html'>3</a>");

        assertThat(page.malformed()).containsExactly("http://ho st/", "http://:80");
        assertThat(page.links()).containsExactly(link("http://host/docs/fine.html", ""));
    }

    @Test
    void anchorsAreTheIdsOfAllElementsAndTheNamesOfLinks() throws Exception {
        Page page = parse("<h1 id='title'>1</h1> <a name='old'>2</a> <input name='no anchor'> <p id='a(int[])'>3</p>");

        assertThat(page.anchors()).containsExactlyInAnyOrder("title", "old", "a(int[])");
    }

    @Test
    void aFragmentIsFoundAsItIsWrittenOrDecoded() throws Exception {
        Page page = parse(
                "<p id='a b'>1</p> <p id='100%'>2</p> <p id='a+b'>3</p> <p id='gr\u00fcn'>4</p> <p id='x%20y'>5</p>");

        assertThat(page.hasAnchor("a%20b")).isTrue();
        assertThat(page.hasAnchor("100%")).isTrue();
        assertThat(page.hasAnchor("a+b")).isTrue();
        assertThat(page.hasAnchor("gr%C3%BCn")).isTrue();
        assertThat(page.hasAnchor("x%20y")).isTrue();
        assertThat(page.hasAnchor("")).isTrue();
        assertThat(page.hasAnchor("Top")).isTrue();
        assertThat(page.hasAnchor("A%20b")).isFalse();
    }

    @Test
    void theCharsetIsTakenFromThePageIfTheServerNamesNone() throws Exception {
        byte[] html = "<meta charset='ISO-8859-1'><p id='gr\u00fcn'>".getBytes(ISO_8859_1);

        assertThat(PageParser.parse(new ByteArrayInputStream(html), null, URL).hasAnchor("gr\u00fcn"))
                .isTrue();
    }
}
