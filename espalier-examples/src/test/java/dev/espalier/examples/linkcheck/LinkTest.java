// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.net.URISyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
    private static final URI PAGE = URI.create("http://host/a/b.html?old");

    @ParameterizedTest
    @CsvSource({
        "c.html, http://host/a/c.html",
        "/c.html, http://host/c.html",
        "../c.html, http://host/c.html",
        "../../../c.html, http://host/c.html",
        "./c/./d/../e.html, http://host/a/c/e.html",
        "?new, http://host/a/b.html?new",
        "'', http://host/a/b.html?old",
        "//other/c, http://other/c",
        "https://HOST:443, https://host/",
        "http://host:80/a, http://host/a",
        "http://host:8080/a, http://host:8080/a",
        "'  c.html  ', http://host/a/c.html",
        "a b[1].html, http://host/a/a%20b%5B1%5D.html",
        "a%20b%zz.html, http://host/a/a%20b%25zz.html",
        "gr\u00fc\u00dfe.html, http://host/a/gr%C3%BC%C3%9Fe.html",
        "http://m\u00fcller.example/, http://xn--mller-kva.example/",
        "http://[::1]:8080/x, http://[::1]:8080/x",
    })
    void aReferenceIsResolvedAsABrowserDoes(String reference, String expected) throws Exception {
        assertThat(Link.of(PAGE, reference)).isEqualTo(new Link(URI.create(expected), ""));
    }

    @ParameterizedTest
    @CsvSource({
        "c.html#d, http://host/a/c.html, d",
        "#d(int[]), http://host/a/b.html?old, d(int[])",
        "c.html#d:~:text=hello, http://host/a/c.html, d",
        "c.html#a#b, http://host/a/c.html, a#b",
    })
    void aFragmentIsKeptAsItIsWritten(String reference, String target, String fragment) throws Exception {
        assertThat(Link.of(PAGE, reference)).isEqualTo(new Link(URI.create(target), fragment));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://", "http://host:99999/", "http://ho st/", "http://[broken", "ftp://host/", "http:///x"})
    void whatIsNoHttpUrlIsRefused(String reference) {
        assertThatExceptionOfType(URISyntaxException.class).isThrownBy(() -> Link.of(PAGE, reference));
        assertThatExceptionOfType(URISyntaxException.class).isThrownBy(() -> Link.of(reference));
    }

    @Test
    void theHostOfAUrlHasItsPortIfThatIsUnusual() throws Exception {
        assertThat(Link.host(Link.of("http://Host:80/x").target())).isEqualTo("host");
        assertThat(Link.host(Link.of("https://host/x").target())).isEqualTo("host");
        assertThat(Link.host(Link.of("http://host:81/x").target())).isEqualTo("host:81");
    }
}
