// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Set;

/**
 * What a checker wants to know of an HTML page.
 *
 * @param links where it leads, each place once
 * @param malformed links that are no URLs, as they were written
 * @param anchors the ids and names that a fragment may name
 */
record Page(Set<Link> links, Set<String> malformed, Set<String> anchors) {
    /** Whether a browser finds a place for the fragment: as it is written, else decoded, else the top of the page. */
    boolean hasAnchor(String fragment) {
        return fragment.isEmpty()
                || anchors.contains(fragment)
                || anchors.contains(decoded(fragment))
                || fragment.equalsIgnoreCase("top");
    }

    private static String decoded(String fragment) {
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), UTF_8); // a plus is a plus here, not a space
        } catch (IllegalArgumentException e) {
            return fragment; // a stray percent sign: as it is written
        }
    }
}
