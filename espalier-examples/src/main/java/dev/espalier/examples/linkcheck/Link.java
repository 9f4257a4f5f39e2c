// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a link leads. Two links are equal if they lead to the same place, however they were written.
 *
 * @param target an absolute http or https URL without a fragment, normalized
 * @param fragment what stood behind the {@code #}, as it was written; empty if there was nothing
 */
record Link(URI target, String fragment) {
    private static final Pattern PARTS =
            Pattern.compile("((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?]*)?(.*)", Pattern.DOTALL);
    private static final Pattern LEADING_DOTS = Pattern.compile("^(/\\.\\.)+(?=/|$)");
    private static final String ILLEGAL = "\"<>[\\]^`{|}";

    /** Reads a URL, for example that of the command line. */
    static Link of(String url) throws URISyntaxException {
        return split(url, reference -> new URI(reference));
    }

    /** Reads a reference as a browser does: relative to a page, with spaces and the like allowed. */
    static Link of(URI page, String reference) throws URISyntaxException {
        return split(reference, r -> {
            if (r.isEmpty()) {
                return page;
            }
            // java.net.URI follows RFC 2396, where a reference that is only a query loses the last part of the path
            return r.startsWith("?") ? new URI(root(page) + page.getRawPath() + r) : page.resolve(new URI(r));
        });
    }

    /** The host, with its port if that is not the usual one: what {@code --per-host} counts by. */
    static String host(URI url) {
        return url.getRawAuthority();
    }

    private static String root(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private interface Reading {
        URI apply(String reference) throws URISyntaxException;
    }

    private static Link split(String written, Reading reading) throws URISyntaxException {
        String text = written.strip().replaceAll("[\t\r\n]", "");
        int hash = text.indexOf('#');
        String reference = hash < 0 ? text : text.substring(0, hash);
        String fragment = hash < 0 ? "" : text.substring(hash + 1);
        int directive = fragment.indexOf(":~:"); // a text fragment: for the browser, not the name of an anchor
        return new Link(
                normalize(reading.apply(encode(reference))),
                directive < 0 ? fragment : fragment.substring(0, directive));
    }

    private static URI normalize(URI url) throws URISyntaxException {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new URISyntaxException(url.toString(), "not an http or https URL");
        }
        if (url.getHost() == null || url.getPort() > 65_535) {
            throw new URISyntaxException(url.toString(), "no valid host");
        }
        int usual = scheme.equals("http") ? 80 : 443;
        String port = url.getPort() < 0 || url.getPort() == usual ? "" : ":" + url.getPort();
        String path = LEADING_DOTS.matcher(url.normalize().getRawPath()).replaceFirst("");
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return new URI(
                scheme + "://" + url.getHost().toLowerCase(Locale.ROOT) + port + (path.isEmpty() ? "/" : path) + query);
    }

    private static String encode(String reference) throws URISyntaxException {
        Matcher parts = PARTS.matcher(reference);
        if (!parts.matches()) {
            throw new URISyntaxException(reference, "not a URL");
        }
        String front = parts.group(1) == null ? "" : parts.group(1);
        byte[] rest = parts.group(2).getBytes(UTF_8);
        try {
            int host = front.indexOf("//") + 2;
            if (!front.isEmpty() && front.chars().anyMatch(c -> c > 127)) {
                front = front.substring(0, host) + IDN.toASCII(front.substring(host));
            }
        } catch (IllegalArgumentException e) {
            throw new URISyntaxException(reference, "no valid host");
        }
        var encoded = new StringBuilder(front);
        for (int i = 0; i < rest.length; i++) {
            char c = (char) (rest[i] & 0xff);
            boolean legal = c == '%'
                    ? i + 2 < rest.length
                            && Character.digit(rest[i + 1], 16) >= 0
                            && Character.digit(rest[i + 2], 16) >= 0
                    : c > ' ' && c < 127 && ILLEGAL.indexOf(c) < 0;
            encoded.append(legal ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
        }
        return encoded.toString();
    }
}
