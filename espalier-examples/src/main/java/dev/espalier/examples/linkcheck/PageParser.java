// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/** Reads links and anchors from HTML. */
final class PageParser {
    private static final String LINKS = "a[href], area[href], link[href], img[src], script[src], iframe[src]";
    private static final Pattern SCHEME = Pattern.compile("^([a-zA-Z][a-zA-Z0-9+.-]*):.*", Pattern.DOTALL);
    private static final Set<String> CHECKED_SCHEMES = Set.of("http", "https");
    private static final Set<String> HINTS = Set.of("preconnect", "dns-prefetch");

    private PageParser() {}

    /**
     * Reads a page.
     *
     * @param html what was sent
     * @param charset their charset, or null to look for it in the page
     * @param url where the page is, to which its links are relative
     */
    static Page parse(InputStream html, @Nullable String charset, URI url) throws IOException {
        Document document = Jsoup.parse(html, charset, url.toString());
        URI base = base(document, url);
        var links = new LinkedHashSet<Link>();
        var malformed = new LinkedHashSet<String>();
        for (Element element : document.select(LINKS)) {
            String reference =
                    element.attr(element.hasAttr("href") ? "href" : "src").strip();
            if (!isChecked(reference) || HINTS.contains(element.attr("rel").toLowerCase(Locale.ROOT))) {
                continue;
            }
            try {
                links.add(Link.of(base, reference));
            } catch (URISyntaxException e) {
                malformed.add(reference);
            }
        }
        var anchors = new LinkedHashSet<String>(document.select("[id]").eachAttr("id"));
        anchors.addAll(document.select("a[name]").eachAttr("name"));
        return new Page(links, malformed, anchors);
    }

    private static URI base(Document document, URI url) {
        Element base = document.selectFirst("base[href]");
        if (base == null) {
            return url;
        }
        try {
            return Link.of(url, base.attr("href")).target();
        } catch (URISyntaxException e) {
            return url; // as browsers do
        }
    }

    /** Not {@code mailto:}, {@code javascript:}, {@code data:} and the like; what has no scheme is relative. */
    private static boolean isChecked(String reference) {
        var scheme = SCHEME.matcher(reference);
        return !scheme.matches() || CHECKED_SCHEMES.contains(scheme.group(1).toLowerCase(Locale.ROOT));
    }
}
