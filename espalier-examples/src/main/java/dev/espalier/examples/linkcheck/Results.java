// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What has been found out so far: all that was visited, and what links where.
 *
 * <p>Not thread-safe: it belongs to the body of the crawl's group, and to the report after it.
 */
final class Results {
    /** A chain of redirects that is longer is not followed to its end, which it may not have. */
    static final int MAX_REDIRECTS = 10;

    private final Map<URI, Visit> visits = new LinkedHashMap<>();
    private final Map<Link, Set<URI>> links = new LinkedHashMap<>();
    private final Map<String, Set<URI>> malformed = new LinkedHashMap<>();
    private final Map<URI, Integer> redirectsBefore = new HashMap<>();
    private long linkCount;
    private int pages;
    private int broken;
    private int retries;

    /**
     * Adds a visit.
     *
     * @param visit what was visited
     * @param isOwn whether it is one of the site's own pages: of others only their being there is checked, neither
     *     their links nor, as scripts often make them, their anchors
     */
    void add(Visit visit, boolean isOwn) {
        visits.put(visit.url(), isOwn ? visit : visit.withoutPage());
        retries += visit.attempts() - 1;
        switch (visit.answer()) {
            case Answer.Found(var page) -> page.filter(p -> isOwn).ifPresent(p -> addPage(visit.url(), p));
            case Answer.Moved(int status, URI target) ->
                redirectsBefore.putIfAbsent(target, redirectsBefore(visit.url()) + 1);
            case Answer.Broken b -> broken++;
        }
    }

    private void addPage(URI url, Page page) {
        pages++;
        linkCount += page.links().size() + page.malformed().size();
        page.links()
                .forEach(link ->
                        links.computeIfAbsent(link, l -> new TreeSet<>()).add(url));
        page.malformed()
                .forEach(link ->
                        malformed.computeIfAbsent(link, l -> new TreeSet<>()).add(url));
    }

    /** How many redirects led to a URL when it was found. */
    int redirectsBefore(URI url) {
        return redirectsBefore.getOrDefault(url, 0);
    }

    /** What was visited, in the order of arrival. */
    Map<URI, Visit> visits() {
        return visits;
    }

    /** The links of the site's own pages, with the pages where they stand. */
    Map<Link, Set<URI>> links() {
        return links;
    }

    /** Links that are not URLs, with the pages where they stand. */
    Map<String, Set<URI>> malformed() {
        return malformed;
    }

    long linkCount() {
        return linkCount;
    }

    int pages() {
        return pages;
    }

    /** How many visits failed: for the progress; the report counts links. */
    int broken() {
        return broken;
    }

    int retries() {
        return retries;
    }
}
